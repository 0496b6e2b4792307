"""A model card: what the model is, which notes it was trained on, its scores and its limits."""

from __future__ import annotations

from huggingface_hub import EvalResult, ModelCardData

from wardspace.config import StudyConfig
from wardspace.report.card.audit import AUDIT, NOT_TESTED
from wardspace.report.card.data import CardFacts, data_statement
from wardspace.report.card.training import training_cost, training_procedure
from wardspace.report.figures.charts import interval_method
from wardspace.report.findings.limitations import not_shown
from wardspace.report.findings.privacy import private_lines
from wardspace.report.score_table import Board
from wardspace.report.tables.comparison import STARS, comparison
from wardspace.report.tables.markdown import markdown_table
from wardspace.report.tables.study import base_name
from wardspace.report.wording import metric_name
from wardspace.results import ModelRecord, Results

TYPES = {"macro_f1": "f1", "micro_f1": "f1", "accuracy": "accuracy", "auroc": "roc_auc"}
"""Names of metrics on model hubs; others keep their own."""
_DIGITS = 4


def header(board: Board, model: str, study: StudyConfig) -> str:
    """The YAML header. It claims no language and no licence: we check neither."""
    data = ModelCardData(
        model_name=f"{study.name}-{model}",
        base_model=base_name(study.base),
        library_name="sentence-transformers",
        pipeline_tag="sentence-similarity",
        license="other",
        license_name="see-base-model-and-notes",
        tags=["sentence-transformers", "feature-extraction", "clinical", "wardspace"],
        eval_results=_evaluations(board, model, study) or None,
    )
    return f"---\n{data.to_yaml()}\n---\n"


def _evaluations(board: Board, model: str, study: StudyConfig) -> list[EvalResult]:
    return [
        EvalResult(
            task_type="information-retrieval" if place.search else "text-classification",
            task_name=task,
            dataset_type=study.name,
            dataset_name=study.name,
            dataset_config=task,
            dataset_split="test",
            metric_type=TYPES.get(metric, metric),
            metric_name=f"{metric_name(metric)}, {place.name}",
            metric_value=round(score.value, _DIGITS),
            metric_args=_interval(score.low, score.high, board.results.confidence),
        )
        for task in board.tasks
        for metric in board.metrics(task)[:1]
        for place in board.places(task, metric)
        if (score := board.score(task, model, place, metric)) is not None
    ]


def _interval(low: float | None, high: float | None, confidence: float) -> dict[str, float] | None:
    if low is None or high is None:
        return None
    return {"low": round(low, _DIGITS), "high": round(high, _DIGITS), "confidence": confidence}


HEAD = ["task", "setting", "metric", "score (interval)", "against the base"]


def evaluation(board: Board, model: str) -> str:
    """One table of all tasks by their first metric."""
    rows = [row for task in board.tasks for row in _task_scores(board, task, model)]
    if not rows:
        return "This model was not scored.\n"
    return (
        f"Points of 100 on the test notes, with {interval_method(board.results)}. Differences to the base are paired "
        f"over the same notes. * significant after Holm correction. "
        f"★ highest of the study, ☆ no difference to the highest shown.\n\n"
        f"{markdown_table(HEAD, rows)}" + "".join(f"\n- {line}" for line in private_lines(board.results, model))
    ).rstrip("\n") + "\n"


def _task_scores(board: Board, task: str, model: str) -> list[list[str]]:
    metrics = board.metrics(task)
    if not metrics:
        return []
    table = comparison(board, task, metrics[0])
    row = next((row for row in table.rows if row.model == model), None)
    if row is None:
        return []
    return [
        [
            task,
            cell.place.name,
            metric_name(metrics[0]),
            f"{cell.value} ({cell.interval or 'no interval'}) {STARS[cell.rank]}".strip(),
            "; ".join(part for part in (cell.verdict, cell.detail) if part),
        ]
        for cell in row.cells
        if cell is not None
    ]


