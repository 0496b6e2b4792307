"""Assertions from the corpus to stored predictions."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from sklearn.metrics import f1_score

from tests.fixtures.assertions import ASSERTED, asserted_corpus
from tests.fixtures.mentions import with_spans
from tests.fixtures.models import tiny_model
from wardspace.config import AssertionsConfig, EncoderConfig
from wardspace.core.errors import ModelError, WardspaceError
from wardspace.corpus.schema import SPLITS
from wardspace.models import Encoder
from wardspace.tasks import EvaluatedModel, RunKey, Texts, kind_of, no_model, predict
from wardspace.tasks.assertions.context import Assertion
from wardspace.tasks.assertions.features import mention_vectors
from wardspace.tasks.assertions.fitted import assertion_of
from wardspace.tasks.assertions.kept import load_assertions, save_assertions
from wardspace.tasks.columns import objects
from wardspace.tasks.entities.mentions import Mention
from wardspace.tasks.run import kept_folders

ENCODER = EncoderConfig(window=24)
QUESTIONS = ("negated", "historical", "hypothetical", "family")


def task_of(**options):
    return AssertionsConfig.model_validate({"name": "asked", **options})


def gold_of(corpus, task):
    return kind_of(task).gold(Texts(corpus), task, SPLITS)


def model_of(corpus, folder):
    split = objects(corpus.table(["split"])["split"])
    return EvaluatedModel("mlm", list, lambda: Encoder.load(folder, ENCODER), split, (str(folder), ENCODER))


def predicted(corpus, folder, work, **options):
    """Predictions of one model and of the rules."""
    task = task_of(**options)
    gold, settings = gold_of(corpus, task), kind_of(task).settings(task)
    tables = [
        predict([one], no_model(one.record.name), gold, task.name, work, show_progress=False)
        for one in settings if one.models != "encoders"
    ]  # fmt: skip
    heads = [one for one in settings if one.models == "encoders"]
    return pa.concat_tables(
        [*tables, predict(heads, model_of(corpus, folder), gold, task.name, work, show_progress=False)],
        promote_options="permissive",
    )


def flags_of(table, column, **wanted):
    """Flags [mentions, questions] of a run on test."""
    rows = [row for row in table.to_pylist() if row["split"] == "test"]
    return np.array([row[column] for row in rows if all(row[name] == value for name, value in wanted.items())])


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return asserted_corpus(tmp_path_factory.mktemp("asserted") / "corpus", 80)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_model(tmp_path_factory.mktemp("tiny") / "model")


@pytest.fixture(scope="module")
def table(corpus, folder, tmp_path_factory):
    return predicted(corpus, folder, tmp_path_factory.mktemp("work"))


def test_a_row_is_a_mention_and_holds_no_text(corpus, table):
    rows = [row for row in table.to_pylist() if (row["split"], row["setting"]) == ("test", "context")]
    notes = {row["note_id"]: row for row in corpus.table(["note_id", "text", "split", "entities"]).to_pylist()}
    marked = [(name, one) for name, row in notes.items() if row["split"] == "test" for one in row["entities"]]
    assert [(row["note_id"], row["start"], row["end"]) for row in rows] == [
        (name, one["start"], one["end"]) for name, one in marked
    ]
    assert [row["truth"] for row in rows] == [[one[name] for name in QUESTIONS] for _, one in marked]
    assert not {name for name in table.schema.names if pa.types.is_string(table.schema.field(name).type)}


def test_the_rules_read_what_the_sentences_say_and_present_says_nothing(table):
    for setting, expected in {"context": 1.0, "present": 0.0}.items():
        truth, said = (flags_of(table, name, setting=setting) for name in ("truth", "predicted"))
        assert f1_score(truth, said, average="macro", zero_division=0) == expected


@pytest.mark.parametrize(("setting", "least"), [("head", 0.5), ("hybrid", 0.95)])
def test_a_head_learns_from_frozen_tokens_of_a_tiny_model(table, setting, least):
    truth, said = (flags_of(table, name, setting=setting) for name in ("truth", "predicted"))
    assert f1_score(truth, said, average="macro", zero_division=0) > least
    assert ((flags_of(table, "probabilities", setting=setting) > 0.0).any(axis=0)).all()


def test_scores_are_those_of_scikit_learn(table):
    task = task_of()
    scored = kind_of(task).scored(task, QUESTIONS)
    rows = table.filter(pc.and_(pc.equal(table["split"], "test"), pc.equal(table["setting"], "head")))
    tally = scored.tally(rows)
    assert len(set(tally.units)) == len(rows) > len(set(tally.notes))
    truth, said = (np.array(rows[name].to_pylist()) for name in ("truth", "predicted"))
    for metric, average in {"macro_f1": "macro", "micro_f1": "micro"}.items():
        value = next(one for one in scored.metrics if one.name == metric).value(tally.total())
        assert value == pytest.approx(f1_score(truth, said, average=average, zero_division=0))


def test_vectors_are_means_over_tokens(folder):
    encoder = Encoder.load(folder, ENCODER)
    text = "Seen. No fever or cough today. Home."
    (found,) = mention_vectors(encoder, [text], [[Mention(9, 14, "x"), Mention(0, 4, "x")]])
    (tokens,) = encoder.token_vectors([text])
    size = tokens.vectors.shape[1]

    def mean(start, end):
        chosen = [v for v, (a, b) in zip(tokens.vectors, tokens.offsets, strict=True) if start <= a and b <= end]
        return np.mean(chosen, axis=0)

    expected = np.concatenate([mean(9, 14), mean(5, 9), mean(14, 30)])
    np.testing.assert_allclose(found[0], expected, rtol=1e-6)
    assert not found[1][size : 2 * size].any()  # nothing before it


def test_a_fitted_head_reads_other_texts_as_it_reads_the_corpus(corpus, folder, tmp_path):
    task = task_of(settings=["hybrid"], baselines=[])
    gold, (setting,) = gold_of(corpus, task), kind_of(task).settings(task)
    fitted = setting.fit(model_of(corpus, folder), gold, RunKey("asked", "mlm", "hybrid", None, 0), tmp_path)
    asked = gold.units("test")
    stored = fitted.predict(asked)["predicted"].to_pylist()
    found = assertion_of(asked.texts.of(asked.rows), asked.mentions, fitted)
    assert [list(one) for own in found for one in own] == stored
    assert assertion_of([""], [[]], fitted) == [[]]


@pytest.mark.parametrize("name", ["head", "hybrid"])
def test_a_kept_head_answers_as_it_did(corpus, folder, tmp_path, name):
    task = task_of(settings=[name], baselines=["context"], keep=True)
    gold, (rules, setting) = gold_of(corpus, task), kind_of(task).settings(task)
    model, asked = model_of(corpus, folder), gold.units("test")
    kept = kept_folders([rules, setting], "mlm", "asked", tmp_path / "models")
    assert list(kept) == [name]
    table = predict([setting], model, gold, "asked", tmp_path / "work", kept=kept, show_progress=False)
    again = load_assertions(kept[name])
    texts = asked.texts.of(asked.rows)
    stored = flags_of(table, "predicted").tolist()
    assert [list(one) for own in assertion_of(texts, asked.mentions, again) for one in own] == stored
    about = kept[name] / "fitted.json"
    about.write_text(about.read_text().replace('"negated"', '"historical"', 1))
    with pytest.raises(ModelError, match="damaged"):
        load_assertions(kept[name])
    with pytest.raises(ValueError, match="no head"):
        rules_fit = rules.fit(model, gold, RunKey("asked", "context", "context", None, 0), tmp_path)
        save_assertions(rules_fit, tmp_path / "none", RunKey("asked", "context", "context", None, 0))


def test_budgets_are_drawn_by_note_and_nested(corpus, folder, tmp_path):
    table = predicted(corpus, folder, tmp_path, settings=["head"], baselines=[], budgets=[0.01, 0.2, 0.5], subsets=2)
    gold = gold_of(corpus, task_of(budgets=[0.01]))
    assert any("1%" in warning for warning in gold.warnings)
    train = len(gold.rows("train"))
    runs = {(row["shots"], row["seed"]) for row in table.select(["shots", "seed"]).to_pylist()}
    assert runs == {(None, 0), *((round(share * train), seed) for share in (0.2, 0.5) for seed in range(2))}
    for seed in range(2):
        small, large = (set(gold.budget.learned(round(share * train), seed).tolist()) for share in (0.2, 0.5))
        assert small < large < set(gold.rows("train").tolist())


def brat_corpus(folder):
    """Spans as BRAT files give them: attributes between semicolons, a mention in two stretches."""
    text = "no fever, old rash; cough"
    fields = ["start", "end", "type", "id", "part", "attributes"]
    rows = [
        (3, 8, "Sign", "T1", 0, "Negation"), (10, 13, "Sign", "T2", 0, "Historical; Certain"),
        (14, 18, "Sign", "T2", 1, "Historical; Certain"), (20, 25, "Sign", "T3", 0, None), (0, 2, "Cue", "T4", 0, None),
    ]  # fmt: skip
    kind = pa.list_(
        pa.struct([(name, pa.int64() if name in ("start", "end", "part") else pa.string()) for name in fields])
    )
    spans = [dict(zip(fields, row, strict=True)) for row in rows]
    return with_spans(folder, [text] * 20, [spans] * 20, kind)


def test_attributes_of_brat(tmp_path):
    places = {"negated": "attributes=Negation", "historical": "attributes = historical"}
    gold = gold_of(brat_corpus(tmp_path / "corpus"), task_of(types=["Sign"], questions=places))
    assert gold.classes == ("negated", "historical")
    assert [one[:2] for one in gold.mentions[0]] == [(3, 8), (10, 18), (20, 25)]
    assert gold.answers[0].tolist() == [[True, False], [False, True], [False, False]]


@pytest.mark.parametrize("value", [True, "yes", "TRUE", "1"])
def test_questions_that_nobody_answers_are_left_out_and_named(tmp_path, value):
    answer = pa.bool_() if value is True else pa.string()
    kind = pa.list_(pa.struct([("start", pa.int64()), ("end", pa.int64()), ("negated", answer)]))
    no = False if value is True else "no"
    spans = [[{"start": 0, "end": 5, "negated": value if i % 2 else no}, {"start": 0, "end": 5, "negated": None}]
             for i in range(20)]  # fmt: skip
    corpus = with_spans(tmp_path / "corpus", ["fever and cough"] * 20, spans, kind)
    gold = gold_of(corpus, task_of(questions={"negated": "negated"}))
    assert gold.classes == ("negated",) and int(sum(flags.sum() for flags in gold.answers)) == 10
    assert any("20 mentions marked twice" in warning for warning in gold.warnings)
    with pytest.raises(WardspaceError, match="no field 'historical'"):
        gold_of(corpus, task_of())


def test_what_cannot_be_a_task_is_said(tmp_path):
    spans = [[{"start": 0, "end": 5, "negated": False}]] * 20
    corpus = with_spans(tmp_path / "corpus", ["fever and cough"] * 20, spans, ASSERTED)
    with pytest.raises(WardspaceError, match="nothing to ask"):
        gold_of(corpus, task_of())
    with pytest.raises(WardspaceError, match="no mention in the"):
        gold_of(with_spans(tmp_path / "bare", ["fever"] * 20, [[]] * 20, ASSERTED), task_of())
    for wrong in ({"negated": "=x"}, {"negated": "attributes="}, {"doubtful": "x"}, {}):
        with pytest.raises(ValueError, match="questions"):
            task_of(questions=wrong)


def test_a_question_without_a_training_mention_is_named_and_answered_with_no(tmp_path, folder):
    texts = ["no fever and aspirin today"] * 20
    spans = [[{"start": 3, "end": 8, "negated": bool(i % 2), "family": i == 4}] for i in range(20)]  # 4: test
    corpus = with_spans(tmp_path / "corpus", texts, spans, ASSERTED)
    assert any("family" in warning and "training" in warning for warning in gold_of(corpus, task_of()).warnings)
    table = predicted(corpus, folder, tmp_path / "work", settings=["head"], baselines=[])
    assert not flags_of(table, "predicted")[:, 1].any()
    assert Assertion() == Assertion(family=False)
