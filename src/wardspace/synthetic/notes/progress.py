"""The progress note: short, in the order subjective, objective, assessment, plan; part of it often copied forward."""

from __future__ import annotations

from wardspace.synthetic.notes import paragraphs
from wardspace.synthetic.notes.headings import heading
from wardspace.synthetic.tables.tables import phrases
from wardspace.synthetic.text.gold import Fragment
from wardspace.synthetic.text.scene import Scene

_COPIES = 0.7


def progress(scene: Scene, carried: Fragment | None) -> tuple[list[Fragment], Fragment]:
    """The sections of a progress note.

    Parameters
    ----------
    scene : Scene
        The scene.
    carried : Fragment or None
        The problem list of the patient's last progress note in this stay, to be copied forward.

    Returns
    -------
    list of Fragment
        The sections.
    Fragment
        The problem list, for the next note.
    """
    layout = scene.pick(("words", "letters"))
    kept = carried if carried is not None and scene.rng.random() < _COPIES else _problems(scene, layout)
    return [_front(scene), kept, _subjective(scene, layout), _objective(scene, layout), _plan(scene, layout)], kept


def _front(scene: Scene) -> Fragment:
    writer = scene.writer()
    writer.heading(scene.pick(("PROGRESS NOTE", "Ward round", "WR", "Daily review")))
    day = max(1, (scene.when - scene.stay.admitted).days + 1)
    writer.fill(" {today} {clock}")
    writer.line(scene.pick(("{name}, MRN {mrn}, day {day}", "{title} {last}, {ward}, day {day}")), day=str(day))
    if scene.rng.random() < 0.6:
        writer.line("Seen with Dr {consultant} and the team")
    return writer.fragment()


def _problems(scene: Scene, layout: str) -> Fragment:
    writer = scene.writer()
    writer.heading(heading("carried", layout))
    paragraphs.findings(writer, scene, ("{findings}.",), own=scene.rng.randint(2, 4), other=scene.rng.randint(0, 2))
    paragraphs.disease(writer, scene, 0.2)
    paragraphs.treatments(writer, scene, scene.rng.randint(0, 2))
    return writer.fragment()


def _subjective(scene: Scene, layout: str) -> Fragment:
    writer = scene.writer()
    writer.heading(heading("subjective", layout))
    writer.sentence(scene.pick(_NIGHTS))
    if scene.rng.random() < 0.8:
        paragraphs.findings(writer, scene, _TODAY, own=2, other=scene.rng.randint(0, 1))
    paragraphs.denials(writer, scene, scene.rng.randint(1, 2))
    return writer.fragment()


def _objective(scene: Scene, layout: str) -> Fragment:
    writer = scene.writer()
    writer.heading(heading("objective", layout))
    paragraphs.cues(writer, scene, 2, among=("looks", "coping"))
    paragraphs.vitals(writer, scene)
    if scene.rng.random() < 0.5:
        paragraphs.bloods(writer, scene)
    writer.sentence(scene.pick(phrases().unremarkable))
    return writer.fragment()


def _plan(scene: Scene, layout: str) -> Fragment:
    writer = scene.writer()
    writer.heading(heading("assessment", layout))
    paragraphs.cues(writer, scene, 2, among=("outlook", "treating", "escalation"))
    paragraphs.consult(writer, scene, 0.2)
    paragraphs.plan(writer, scene, scene.rng.randint(1, 3))
    if scene.rng.random() < 0.3:
        paragraphs.followups(writer, scene, 1, as_list=True)
    writer.line("Dr {author}")
    return writer.fragment()


_NIGHTS = (
    "Slept on and off.",
    "Slept well.",
    "Seen on the round, no new complaints.",
    "Asks about going home.",
    "Ate some breakfast.",
    "Bowels open yesterday.",
    "Family present during the round.",
    "Did not sleep much because of noise on the ward.",
)
_TODAY = (
    "Still troubled by {findings}.",
    "{findings} much the same.",
    "Mentions {findings} again.",
    "{findings} perhaps a little better.",
)
