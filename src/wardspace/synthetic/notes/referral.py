"""The referral letter: prose from a general practitioner, polite and in full words."""

from __future__ import annotations

from wardspace.synthetic.notes import paragraphs
from wardspace.synthetic.text.gold import Fragment
from wardspace.synthetic.text.scene import Scene


def referral(scene: Scene) -> list[Fragment]:
    """The paragraphs of a letter."""
    return [_head(scene), _request(scene), _story(scene), _background(scene), _close(scene)]


def _head(scene: Scene) -> Fragment:
    writer = scene.writer()
    writer.fill("{practice}")
    writer.line("{today}")
    writer.line(scene.pick(("Outpatient department, {hospital}", "{hospital}, outpatient booking office")))
    writer.line("Re: {name}, born {born}, NHS number {nhs}")
    writer.line("{address}. Telephone {home_phone}")
    return writer.fragment()


def _request(scene: Scene) -> Fragment:
    writer = scene.writer()
    writer.fill(scene.pick(("Dear Dr {consultant},", "Dear colleague,", "Dear Dr {consultant},")))
    writer.raw("\n")
    paragraphs.findings(writer, scene, _REQUESTS, own=scene.rng.randint(2, 3), other=scene.rng.randint(0, 1))
    return writer.fragment()


def _story(scene: Scene) -> Fragment:
    writer = scene.writer()
    paragraphs.cues(writer, scene, 2, among=("tempo", "coping", "looks"))
    paragraphs.findings(writer, scene, _FOUND, own=2, other=scene.rng.randint(0, 1))
    paragraphs.denials(writer, scene, scene.rng.randint(1, 3))
    if scene.rng.random() < 0.5:
        paragraphs.vitals(writer, scene)
    return writer.fragment()


def _background(scene: Scene) -> Fragment:
    writer = scene.writer()
    paragraphs.past(writer, scene, headed=False)
    paragraphs.disease(writer, scene, 0.2)
    paragraphs.treatments(writer, scene, scene.rng.randint(0, 3))
    if scene.rng.random() < 0.5:
        paragraphs.family(writer, scene)
    paragraphs.consult(writer, scene, 0.2)
    paragraphs.social(writer, scene, scene.rng.randint(0, 2))
    return writer.fragment()


def _close(scene: Scene) -> Fragment:
    writer = scene.writer()
    paragraphs.cues(writer, scene, 3, among=("outlook", "escalation", "treating"))
    if scene.rng.random() < 0.5:
        paragraphs.followups(writer, scene, 1)
    writer.line(scene.pick(("With kind regards,", "Yours sincerely,", "Many thanks,")))
    writer.line("Dr {author}")
    if scene.rng.random() < 0.3:
        writer.line("The patient can also be reached at {email}")
    return writer.fragment()


_REQUESTS = (
    "Thank you for seeing this {age} year old {person} with {findings}.",
    "I would be grateful for your opinion on {title} {last}, who has had {findings}.",
    "Please could you see this {person} about {findings}.",
    "I am writing about {title} {last}, aged {age}, who came to me with {findings}.",
)
_FOUND = (
    "When I saw {him} there was {findings}.",
    "{He} also described {findings}.",
    "My colleague noted {findings} earlier this year.",
    "Looking back through the records I find {findings}.",
)
