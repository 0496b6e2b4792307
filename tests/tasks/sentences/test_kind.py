"""Labels of sentences from the corpus to stored predictions."""

from __future__ import annotations

import shutil

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score

from tests.fixtures.mentions import with_spans
from tests.fixtures.models import CAUSAL, tiny_model
from tests.fixtures.sentences import MARKED, by_neighbour, sentence_corpus
from wardspace.config import EncoderConfig, SentencesConfig
from wardspace.corpus.note.sentences import Sentence
from wardspace.corpus.schema import SPLITS
from wardspace.models import Encoder
from wardspace.tasks import EvaluatedModel, RunKey, Texts, kind_of, no_model, predict
from wardspace.tasks.columns import objects
from wardspace.tasks.finetuning import Trial
from wardspace.tasks.sentences.vectors import sentence_vectors

ENCODER = EncoderConfig(window=48)
QUICK = {"seeds": 1, "epochs": 8, "learning_rate": 3e-3, "batch_notes": 4, "patience": None}
RUN = RunKey("labels", "mlm", "x", None, 0)


def task_of(**options):
    return SentencesConfig.model_validate({"name": "labels", "spans": "entities", "baselines": [], **options})


def gold_of(corpus, task):
    return kind_of(task).gold(Texts(corpus), task, SPLITS)


def model_of(corpus, folder, encoder=ENCODER):
    split = objects(corpus.table(["split"])["split"])
    return EvaluatedModel("mlm", list, lambda: Encoder.load(folder, encoder), split, (str(folder), encoder))


def predicted(corpus, folder, work, **options):
    """Predictions of one model, and of the baselines under their own names."""
    task = task_of(**options)
    gold, found = gold_of(corpus, task), []
    for one in kind_of(task).settings(task):
        model = no_model(one.record.name) if one.record.family == "baseline" else model_of(corpus, folder)
        found.append(predict([one], model, gold, task.name, work, show_progress=False))
    return pa.concat_tables(found, promote_options="permissive").unify_dictionaries()


def flags_of(table, column, **wanted):
    rows = [row for row in table.to_pylist() if row["split"] == "test"]
    return np.array([row[column] for row in rows if all(row[name] == value for name, value in wanted.items())])


def f1(table, **wanted):
    truth, said = (flags_of(table, name, **wanted) for name in ("truth", "predicted"))
    return f1_score(truth, said, average="micro", zero_division=0)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return sentence_corpus(tmp_path_factory.mktemp("marked") / "corpus")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_model(tmp_path_factory.mktemp("tiny") / "model")


@pytest.fixture(scope="module")
def table(corpus, folder, tmp_path_factory):
    options = {"settings": ["logistic", "head", "finetune"], "baselines": ["majority", "tfidf"], "finetune": QUICK}
    return predicted(corpus, folder, tmp_path_factory.mktemp("work"), **options)


@pytest.mark.parametrize(
    ("setting", "least"), [("tfidf", 0.95), ("logistic", 0.5), ("head", 0.5), ("finetune", 0.8), ("majority", 0.0)]
)
def test_every_setting_learns_what_the_words_give_away(table, setting, least):
    assert f1(table, setting=setting) >= least
    sure = flags_of(table, "probabilities", setting=setting)
    assert 0 <= sure.min() <= sure.max() <= 1


def test_scores_are_those_of_scikit_learn(table):
    task = task_of()
    scored = kind_of(task).scored(task, ("drug", "sign"))
    rows = table.filter(pc.and_(pc.equal(table["split"], "test"), pc.equal(table["setting"], "head")))
    tally = scored.tally(rows)
    assert len(set(tally.units)) == len(rows) > len(set(tally.notes))
    truth, said = (np.array(rows[name].to_pylist()) for name in ("truth", "predicted"))
    assert scored.metrics[0].name == "micro_f1" and not scored.metrics[0].secondary
    for metric, average in {"micro_f1": "micro", "macro_f1": "macro"}.items():
        value = next(one for one in scored.metrics if one.name == metric).value(tally.total())
        assert value == pytest.approx(f1_score(truth, said, average=average, zero_division=0))


@pytest.mark.parametrize("setting", ["logistic", "head", "finetune"])
def test_the_threshold_is_the_best_on_validation(table, setting):
    rows = [row for row in table.to_pylist() if (row["split"], row["setting"]) == ("validation", setting)]
    truth, said, sure = (np.array([row[name] for row in rows]) for name in ("truth", "predicted", "probabilities"))
    best = max(f1_score(truth, sure >= cut, average="micro", zero_division=0) for cut in np.unique(sure))
    assert f1_score(truth, said, average="micro", zero_division=0) == pytest.approx(best)


def test_a_label_that_only_the_sentence_before_gives_away(tmp_path, folder):
    """The same sentences without their notes around them tell nothing."""
    together = sentence_corpus(tmp_path / "together", 60, made=by_neighbour)
    alone = apart(together, tmp_path / "alone")
    options = {"settings": ["finetune"], "finetune": QUICK, "baselines": ["tfidf"]}
    table = predicted(together, folder, tmp_path / "one", **options)
    assert f1(table, setting="finetune") > 0.85
    assert f1(table, setting="tfidf") < 0.75
    options["finetune"] = {**QUICK, "epochs": 3}
    assert f1(predicted(alone, folder, tmp_path / "other", **options), setting="finetune") < 0.75


