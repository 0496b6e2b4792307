"""Every command of the guides, typed one after the other on synthetic notes with a small model."""

import shutil

import pytest

from tests.fixtures.models import tiny_model
from tests.fixtures.studies import write_notes
from tests.website.guides import Command, File, Left, steps
from wardspace.cli import main
from website.build import REPOSITORY
from website.navigation import SECTIONS

GUIDES = ["start", "adapt", "compare", "extract", "search", "privacy", "index", "service", "onnx"]
"""Guides of which commands are run, each with the files that those before it have left."""
SMALL = {
    "base": "tiny",
    "budget.tokens": "2000",
    "training.batch_tokens": "500",
    "training.precision": "fp32",
    "encoder.window": "64",
    "report.resamples": "100",
    "space.permutations": "19",
}
OF_A_GUIDE = {
    "compare": {"tasks.0.subsets": "2"},
    "adapt": {"tasks.0.subsets": "2"},
    "extract": {"tasks.0.finetune.epochs": "1", "tasks.0.finetune.seeds": "1"},
    "search": {"corpus.source.ward.patients": "60", "tasks.0.absent_classes": "drop"},
    "privacy": {"privacy.notes": "20", "privacy.resamples": "100"},
}
DEMO = {
    "adapt": "[{name: mlm, objectives: [mlm]}]",
    "corpus.source.ward.patients": "60",
    "tasks.0.absent_classes": "drop",
    "tasks.1.absent_classes": "drop",
}
SEARCH = {"search.trials": "2", "search.rungs": "1", "search.hours": "null"}
STUDIES = ("run", "demo", "prepare", "adapt", "evaluate", "space", "plan", "search", "audit")
PRIVACY = """
name: study
corpus: {source: {path: notes.csv}, columns: {note_id: note_id, patient_id: patient, text: text, labels: [area]}}
adapt: [{name: mlm, objectives: [mlm]}]
tasks: [{name: area, label: area}]
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder with what a reader has."""
    folder = tmp_path_factory.mktemp("desk")
    tiny_model(folder / "tiny", "bert")
    write_notes(folder / "notes.csv")
    write_notes(folder / "new-notes.csv", 12)
    shutil.copytree(REPOSITORY / "recipes", folder / "recipes")
    write_brat(folder / "annotated")
    return folder


def write_brat(folder):
    """Short documents with diseases and chemicals."""
    folder.mkdir()
    for i in range(40):
        text = f"Visit {i}: treated for asthma with aspirin on ward {i * 37}."
        marked = [("Disease", "asthma"), ("Chemical", "aspirin")]
        lines = [
            f"T{n}\t{kind} {text.index(word)} {text.index(word) + len(word)}\t{word}"
            for n, (kind, word) in enumerate(marked, 1)
        ]
        (folder / f"d{i}.txt").write_text(text)
        (folder / f"d{i}.ann").write_text("\n".join(lines) + "\n")


def smaller(guide, words):
    """The command with a small model, unless it names its own, and in any case a small budget."""
    if words[1] not in STUDIES:
        return words[1:]
    named = {word.partition("=")[0] for word in words}
    changes = {**SMALL, **(DEMO if words[1] == "demo" else OF_A_GUIDE.get(guide, {}))}
    changes |= SEARCH if words[1] == "search" else {}
    return [
        *words[1:],
        *(
            part
            for key, to in changes.items()
            if key == "budget.tokens" or key not in named
            for part in ("--set", f"{key}={to}")
        ),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("guide", GUIDES)
def test_every_command_of_a_guide_runs(guide, desk, monkeypatch):
    monkeypatch.chdir(desk)
    if guide == "privacy":
        (desk / "study.yaml").write_text(PRIVACY)
    for step in steps(REPOSITORY / "docs" / f"{guide}.md"):
        if isinstance(step, File):
            (desk / step.name).write_text(step.text, encoding="utf-8")
        if isinstance(step, Command) and step.words:
            assert step.words[0] == "wardspace", step.words
            with pytest.raises(SystemExit) as ended:
                main(smaller(guide, step.words))
            assert ended.value.code in step.codes, step.words


def test_what_is_not_run_says_what_it_needs():
    pages = [REPOSITORY / "docs" / f"{name}.md" for name in (*SECTIONS["Start"], *SECTIONS["Guides"])]
    left = [
        (page.name, step.needs) for page in pages if page.exists() for step in steps(page) if isinstance(step, Left)
    ]
    for page, needs in left:
        print(f"{page}: not run, needs {needs}")
        assert len(needs.split()) > 1, page
