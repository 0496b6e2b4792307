"""The last step: the report, and a card for each adapted model."""

from __future__ import annotations

from pathlib import Path

from wardspace.core.files import read_json, write_text
from wardspace.models.files.terms import write_terms
from wardspace.report import model_card, write_report
from wardspace.report.card.terms import with_terms
from wardspace.results import Results
from wardspace.study.run import Run
from wardspace.study.steps.card_facts import audited_card, card_facts
from wardspace.study.steps.embed import Embedded
from wardspace.study.steps.prepare import Prepared
from wardspace.study.steps.space import SpaceNotes


def write_reports(
    run: Run,
    prepared: Prepared,
    embedded: dict[str, Embedded],
    notes: SpaceNotes,
    results: Results,
    *,
    with_text: bool = False,
) -> Path:
    """Write report.html and the cards.

    Parameters
    ----------
    run, prepared, embedded
        The study, its corpus and the models' vectors.
    notes : SpaceNotes
        The notes that maps show.
    results : Results
        What the study found.
    with_text : bool
        Write a second report, which shows the beginnings of notes, into the corpus folder.

    Returns
    -------
    Path
        The report, or the one with text where it was asked for.
    """
    folder, asked = run.folder, run.config.report
    maps = {name: notes.map(one.vectors()) for name, one in embedded.items()}
    write_report(results, maps, folder.report, asked, run.config)
    facts = card_facts(prepared.corpus, read_json(folder.environment))
    for model in run.config.adapt:
        card = model_card(results, model.name, run.config, facts)
        card = audited_card(card, folder.model(model.name), run.config.privacy)
        write_text(folder.model(model.name) / "README.md", with_terms(card, run.config.terms))
    for kept in sorted(path.parent for path in folder.models.glob("*/config.json")):
        write_terms(kept, run.config.terms)  # of what tasks keep too
    # an older page with text would show other results than this report, and text that nobody asked for
    folder.report_with_text.unlink(missing_ok=True)
    if not with_text:
        return folder.report
    texts = notes.texts(asked.text_letters)
    write_report(results, maps, folder.report_with_text, asked, run.config, texts=texts)
    return folder.report_with_text
