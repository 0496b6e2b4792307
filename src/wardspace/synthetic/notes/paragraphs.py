"""Paragraphs that several types of notes share."""

from __future__ import annotations

from wardspace.synthetic.acuity import Vitals, cue, degree
from wardspace.synthetic.tables import tables
from wardspace.synthetic.tables.tables import phrases
from wardspace.synthetic.text.gold import FOLLOWUP_KINDS
from wardspace.synthetic.text.mentions import Findings, Named
from wardspace.synthetic.text.scene import Scene
from wardspace.synthetic.text.writer import Writer

# share of sentences about the patient's phenotypes that say how much of it
_GRADED = 0.55


def findings(writer: Writer, scene: Scene, templates: tuple[str, ...], own: int, other: int) -> None:
    """A sentence about what the patient has."""
    terms = scene.some(own, other)
    if terms:
        grade = degree(scene.stay.acuity, scene.rng) if scene.rng.random() < _GRADED else ""
        writer.sentence(scene.pick(templates), findings=Findings(terms, grade=grade))


def denials(writer: Writer, scene: Scene, count: int) -> None:
    """A sentence about what the patient has not."""
    terms = scene.denied(count)
    if terms:
        writer.sentence(scene.pick(phrases().denials), findings=Findings(terms, negated=True, last=" or "))


def cues(writer: Writer, scene: Scene, count: int, *, among: tuple[str, ...] = ()) -> None:
    """Sentences that lean with how ill the patient is, of all kinds or of some, and now and then one that does not."""
    words = tables.severity_words()
    among = among or tuple(words.cues)
    for name in scene.rng.sample(among, min(count, len(among))):
        _tell(writer, scene, cue(name, scene.stay.acuity, scene.rng))
    if scene.rng.random() < 0.1:
        _tell(writer, scene, scene.pick(words.past_trouble))


def _tell(writer: Writer, scene: Scene, sentence: str) -> None:
    """A stock sentence, once a note."""
    if sentence not in scene.told:
        scene.told.add(sentence)
        writer.sentence(f"{sentence}.")


def disease(writer: Writer, scene: Scene, chance: float) -> None:
    """Name the disease now and then, with phenotypes that belong to it."""
    if scene.rng.random() >= chance:
        return
    if scene.rng.random() < 0.25:
        writer.sentence(scene.pick(phrases().only_disease))
        return
    terms = scene.rng.sample(scene.patient.own, min(2, len(scene.patient.own)))
    placed = writer.sentence(scene.pick(phrases().known_disease), findings=Findings(terms))
    for tail in placed["findings"]:
        writer.relate("has_phenotype", placed["disease"][0], tail)


def past(writer: Writer, scene: Scene, *, headed: bool) -> None:
    """Comorbid conditions and old problems; of the past where a heading or the wording says so."""
    beside = scene.rng.sample(scene.patient.other, min(scene.rng.randint(0, 2), len(scene.patient.other)))
    terms = [*scene.patient.conditions, *beside]
    if terms:
        template = scene.pick(phrases().past)
        over = headed or template in phrases().of_the_past
        writer.sentence(template, findings=Findings(terms, historical=over))
    else:
        writer.sentence("Nothing else of note.")


def treatments(writer: Writer, scene: Scene, most: int) -> None:
    """Drugs in sentences, each with what it is for."""
    for drug, term in scene.patient.treatments[:most]:
        placed = writer.sentence(
            scene.pick(phrases().treated), drug=Named(drug.name, drug.drug_id), findings=Findings([term])
        )
        writer.relate("treats", placed["drug"][0], placed["findings"][0])


def chart(writer: Writer, scene: Scene) -> None:
    """Drugs as a list, some with what they are for."""
    for drug, term in scene.patient.treatments:
        name = Named(drug.name, drug.drug_id)
        if scene.rng.random() < 0.5:
            writer.line("{drug} {dose}", drug=name, dose=drug.dose)
            continue
        placed = writer.line("{drug} {dose} ({findings})", drug=name, dose=drug.dose, findings=Findings([term]))
        writer.relate("treats", placed["drug"][0], placed["findings"][0])
    if not scene.patient.treatments:
        writer.line("no regular medication")


def family(writer: Writer, scene: Scene) -> None:
    """Phenotypes of relatives, and what does not run in the family."""
    for kin in scene.patient.family[: scene.rng.randint(1, 3)]:
        writer.sentence(
            scene.pick(phrases().kin),
            kin=kin.relative,
            years=str(kin.age),
            findings=Findings([kin.term], experiencer="family"),
        )
    if scene.rng.random() < 0.35:
        theirs = {kin.term.hpo_id for kin in scene.patient.family}
        terms = [term for term in scene.denied(2) if term.hpo_id not in theirs]
        if terms:
            listed = Findings(terms, negated=True, experiencer="family", last=" or ")
            writer.sentence(scene.pick(phrases().no_kin), findings=listed)


def consult(writer: Writer, scene: Scene, chance: float) -> None:
    """Another specialty that passed by."""
    if scene.rng.random() < chance:
        writer.sentence(scene.pick(phrases().consults), team=scene.pick(phrases().teams))


def vitals(writer: Writer, scene: Scene) -> None:
    """One set of observations."""
    seen = Vitals.drawn(scene.stay.acuity, scene.rng)
    writer.sentence(
        scene.pick(phrases().vitals),
        bp=f"{seen.systolic}/{seen.diastolic}",
        hr=str(seen.heart_rate),
        rr=str(seen.respiratory_rate),
        temp=f"{seen.temperature:.1f}",
        spo2=str(seen.saturation),
        air=_air(scene, seen.saturation),
    )


def _air(scene: Scene, saturation: int) -> str:
    if saturation < 92 or scene.rng.random() < 0.08:
        return scene.pick(("2L", "4L", "28%", "nasal cannula"))
    return scene.pick(("air", "RA", "room air"))


def bloods(writer: Writer, scene: Scene) -> None:
    """Blood results that lean with acuity a little."""
    rng, acuity = scene.rng, scene.stay.acuity
    writer.sentence(
        scene.pick(phrases().bloods),
        hb=str(round(rng.gauss(126, 16))),
        wcc=f"{max(1.5, rng.gauss(7.5 + 3 * acuity, 2.5)):.1f}",
        plt=str(max(40, round(rng.gauss(255, 70)))),
        crp=str(max(1, round(rng.lognormvariate(2.0 + 1.6 * acuity, 0.9)))),
        na=str(round(rng.gauss(138, 3.2))),
        k=f"{rng.gauss(4.2, 0.4):.1f}",
        cr=str(max(38, round(rng.lognormvariate(4.4 + 0.2 * acuity, 0.25)))),
    )


def social(writer: Writer, scene: Scene, count: int) -> None:
    """Life at home."""
    for template in scene.rng.sample(phrases().social, count):
        writer.sentence(template)


def plan(writer: Writer, scene: Scene, count: int) -> None:
    """A list of things to do in hospital, one of them leaning with acuity."""
    items = scene.rng.sample(phrases().plans, count)
    items.insert(scene.rng.randrange(len(items)), cue("monitoring", scene.stay.acuity, scene.rng))
    for number, item in enumerate(items, start=1):
        writer.line(f"{number}. {item}")


def followups(writer: Writer, scene: Scene, count: int, *, as_list: bool = False) -> None:
    """Requests for after this note, each marked with its kind."""
    for kind in scene.rng.sample(FOLLOWUP_KINDS, count):
        with writer.followup(kind):
            template = scene.pick(tables.followups()[kind])
            if as_list:
                writer.line(template)
            else:
                writer.sentence(template)
