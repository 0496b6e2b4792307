"""The discharge summary: the longest note, in prose, with medication and requests to the general practitioner."""

from __future__ import annotations

from wardspace.synthetic.notes import paragraphs
from wardspace.synthetic.notes.headings import heading
from wardspace.synthetic.tables.tables import phrases
from wardspace.synthetic.text.gold import Fragment
from wardspace.synthetic.text.scene import Scene


def discharge(scene: Scene) -> list[Fragment]:
    """The sections of a discharge summary."""
    layout = scene.pick(("capitals", "words"))
    sections = [_front(scene), _reason(scene, layout), _course(scene, layout)]
    if scene.rng.random() < 0.6:
        sections.append(_results(scene, layout))
    if scene.rng.random() < 0.6:
        sections.append(_past(scene, layout))
    return [*sections, _leaving(scene, layout), _next(scene, layout), _close(scene)]


def _front(scene: Scene) -> Fragment:
    writer = scene.writer()
    writer.heading(scene.pick(("DISCHARGE SUMMARY", "Discharge letter", "Discharge summary")))
    writer.line("{hospital}, {ward}")
    writer.line("{name}, born {born}, NHS number {nhs}, MRN {mrn}")
    writer.line("{address}")
    writer.line("Admitted {admitted}, discharged {today}. GP: Dr {gp}, {practice}")
    return writer.fragment()


def _reason(scene: Scene, layout: str) -> Fragment:
    writer = scene.writer()
    writer.heading(heading("reason", layout))
    paragraphs.findings(writer, scene, phrases().complaints, own=scene.rng.randint(2, 3), other=scene.rng.randint(0, 1))
    paragraphs.disease(writer, scene, 0.25)
    return writer.fragment()


def _course(scene: Scene, layout: str) -> Fragment:
    writer = scene.writer()
    writer.heading(heading("course", layout))
    paragraphs.cues(writer, scene, 1, among=("tempo",))
    writer.sentence("On arrival:")
    paragraphs.cues(writer, scene, 2, among=("looks", "coping"))
    paragraphs.vitals(writer, scene)
    paragraphs.findings(writer, scene, phrases().signs, own=3, other=scene.rng.randint(0, 1))
    paragraphs.denials(writer, scene, scene.rng.randint(1, 2))
    paragraphs.cues(writer, scene, 3, among=("treating", "escalation", "outlook", "monitoring"))
    paragraphs.consult(writer, scene, 0.3)
    writer.sentence(scene.pick(_RECOVERED))
    return writer.fragment()


def _results(scene: Scene, layout: str) -> Fragment:
    writer = scene.writer()
    writer.heading(heading("results", layout))
    paragraphs.bloods(writer, scene)
    paragraphs.denials(writer, scene, 1)
    return writer.fragment()


def _past(scene: Scene, layout: str) -> Fragment:
    writer = scene.writer()
    writer.heading(heading("past", layout))
    paragraphs.past(writer, scene, headed=True)
    if scene.rng.random() < 0.5:
        paragraphs.family(writer, scene)
    paragraphs.social(writer, scene, 1)
    return writer.fragment()


def _leaving(scene: Scene, layout: str) -> Fragment:
    writer = scene.writer()
    writer.heading(heading("leaving", layout, listed=True))
    paragraphs.chart(writer, scene)
    return writer.fragment()


def _next(scene: Scene, layout: str) -> Fragment:
    writer = scene.writer()
    writer.heading(heading("next", layout, listed=True))
    paragraphs.followups(writer, scene, scene.rng.randint(2, 4), as_list=True)
    return writer.fragment()


def _close(scene: Scene) -> Fragment:
    writer = scene.writer()
    writer.raw("Dr ")
    writer.fill("{author}, for Dr {consultant}")
    if scene.rng.random() < 0.4:
        writer.line("Copy by e-mail to {email}")
    return writer.fragment()


_RECOVERED = (
    "{He} was fit for discharge on {today}.",
    "Symptoms settled enough for {him} to go home.",
    "{He} was back to {his} usual self at the time of discharge.",
    "Discharged home with {his} {relation}.",
    "{He} went home with a package of care.",
    "The rest of the stay passed without event.",
)