INTENDED = """\
Embeddings of clinical notes like those it was adapted to, at the organisation they come from: to find similar notes,
to group notes, and as features of classifiers that are trained and validated there.
"""
OUT_OF_SCOPE = """\
- Decisions about a patient without a responsible person: it was tested on the tasks below and on nothing else.
- Notes of other organisations, languages or kinds without a test on them.
- Identifying the person in a note, or recovering training notes.
- Sharing the weights with anyone who may not read the notes.
"""
HOW = """\
```python
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("this-folder")
vectors = model.encode(notes)  # [notes, dimension]
```

sentence-transformers truncates notes that are longer than the model's window; `wardspace embed` reads them in
overlapping windows.
"""
CITATION = """\
The methods follow Taylor et al., *Developing Healthcare Language Model Embedding Spaces* (2024, arXiv:2403.19802), and
Giorgi et al., *DeCLUTR: Deep Contrastive Learning for Unsupervised Textual Representations* (ACL 2021). The software is
wardspace {version}; its CITATION.cff says how to cite it.
"""


def model_card(results: Results, model: str, study: StudyConfig, facts: CardFacts | None = None) -> str:
    """A model card in Markdown with the header that model hubs read. It contains no text of any note.

    Parameters
    ----------
    results : Results
        The results.
    model : str
        An adapted model of the study.
    study : StudyConfig
        The study file.
    facts : CardFacts, optional
        Facts of the run that results.json does not have.

    Raises
    ------
    ValueError
        If the study adapted no such model.

    References
    ----------
    Mitchell et al. 2019, Model Cards for Model Reporting; Bender and Friedman 2018, Data Statements for Natural
    Language Processing.
    """
    board, facts = Board(results), facts or CardFacts()
    config = next((one for one in study.adapt if one.name == model), None)
    if config is None or model not in board.records:
        raise ValueError(f"no adapted model {model!r}: {', '.join(one.name for one in study.adapt)}")
    record = board.records[model]
    sections = {
        "Model details": _details(record, results, study),
        "Intended use": INTENDED,
        "Out-of-scope use": OUT_OF_SCOPE,
        "Data statement": data_statement(results.corpus, study, facts),
        "How it was adapted": training_procedure(config, record, results, study),
        "What it cost": training_cost(record, facts),
        "Scores on the test notes": evaluation(board, model),
        AUDIT: f"{NOT_TESTED}\n",
        "Limitations": _listed(_limits(board, model)),
        "How to use it": HOW,
        "Citation": CITATION.format(version=results.wardspace),
    }
    body = "\n".join(f"## {title}\n\n{text}" for title, text in sections.items())
    return f"{header(board, model, study)}\n# {study.name}: {model}\n\n{_about(results, study)}\n{body}"


def _about(results: Results, study: StudyConfig) -> str:
    made_up = " **The notes were synthetic; its scores are not findings.**" if results.synthetic else ""
    return (
        f"An encoder for clinical notes, adapted from `{base_name(study.base)}` to one corpus of notes with wardspace "
        f"{results.wardspace}.{made_up}\n"
    )


def _details(record: ModelRecord, results: Results, study: StudyConfig) -> str:
    size = "not recorded" if record.parameters is None else f"{record.parameters / 1e6:.1f} M"
    return _listed(
        [
            f"Embedding dimension: {record.dimension}; parameters: {size}.",
            f"Base: `{base_name(study.base)}`; its licence applies. Further terms are up to the owner of the notes.",
            f"Created with wardspace {results.wardspace}; loads in Sentence-Transformers.",
        ]
    )


GROUPS_TESTED = (
    "Whether it works equally well for all groups of patients: the report of its run has scores by subgroup for the "
    "available columns; a gap that was not shown may still exist."
)
GROUPS_NOT_TESTED = "Whether it works equally well for all groups of patients: not tested."
CLINICAL_USE = "Whether it is fit for clinical use: not tested."


def _limits(board: Board, model: str) -> list[str]:
    by_subgroup = any(row.model == model and row.value is not None for row in board.results.subgroups)
    return [*not_shown(board, model), CLINICAL_USE, GROUPS_TESTED if by_subgroup else GROUPS_NOT_TESTED]


def _listed(lines: list[str]) -> str:
    return "".join(f"- {line}\n" for line in lines)
