"""Relations from the corpus to stored predictions."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.fixtures.models import tiny_model
from tests.fixtures.relations import CONCEPTS, PLACES, related_corpus, with_relations
from wardspace.config import EncoderConfig, RelationsConfig
from wardspace.core.errors import WardspaceError
from wardspace.corpus.schema import SPLITS
from wardspace.models import Encoder
from wardspace.tasks import EvaluatedModel, Texts, kind_of, predict
from wardspace.tasks.columns import objects

ENCODER = EncoderConfig(window=64)
QUICK = {"seeds": 1, "epochs": 16, "learning_rate": 1e-2, "batch_notes": 4, "patience": None}
TEXT = "aspirin for fever and insulin for nausea"
WORDS = {"aspirin": "Drug", "fever": "Sign", "insulin": "Drug", "nausea": "Sign"}


def task_of(**options):
    return RelationsConfig.model_validate({"name": "rel", "baselines": [], **options})


def gold_of(corpus, task):
    return kind_of(task).gold(Texts(corpus), task, SPLITS)


def predicted(corpus, folder, work, encoder=ENCODER, **options):
    """Predictions of one model by what the options ask for."""
    task = task_of(**options)
    split = objects(corpus.table(["split"])["split"])
    model = EvaluatedModel("m", list, lambda: Encoder.load(folder, encoder), split, (str(folder), encoder))
    return predict(kind_of(task).settings(task), model, gold_of(corpus, task), task.name, work, show_progress=False)


def micro_f1(table, split="test", **wanted):
    """Straight from the definition."""
    rows = table.filter(pc.equal(table["split"].cast(pa.string()), split))
    hits = both = 0
    for row in rows.to_pylist():
        if all(row[name] == value for name, value in wanted.items()):
            true, said = (
                {(one["head"], one["tail"], one["type"]) for one in row[name]} for name in ("truth", "predicted")
            )
            hits, both = hits + len(true & said), both + len(true) + len(said)
    return 2 * hits / both if both else 0.0


def spans(words=WORDS):
    return [
        {"start": TEXT.index(word), "end": TEXT.index(word) + len(word), "type": kind, "concept": word}
        for word, kind in words.items()
    ]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return related_corpus(tmp_path_factory.mktemp("related") / "corpus", 45)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_model(tmp_path_factory.mktemp("model") / "bert")


@pytest.mark.parametrize("between", ["concepts", "mentions"])
def test_a_regression_on_frozen_tokens_learns_what_the_words_between_say(tmp_path, folder, between):
    table = predicted(related_corpus(tmp_path / "corpus", between=between), folder, tmp_path / "work")
    assert micro_f1(table) > 0.9
    scored = [one["confidence"] for each in table["predicted"].to_pylist() for one in each]
    assert scored and 0 < min(scored) <= max(scored) <= 1


@pytest.mark.parametrize("options", [{}, {"merge": "max", "negatives": 2.0, "class_weights": 0.5, "directed": False}])
def test_fine_tuning_learns_it_too(tmp_path, corpus, folder, options):
    table = predicted(corpus, folder, tmp_path / "work", settings=["finetune"], finetune=QUICK, **options)
    assert micro_f1(table) > 0.9


@pytest.mark.parametrize("options", [{"lora": {"rank": 4}}, {"freeze_layers": 1}])
def test_low_rank_additions_and_frozen_layers(tmp_path, corpus, folder, options):
    table = predicted(corpus, folder, tmp_path / "w", settings=["finetune"], finetune={**QUICK, "epochs": 6, **options})
    assert micro_f1(table) > 0.3


def test_places_of_predictions_are_those_of_first_mentions(tmp_path, corpus, folder):
    table = predicted(corpus, folder, tmp_path / "work")
    texts = dict(zip(*(corpus.table([name])[name].to_pylist() for name in ("note_id", "text")), strict=True))
    for row in table.to_pylist():
        for one in (*row["truth"], *row["predicted"]):
            head, tail = (texts[row["note_id"]][one[f"{end}_start"] : one[f"{end}_end"]] for end in ("head", "tail"))
            assert head in {"aspirin", "insulin", "penicillin"} and tail in {"fever", "headache", "nausea"}


def test_co_occurrence_relates_what_is_in_one_sentence_by_the_commonest_type(tmp_path):
    texts = ["Aspirin for fever. Insulin was given. Nausea came."] * 20
    marks = [("Aspirin", "Drug"), ("fever", "Sign"), ("Insulin", "Drug"), ("Nausea", "Sign")]
    own = [
        {"start": texts[0].index(word), "end": texts[0].index(word) + len(word), "type": kind, "concept": word}
        for word, kind in marks
    ]
    relations = [[{"type": "treats" if i % 4 else "causes", "head": "Aspirin", "tail": "fever"}] for i in range(20)]
    relations[4].append({"type": "causes", "head": "Insulin", "tail": "Nausea"})  # test
    corpus = with_relations(tmp_path / "corpus", texts, [own] * 20, relations, CONCEPTS)
    table = predicted(corpus, None, tmp_path / "work", baselines=["cooccurrence"], settings=[])
    for row in table.to_pylist():
        assert [(one["head"], one["tail"], one["type"]) for one in row["predicted"]] == [(0, 1, 1)]
    kinds = Counter(i % 4 > 0 for i in range(20) if i % 5 < 3)
    confidence = table["predicted"].to_pylist()[0][0]["confidence"]
    assert confidence == pytest.approx(kinds[True] / sum(kinds.values()))


def test_budgets_are_nested_and_one_that_is_too_small_is_named(tmp_path, corpus, folder):
    task = task_of(budgets=[0.01, 0.25, 0.5], subsets=2)
    gold = gold_of(corpus, task)
    train = len(gold.rows("train"))
    assert gold.budget.sizes(task.budgets) == [round(0.25 * train), round(0.5 * train)]
    assert any("1%" in warning for warning in gold.warnings)
    for seed in range(2):
        small, large = (set(gold.learned(size, seed).tolist()) for size in gold.budget.sizes(task.budgets))
        assert small < large < set(gold.rows("train").tolist())
    table = predicted(corpus, folder, tmp_path / "work", budgets=[0.25, 0.5], subsets=2)
    runs = {(row["shots"], row["seed"]) for row in table.select(["shots", "seed"]).to_pylist()}
    assert runs == {(None, 0), *((size, seed) for size in (round(0.25 * train), round(0.5 * train)) for seed in (0, 1))}


def test_bad_relations_are_counted_by_document_and_the_rest_is_learned(tmp_path, folder):
    good = {"type": "treats", "head": "aspirin", "tail": "fever"}
    relations = [[good] for _ in range(20)]
    relations[0] += [{**good, "tail": "gout"}, {**good, "tail": "aspirin"}, {**good, "type": "causes"}]
    relations[5].append({**good, "head": "gout"})
    marked = [spans() for _ in range(20)]
    marked[1], marked[2] = [], spans({"fever": "Sign"})
    gold = gold_of(corpus := with_relations(tmp_path / "c", [TEXT] * 20, marked, relations, CONCEPTS), task_of())
    said = " ".join(gold.warnings)
    assert "4 relations" in said and "n0000, n0001, n0002 and n0005" in said  # names nothing that is there
    assert "1 relation left out" in said and "2 notes name no two things" in said and "(n0001 and n0002)" in said
    assert "one relation causes" in said and "There is no relation causes in validation and test." in said
    assert gold.classes == ("causes", "treats")
    for name in ("head", "finetune"):
        table = predicted(corpus, folder, tmp_path / name, settings=[name], finetune={**QUICK, "epochs": 6})
        assert micro_f1(table) > 0.9


def test_what_is_not_looked_at_counts_as_missed(tmp_path, folder):
    relations = [[{"type": "treats", "head": "aspirin", "tail": "fever"}] for _ in range(20)]
    relations[4].append({"type": "treats", "head": "fever", "tail": "nausea"})  # test: types unseen in training
    relations[9].append({"type": "treats", "head": "aspirin", "tail": "nausea"})  # test: too far apart
    corpus = with_relations(tmp_path / "c", [TEXT] * 20, [spans()] * 20, relations, CONCEPTS)
    gold = gold_of(corpus, task_of(window=2))
    assert any(warning.startswith("2 of 6 related pairs in test") for warning in gold.warnings)
    table = predicted(corpus, folder, tmp_path / "work", window=2)
    assert micro_f1(table) == pytest.approx(2 * 4 / (4 + 6))
    asked = gold_of(corpus, task_of(pairs=[["Sign", "Sign"], ["Drug", "Sign"]])).pairing(np.arange(0))
    assert asked.types == {("Sign", "Sign"), ("Drug", "Sign")}


def test_pairs_that_no_window_holds_are_missed_and_counted(tmp_path, folder):
    far = "aspirin " + "the patient was seen today . " * 8 + "for fever"
    own = [
        {"start": 0, "end": 7, "type": "Drug", "concept": "A"},
        {"start": len(far) - 5, "end": len(far), "type": "Sign", "concept": "F"},
    ]
    near = [{**one, "start": at, "end": at + length} for one, (at, length) in zip(own, ((0, 7), (12, 5)), strict=True)]
    texts = ["aspirin for fever"] * 20
    marked = [near] * 20
    texts[4], marked = far, [*marked[:4], own, *marked[5:]]  # test
    relations = [[{"type": "treats", "head": "A", "tail": "F"}]] * 20
    corpus = with_relations(tmp_path / "c", texts, marked, relations, CONCEPTS)
    table = predicted(
        corpus, folder, tmp_path / "w", EncoderConfig(window=24), settings=["finetune"], finetune={**QUICK, "epochs": 6}
    )
    assert [row["predicted"] for row in table.to_pylist() if row["note_id"] == "n0004"] == [[]]
    assert micro_f1(table) == pytest.approx(2 * 3 / (3 + 4))
    assert b'"warning": "1 pair' in table.schema.metadata[b"wardspace.about"]
    whole = predicted(corpus, folder, tmp_path / "x", EncoderConfig(window=24))
    assert micro_f1(whole) == 1  # frozen vectors of tokens come from all windows


def test_notes_that_nobody_annotated_are_left_out(tmp_path):
    relations = [[{"type": "treats", "head": "aspirin", "tail": "fever"}] for _ in range(20)]
    relations[0] = None
    gold = gold_of(with_relations(tmp_path / "c", [TEXT] * 20, [spans()] * 20, relations, CONCEPTS), task_of())
    assert 0 not in gold.rows("train") and len(gold.rows("train")) == 11


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"types": ["binds"]}, "no relation"),
        ({"relation_type": "kind"}, "no field 'kind'"),
        ({"type": "kind"}, "no field 'kind'"),
        ({"concept": "cui"}, "no field 'cui'"),
        ({"spans": None}, "relations need"),
        ({"relations": "entities"}, "relations need"),
    ],
)
def test_what_cannot_be_a_task_is_said(tmp_path, options, said):
    relations = [[{"type": "treats", "head": "aspirin", "tail": "fever"}] for _ in range(20)]
    corpus = with_relations(tmp_path / "c", [TEXT] * 20, [spans()] * 20, relations, CONCEPTS)
    with pytest.raises(WardspaceError, match=said):
        gold_of(corpus, task_of(**options))


def test_relations_in_another_script_and_in_notes_without_text(tmp_path, folder):
    texts = ["胸痛三天，发热。", "fever ُحمى 🩺 aspirin", "   ", "fever aspirin"] * 5
    here = [
        {"start": 0, "end": 2, "type": "Sign", "concept": "S"},
        {"start": 5, "end": 7, "type": "Sign", "concept": "T"},
    ]
    marked = [here, here, [], here] * 5
    relations = [[{"type": "with", "head": "S", "tail": "T"}] if own else [] for own in marked]
    corpus = with_relations(tmp_path / "c", texts, marked, relations, CONCEPTS)
    for name in ("head", "finetune"):
        table = predicted(corpus, folder, tmp_path / name, settings=[name], finetune={**QUICK, "epochs": 4})
        assert all(row["predicted"] == [] for row in table.to_pylist() if not row["truth"])


def test_no_text_of_a_note_is_stored(tmp_path, corpus, folder):
    predicted(corpus, folder, tmp_path / "work", settings=["finetune"], finetune={**QUICK, "epochs": 1})
    stored = b"".join(path.read_bytes() for path in (tmp_path / "work").rglob("*") if path.is_file())
    assert stored and b"penicillin" not in stored and b"headache" not in stored


def test_places_named_by_relations_can_be_the_mentions(tmp_path, folder):
    corpus = related_corpus(tmp_path / "corpus", between="mentions")
    gold = gold_of(corpus, task_of(spans=None))
    assert {mention.type for own in gold.documents for mention in own.mentions} == {"entity"}
    assert all(len(own.mentions) == 2 * len(right) for own, right in zip(gold.documents, gold.relations, strict=True))
    assert corpus.schema.field("relations").type == PLACES
    assert micro_f1(predicted(corpus, folder, tmp_path / "work", spans=None)) > 0.9
