"""The admission note: long, sectioned, with a front sheet, vital signs and a plan."""

from __future__ import annotations

from wardspace.synthetic.notes import paragraphs
from wardspace.synthetic.notes.headings import LAYOUTS, heading
from wardspace.synthetic.tables.tables import phrases
from wardspace.synthetic.text.gold import Fragment
from wardspace.synthetic.text.scene import Scene
from wardspace.synthetic.text.writer import Writer


def admission(scene: Scene) -> list[Fragment]:
    """The sections of an admission note."""
    layout = scene.pick(LAYOUTS)
    sections = [_front(scene), _complaint(scene, layout), _history(scene, layout)]
    optional = [
        (_past, 0.75),
        (_drugs, 0.6),
        (_family, 0.6),
        (_social, 0.5),
    ]
    sections += [section(scene, layout) for section, chance in optional if scene.rng.random() < chance]
    return [*sections, _examination(scene, layout), _impression(scene, layout), _plan(scene, layout)]


def _opened(scene: Scene, key: str, layout: str, *, listed: bool = False) -> Writer:
    writer = scene.writer()
    writer.heading(heading(key, layout, listed=listed))
    return writer


def _front(scene: Scene) -> Fragment:
    writer = scene.writer()
    writer.heading(scene.pick(("ADMISSION NOTE", "Medical admission", "CLERKING", "Admission clerking")))
    writer.line("{name}   DOB {born}   MRN {mrn}")
    if scene.rng.random() < 0.5:
        writer.line("NHS number {nhs}, {hospital}, {ward}")
    writer.line("{today} {clock}, seen by Dr {author}, consultant Dr {consultant}")
    return writer.fragment()


def _complaint(scene: Scene, layout: str) -> Fragment:
    writer = _opened(scene, "complaint", layout)
    paragraphs.findings(writer, scene, phrases().complaints, own=scene.rng.randint(2, 3), other=scene.rng.randint(0, 1))
    return writer.fragment()


def _history(scene: Scene, layout: str) -> Fragment:
    writer = _opened(scene, "history", layout)
    paragraphs.cues(writer, scene, 1, among=("tempo",))
    paragraphs.findings(writer, scene, phrases().histories, own=2, other=scene.rng.randint(0, 1))
    paragraphs.denials(writer, scene, scene.rng.randint(1, 3))
    paragraphs.cues(writer, scene, 1, among=("coping", "treating"))
    paragraphs.disease(writer, scene, 0.25)
    return writer.fragment()


def _past(scene: Scene, layout: str) -> Fragment:
    writer = _opened(scene, "past", layout)
    paragraphs.past(writer, scene, headed=True)
    paragraphs.consult(writer, scene, 0.25)
    return writer.fragment()


def _drugs(scene: Scene, layout: str) -> Fragment:
    writer = _opened(scene, "drugs", layout, listed=True)
    paragraphs.chart(writer, scene)
    writer.line(f"Allergies: {scene.patient.allergy or 'none known'}")
    return writer.fragment()


def _family(scene: Scene, layout: str) -> Fragment:
    writer = _opened(scene, "family", layout)
    paragraphs.family(writer, scene)
    return writer.fragment()


def _social(scene: Scene, layout: str) -> Fragment:
    writer = _opened(scene, "social", layout)
    paragraphs.social(writer, scene, scene.rng.randint(1, 3))
    return writer.fragment()


def _examination(scene: Scene, layout: str) -> Fragment:
    writer = _opened(scene, "examination", layout)
    paragraphs.cues(writer, scene, 1, among=("looks",))
    paragraphs.vitals(writer, scene)
    paragraphs.findings(writer, scene, phrases().signs, own=2, other=scene.rng.randint(0, 1))
    writer.sentence(scene.pick(phrases().unremarkable))
    if scene.rng.random() < 0.6:
        paragraphs.denials(writer, scene, 1)
    return writer.fragment()


def _impression(scene: Scene, layout: str) -> Fragment:
    writer = _opened(scene, "impression", layout)
    paragraphs.cues(writer, scene, 3, among=("outlook", "escalation", "treating"))
    return writer.fragment()


def _plan(scene: Scene, layout: str) -> Fragment:
    writer = _opened(scene, "plan", layout, listed=True)
    paragraphs.plan(writer, scene, scene.rng.randint(2, 5))
    if scene.rng.random() < 0.3:
        paragraphs.followups(writer, scene, 1, as_list=True)
    return writer.fragment()
