"""The nursing note: brief, in short sentences, with care given and calls to the family."""

from __future__ import annotations

from wardspace.synthetic.notes import paragraphs
from wardspace.synthetic.text.gold import Fragment
from wardspace.synthetic.text.scene import Scene


def nursing(scene: Scene) -> list[Fragment]:
    """The one paragraph of a nursing note, between its time and its signature."""
    writer = scene.writer()
    writer.heading(scene.pick(("Nursing note", "NURSING ENTRY", "Nursing evaluation", "Shift note")))
    writer.fill(" {today} {clock}")
    writer.line(
        scene.pick(("{name} ({mrn}).", "{title} {last}, {ward}.", "Care taken over from the day team, {title} {last}."))
    )
    paragraphs.cues(writer, scene, 2, among=("looks", "coping", "monitoring"))
    paragraphs.findings(writer, scene, _NOTICED, own=scene.rng.randint(2, 4), other=scene.rng.randint(0, 1))
    paragraphs.vitals(writer, scene)
    for sentence in scene.rng.sample(_CARE, scene.rng.randint(2, 4)):
        writer.sentence(sentence)
    paragraphs.denials(writer, scene, scene.rng.randint(1, 2))
    paragraphs.treatments(writer, scene, scene.rng.randint(0, 1))
    paragraphs.cues(writer, scene, 2, among=("escalation", "treating", "outlook"))
    if scene.rng.random() < 0.5:
        writer.sentence(scene.pick(_FAMILY))
    if scene.rng.random() < 0.25:
        paragraphs.followups(writer, scene, 1)
    writer.line(scene.pick(("{author}, staff nurse", "RN {author}", "Signed {author}")))
    return [writer.fragment()]


_NOTICED = (
    "Reports {findings}.",
    "{findings} this shift.",
    "Noted {findings}.",
    "Mentions {findings} again today.",
    "Doctor aware of {findings}.",
    "Complaining of {findings}.",
)
_CARE = (
    "Fluids encouraged.",
    "Assisted with hygiene needs.",
    "Pressure areas checked and intact.",
    "Cannula site clean and dry.",
    "Ate half of lunch.",
    "Bowels open this morning.",
    "Medication given as charted.",
    "Call bell within reach.",
    "Slept for most of the night.",
    "Sat out for meals.",
    "Urine output recorded on the chart.",
    "Mouth care given.",
    "Falls assessment updated.",
)
_FAMILY = (
    "{relation} ({relative}) phoned for an update, call back on {relative_phone}.",
    "{relation} {relative} visited this afternoon and is happy with the care.",
    "Spoke to {relative} on {relative_phone}, updated.",
    "{relation} would like to speak to Dr {consultant}.",
    "Phone number of next of kin checked: {relative}, {relative_phone}.",
)