def apart(corpus, folder):
    """A corpus with a note for each sentence, in the same splits."""
    texts, spans = [], []
    by_split = {name: [] for name in ("train", "validation", "test")}
    for row in corpus.table(["text", "split", "entities"]).to_pylist():
        by_split[row["split"]] += [(row["text"][one["start"] : one["end"]], one["labels"]) for one in row["entities"]]
    order = ("train", "train", "train", "validation", "test")
    for index in range(5 * min(len(by_split["test"]), len(by_split["validation"]), len(by_split["train"]) // 3)):
        text, labels = by_split[order[index % 5]].pop()
        texts.append(text)
        spans.append([{"start": 0, "end": len(text), "labels": labels}])
    return with_spans(folder, texts, spans, MARKED)


@pytest.mark.parametrize("options", [{"lora": {"rank": 4}}, {"freeze_layers": 1}])
def test_low_rank_additions_and_frozen_layers(tmp_path, corpus, folder, options):
    found = predicted(corpus, folder, tmp_path, settings=["finetune"], finetune={**QUICK, "seeds": 1, **options})
    assert f1(found) > 0.5


def test_a_model_that_reads_from_left_to_right(tmp_path, corpus):
    folder = tiny_model(tmp_path / "model", CAUSAL)
    assert f1(predicted(corpus, folder, tmp_path / "work", settings=["finetune"], finetune=QUICK)) > 0.6


def test_vectors_are_means_over_the_tokens_of_a_sentence(folder):
    encoder = Encoder.load(folder, ENCODER)
    text = "no fever today\nseen in clinic " + "has no acute distress " * 40
    asked = [Sentence(0, 14), Sentence(15, 29), Sentence(30, len(text) - 1), Sentence(14, 15)]
    (found,) = sentence_vectors(encoder, [text], [asked])
    (tokens,) = encoder.token_vectors([text])
    for one, vector in zip(asked, found, strict=True):
        own = [v for v, (a, b) in zip(tokens.vectors, tokens.offsets, strict=True) if one.start <= a and b <= one.end]
        np.testing.assert_allclose(vector, np.mean(own, axis=0) if own else np.zeros(len(vector)), rtol=1e-5, atol=1e-6)


def test_a_sentence_of_thousands_of_tokens_and_notes_of_one_sentence(tmp_path, folder):
    texts = [("patient stable today " * 1700 if i == 0 else "") + ("aspirin" if i % 2 else "seen") for i in range(20)]
    spans = [[{"start": 0, "end": len(text), "labels": "drug" if i % 2 else None}] for i, text in enumerate(texts)]
    corpus = with_spans(tmp_path / "corpus", texts, spans, MARKED)
    tune = {**QUICK, "epochs": 2}
    found = predicted(corpus, folder, tmp_path / "work", settings=["logistic", "finetune"], finetune=tune)
    assert f1(found, setting="finetune") == f1(found, setting="logistic") == 1.0


def test_tfidf_counts_words_of_training_sentences(corpus, tmp_path):
    task = task_of(baselines=["tfidf"], settings=["logistic"])
    gold, (setting, _) = gold_of(corpus, task), kind_of(task).settings(task)
    fitted = setting.fit(no_model("tfidf"), gold, RUN, tmp_path)
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2).fit(gold.units("train").words())
    assert fitted.about == {"terms": len(words.vocabulary_)}


def test_budgets_are_drawn_by_note_and_nested(corpus, folder, tmp_path):
    options = {"settings": ["logistic"], "baselines": ["majority"], "budgets": [0.01, 0.2, 0.5], "subsets": 2}
    found = predicted(corpus, folder, tmp_path, **options)
    gold = gold_of(corpus, task_of(**options))
    assert any("1%" in warning for warning in gold.warnings)
    train = len(gold.rows("train"))
    runs = {(row["shots"], row["seed"]) for row in found.select(["shots", "seed"]).to_pylist()}
    assert runs == {(None, 0), *((round(share * train), seed) for share in (0.2, 0.5) for seed in range(2))}
    for seed in range(2):
        small, large = (set(gold.budget.learned(round(share * train), seed).tolist()) for share in (0.2, 0.5))
        assert small < large < set(gold.rows("train").tolist())


def test_a_label_without_a_training_sentence_is_never_given(tmp_path, folder):
    texts = ["no fever and aspirin today"] * 20
    second = {"start": 9, "end": 26, "labels": ""}
    spans = [[{"start": 0, "end": 8, "labels": "sign|rare" if i == 4 else "sign"}, second] for i in range(20)]
    corpus = with_spans(tmp_path / "corpus", texts, spans, MARKED)
    settings = ["logistic", "head", "finetune"]
    found = predicted(corpus, folder, tmp_path / "work", settings=settings, finetune={**QUICK, "epochs": 1})
    assert not flags_of(found, "predicted")[:, 0].any()


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_rare_labels_weigh_more_where_it_is_asked_for(corpus, folder, power):
    task = task_of(settings=["finetune"], class_weights=power, finetune=QUICK)
    (setting,), gold = kind_of(task).settings(task), gold_of(corpus, task)
    objective, _ = setting.tuner(model_of(corpus, folder), gold).trained(Trial(0, 1e-3))
    has = np.array(gold.truth("train")["truth"].to_pylist()).mean(axis=0)
    np.testing.assert_allclose(objective.positive_weights.numpy(), np.maximum((1 - has) / has, 1) ** power, rtol=1e-6)


def test_plan_counts_what_is_trained(tmp_path, corpus, folder):
    task = task_of(settings=["finetune"], budgets=[0.5], finetune={**QUICK, "seeds": 2})
    (setting,) = kind_of(task).settings(task)
    work = setting.workload(model_of(corpus, folder), gold_of(corpus, task), tmp_path)
    assert (len(work.phases), work.runs) == (2, 2) and work.tokens_read > 0
    large, small = (phase.plan.tokens.sum() for phase in work.phases)
    assert small < large
    shutil.rmtree(tmp_path)
