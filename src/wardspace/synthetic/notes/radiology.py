"""The radiology report: short, impersonal, with clinical details, findings and a conclusion."""

from __future__ import annotations

from wardspace.synthetic.notes import paragraphs
from wardspace.synthetic.notes.headings import heading
from wardspace.synthetic.patients.ontology import Term
from wardspace.synthetic.tables.tables import Study, imaging
from wardspace.synthetic.text.gold import Fragment
from wardspace.synthetic.text.mentions import Findings
from wardspace.synthetic.text.scene import Scene

_OF_OWN_SPECIALTY = 0.35
_INCIDENTAL = 0.12


def radiology(scene: Scene) -> list[Fragment]:
    """The sections of a report."""
    layout = scene.pick(("capitals", "words"))
    study = _study(scene)
    return [
        _front(scene, study),
        _details(scene, layout),
        _technique(scene, study, layout),
        *_read(scene, study, layout),
    ]


def _study(scene: Scene) -> Study:
    offered = imaging()
    if scene.rng.random() < _OF_OWN_SPECIALTY:
        return offered.studies[scene.pick(offered.usual[scene.patient.disease.specialty])]
    return offered.studies[scene.pick(tuple(offered.studies))]


def _front(scene: Scene, study: Study) -> Fragment:
    writer = scene.writer()
    writer.heading(study.title)
    writer.line("{name}   {born}   {mrn}")
    writer.line("{hospital}, examination of {today}")
    return writer.fragment()


def _details(scene: Scene, layout: str) -> Fragment:
    writer = scene.writer()
    writer.heading(heading("details", layout))
    paragraphs.findings(writer, scene, _REQUESTS, own=scene.rng.randint(2, 4), other=scene.rng.randint(0, 1))
    paragraphs.cues(
        writer, scene, scene.rng.randint(2, 3), among=("tempo", "looks", "escalation", "outlook", "treating")
    )
    paragraphs.disease(writer, scene, 0.12)
    return writer.fragment()


def _technique(scene: Scene, study: Study, layout: str) -> Fragment:
    if scene.rng.random() < 0.4:
        return Fragment()
    writer = scene.writer()
    writer.heading(heading("technique", layout))
    writer.sentence(study.technique)
    if scene.rng.random() < 0.4:
        writer.sentence(
            scene.pick(("No previous imaging.", "Compared with the study of last year.", "Older images reviewed."))
        )
    return writer.fragment()


def _read(scene: Scene, study: Study, layout: str) -> list[Fragment]:
    seen, unseen = _visible(scene, study)
    return [_findings(scene, study, layout, seen, unseen), _conclusion(scene, layout, seen)]


def _visible(scene: Scene, study: Study) -> tuple[list[Term], list[Term]]:
    """What the images show and what they rule out: the patient's own, and now and then something by the way."""
    terms = [scene.known.ontology.term(hpo_id) for hpo_id in study.visible]
    has = {term.hpo_id for term in (*scene.patient.own, *scene.patient.other, *scene.patient.conditions)}
    seen = [
        term
        for term in terms
        if term.hpo_id in has or (term.hpo_id not in scene.patient.present and scene.rng.random() < _INCIDENTAL)
    ]
    present = scene.patient.present.union(*(scene.known.ontology.ancestors(term.hpo_id) for term in seen))
    unseen = [term for term in terms if term.hpo_id not in present]
    scene.rng.shuffle(unseen)
    return seen[:3], unseen[: scene.rng.randint(1, 3)]


def _findings(scene: Scene, study: Study, layout: str, seen: list[Term], unseen: list[Term]) -> Fragment:
    writer = scene.writer()
    writer.heading(heading("findings", layout))
    if seen:
        writer.sentence(scene.pick(_SEEN), findings=Findings(seen))
    for sentence in scene.rng.sample(study.normal, scene.rng.randint(2, min(4, len(study.normal)))):
        writer.sentence(sentence + ".")
    if unseen:
        writer.sentence(scene.pick(_UNSEEN), findings=Findings(unseen, negated=True, last=" or "))
    return writer.fragment()


def _conclusion(scene: Scene, layout: str, seen: list[Term]) -> Fragment:
    writer = scene.writer()
    writer.heading(heading("impression", layout))
    if seen:
        writer.sentence("{findings}.", findings=Findings(seen[:2]))
        writer.sentence(scene.pick(("No other finding.", "Clinical correlation advised.", "Otherwise as described.")))
    else:
        writer.sentence(scene.pick(_NOTHING))
    if scene.rng.random() < 0.3:
        with writer.followup("imaging"):
            writer.sentence(scene.pick(_AGAIN))
    writer.line("Reported by Dr {author}")
    return writer.fragment()


_REQUESTS = (
    "{findings}.",
    "{age} {person}, {findings}.",
    "Known {findings}, ? cause.",
    "? cause of {findings}.",
    "{findings}, please assess.",
)
_SEEN = ("There is {findings}.", "Appearances of {findings}.", "{findings} is shown.", "{findings} noted.")
_UNSEEN = ("No {findings}.", "No evidence of {findings}.", "{findings} is not seen.", "There is no {findings}.")
_NOTHING = (
    "No significant abnormality.",
    "Appearances within normal limits for age.",
    "Nothing to account for the symptoms on this study.",
    "Limited study, no gross abnormality.",
)
_AGAIN = (
    "Repeat imaging in {weeks} weeks is suggested.",
    "Suggest follow-up scan in {few} months.",
    "Further imaging as an outpatient if symptoms persist.",
)
