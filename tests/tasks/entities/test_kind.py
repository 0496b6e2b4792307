"""Entities from the corpus to stored predictions."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.fixtures.mentions import SPANS, marked_corpus, with_spans
from tests.fixtures.models import CAUSAL, FAMILIES, tiny_model
from wardspace.config import EncoderConfig, EntitiesConfig
from wardspace.core.errors import WardspaceError
from wardspace.corpus.schema import SPLITS
from wardspace.models import Encoder
from wardspace.tasks import EvaluatedModel, Texts, kind_of, predict
from wardspace.tasks.columns import objects
from wardspace.tasks.entities.annotated import annotated

ENCODER = EncoderConfig(window=24)
QUICK = {"seeds": 1, "epochs": 6, "learning_rate": 3e-3, "batch_notes": 4, "patience": None}


def task_of(**options):
    return EntitiesConfig.model_validate({"name": "marks", "baselines": [], **options})


def gold_of(corpus, task):
    return kind_of(task).gold(Texts(corpus), task, SPLITS)


def predicted(corpus, folder, work, **options):
    """Predictions of one model by what the options ask for."""
    task = task_of(**options)
    gold = gold_of(corpus, task)
    model = EvaluatedModel(
        "mlm", list, lambda: Encoder.load(folder, ENCODER), objects(corpus.table(["split"])["split"]),
        (str(folder), ENCODER),
    )  # fmt: skip
    return predict(kind_of(task).settings(task), model, gold, task.name, work, show_progress=False)


def strict_f1(table, task=None, split="test", **wanted):
    """Straight from the definition."""
    rows = table.filter(pc.equal(table["split"].cast(pa.string()), split))
    hits = both = 0
    for row in rows.to_pylist():
        if all(row[name] == value for name, value in wanted.items()):
            true, said = (
                {(one["start"], one["end"], one["type"]) for one in row[name]} for name in ("truth", "predicted")
            )
            hits, both = hits + len(true & said), both + len(true) + len(said)
    return 2 * hits / both


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return marked_corpus(tmp_path_factory.mktemp("marked") / "corpus")


@pytest.mark.parametrize("family", [*FAMILIES, CAUSAL])
@pytest.mark.parametrize(("scheme", "pieces"), [("BIO", "first"), ("BIOES", "all")])
def test_a_linear_layer_on_frozen_tokens_of_every_family(tmp_path, corpus, family, scheme, pieces):
    folder = tiny_model(tmp_path / "model", family)
    table = predicted(corpus, folder, tmp_path / "work", scheme=scheme, pieces=pieces)
    assert strict_f1(table) > 0.4
    scored = [one["confidence"] for each in table["predicted"].to_pylist() for one in each]
    assert scored and 0 < min(scored) <= max(scored) <= 1


@pytest.mark.parametrize("options", [{}, {"crf": True}, {"scheme": "BIOES", "pieces": "all", "class_weights": 0.5}])
def test_fine_tuning_learns_what_the_words_give_away(tmp_path, corpus, options):
    folder = tiny_model(tmp_path / "model")
    table = predicted(corpus, folder, tmp_path / "work", settings=["finetune"], finetune=QUICK, **options)
    assert strict_f1(table) > 0.9


def test_low_rank_additions_and_frozen_layers(tmp_path, corpus):
    folder = tiny_model(tmp_path / "model")
    for name, options in {"lora": {"lora": {"rank": 4}}, "frozen": {"freeze_layers": 1}}.items():
        table = predicted(
            corpus, folder, tmp_path / name, settings=["finetune"], finetune={**QUICK, "epochs": 8, **options}
        )
        assert strict_f1(table) > 0.4


def test_offsets_are_those_of_the_note(tmp_path, corpus):
    folder = tiny_model(tmp_path / "model")
    table = predicted(corpus, folder, tmp_path / "work", settings=["finetune"], finetune=QUICK)
    texts = dict(zip(*(corpus.table([name])[name].to_pylist() for name in ("note_id", "text")), strict=True))
    found = [
        (texts[row["note_id"]][one["start"] : one["end"]], one["type"])
        for row in table.to_pylist() for one in row["predicted"]
    ]  # fmt: skip
    right = [one for one in found if one in {("aspirin", 0), ("insulin", 0), ("chest pain", 1), ("fever", 1)}]
    assert len(right) > len(found) / 4


def test_budgets_are_nested_and_one_that_is_too_small_is_named(tmp_path, corpus):
    task = task_of(budgets=[0.01, 0.25, 0.5], subsets=2)
    gold = gold_of(corpus, task)
    train = len(gold.rows("train"))
    assert gold.budgets(task.budgets) == [round(0.25 * train), round(0.5 * train)]
    assert any("1%" in warning for warning in gold.warnings)
    for seed in range(2):
        small, large = (set(gold.learned(size, seed).tolist()) for size in gold.budgets(task.budgets))
        assert small < large < set(gold.rows("train").tolist())
    folder = tiny_model(tmp_path / "model")
    table = predicted(corpus, folder, tmp_path / "work", budgets=[0.25, 0.5], subsets=2)
    runs = {(row["shots"], row["seed"]) for row in table.select(["shots", "seed"]).to_pylist()}
    assert runs == {(None, 0), *((size, seed) for size in gold.budgets(task.budgets) for seed in range(2))}
    assert strict_f1(table, shots=None) >= strict_f1(table, shots=round(0.25 * train))


def test_the_learning_rate_is_the_one_that_is_best_on_validation(tmp_path, corpus):
    folder = tiny_model(tmp_path / "model")
    rates = [1e-7, 3e-3]
    chosen = predicted(
        corpus, folder, tmp_path / "a", settings=["finetune"], finetune={**QUICK, "seeds": 2, "learning_rate": rates}
    )
    alone = predicted(
        corpus, folder, tmp_path / "b", settings=["finetune"], finetune={**QUICK, "seeds": 2, "learning_rate": 3e-3}
    )
    assert chosen.equals(alone)


def test_no_text_of_a_note_is_stored(tmp_path, corpus):
    folder = tiny_model(tmp_path / "model")
    predicted(corpus, folder, tmp_path / "work", settings=["finetune"], finetune={**QUICK, "epochs": 1})
    stored = b"".join(path.read_bytes() for path in (tmp_path / "work").rglob("*") if path.is_file())
    assert stored and b"penicillin" not in stored and b"shortness" not in stored


def test_a_type_without_a_training_mention_is_named_and_scored(tmp_path):
    texts = ["fever and aspirin today"] * 20
    spans = [[{"start": 0, "end": 5, "type": "Sign"}] for _ in texts]
    spans[4].append({"start": 10, "end": 17, "type": "Drug"})  # test
    gold = gold_of(with_spans(tmp_path / "corpus", texts, spans), task_of())
    assert gold.classes == ("Drug", "Sign")
    assert any("Drug" in warning and "training" in warning for warning in gold.warnings)
    assert gold.fewest == 1
    table = predicted(with_spans(tmp_path / "again", texts, spans), tiny_model(tmp_path / "m"), tmp_path / "work")
    assert 0.8 < strict_f1(table) < 1


def test_rare_types_are_left_out_and_unusual_mentions_counted(tmp_path):
    texts = ["fever and aspirin today"] * 20
    spans = [[{"start": 0, "end": 5, "type": "Sign"}, {"start": 0, "end": 9, "type": "Sign"}] for _ in texts]
    spans[0].append({"start": 10, "end": 17, "type": "Drug"})
    gold = gold_of(with_spans(tmp_path / "corpus", texts, spans), task_of(min_mentions=2))
    assert gold.classes == ("Sign",)
    said = " ".join(gold.warnings)
    assert "Drug 1" in said and "20 of 41 mentions are within another one" in said


def test_notes_without_a_mention_are_left_out_where_the_study_says_so(tmp_path, corpus):
    gold = annotated(Texts(corpus), task_of(unlabelled="aside"), SPLITS)
    assert all(gold.mentions[row] for split in SPLITS for row in gold.rows(split))
    every = annotated(Texts(corpus), task_of(), SPLITS)
    assert sum(len(every.rows(split)) for split in SPLITS) == 60 > sum(len(gold.rows(split)) for split in SPLITS)


@pytest.mark.parametrize(
    ("options", "spans", "said"),
    [
        ({"types": ["Dose"]}, None, "no mention of Dose"),
        ({"type": "kind"}, None, "no field 'kind'"),
        ({"min_mentions": 99}, None, "Sign 20"),
        ({"unlabelled": "aside"}, [[{"start": 0, "end": 5, "type": "Sign"}], *[[]] * 19], "no annotated note"),
    ],
)
def test_what_cannot_be_a_task_is_said(tmp_path, options, spans, said):
    texts = ["fever and aspirin today"] * 20
    spans = spans or [[{"start": 0, "end": 5, "type": "Sign"}] for _ in texts]
    with pytest.raises(WardspaceError, match=said):
        gold_of(with_spans(tmp_path / "corpus", texts, spans, SPANS), task_of(**options))


def test_notes_in_another_script_and_without_text(tmp_path):
    texts = ["胸痛三天，发热。", "", "fever ُحمى 🩺 aspirin", "   "] * 5
    spans = [[{"start": 0, "end": 2, "type": "Sign"}], [], [{"start": 0, "end": 5, "type": "Sign"}], []] * 5
    table = predicted(with_spans(tmp_path / "corpus", texts, spans), tiny_model(tmp_path / "m"), tmp_path / "work")
    empty = [row for row in table.to_pylist() if int(row["note_id"][1:]) % 4 in (1, 3)]
    assert len(empty) >= 2 and all(row["predicted"] == [] for row in empty)


def test_confidence_comes_to_what_is_right(tmp_path, corpus):
    """Scaled on validation, where it must then agree on average."""
    table = predicted(corpus, tiny_model(tmp_path / "model", seed=3), tmp_path / "work")
    rows = table.filter(pc.equal(table["split"].cast(pa.string()), "validation")).to_pylist()
    right, said = [], []
    for row in rows:
        true = {(one["start"], one["end"], one["type"]) for one in row["truth"]}
        right += [(one["start"], one["end"], one["type"]) in true for one in row["predicted"]]
        said += [one["confidence"] for one in row["predicted"]]
    assert len(said) >= 20 and np.mean(said) == pytest.approx(np.mean(right), abs=0.02)


def test_a_mention_longer_than_the_window_and_one_across_sentences(tmp_path):
    sign = "chest pain . no fever . " * 8  # some 50 tokens, where the window holds 22
    texts, spans = [], []
    for number in range(30):
        before = "the patient was seen today and has no other complaint in clinic . " * (number % 3)
        texts.append(f"{before}{sign}stable . the patient was seen")
        spans.append([{"start": len(before), "end": len(before) + len(sign) - 1, "type": "Sign"}])
    corpus = with_spans(tmp_path / "corpus", texts, spans)
    folder = tiny_model(tmp_path / "model")
    for name in ("head", "finetune"):
        table = predicted(corpus, folder, tmp_path / name, settings=[name], finetune=QUICK)
        assert strict_f1(table) > 0.8
