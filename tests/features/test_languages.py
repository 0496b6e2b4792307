"""Short made-up notes in four languages through a study."""

import json

import pytest

from tests.fixtures.models import tiny_model
from wardspace import Study
from wardspace.models.files.loading import load_tokenizer, open_folder
from wardspace.models.vocabulary_fit import vocabulary_fit

HEART = {
    "german": "Seit {n} Tagen Druck auf der Brust, Übelkeit und Herzklopfen.",
    "french": "Depuis {n} jours, douleur thoracique à l'effort, essoufflé.",
    "spanish": "Desde hace {n} días dolor torácico con el esfuerzo y sudoración.",
    "chinese": "患者诉胸痛{n}天，活动后加重，伴有心悸。",
}
LEG = {
    "german": "Seit {n} Tagen Schmerzen im linken Bein, größere Schwellung am Knöchel.",
    "french": "Depuis {n} jours, douleur à la jambe gauche, cheville enflée.",
    "spanish": "Desde hace {n} días dolor en la pierna izquierda, tobillo hinchado.",
    "chinese": "患者诉左腿疼痛{n}天，踝关节肿胀，无外伤史。",
}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return tiny_model(tmp_path_factory.mktemp("base") / "model")


@pytest.mark.parametrize("language", HEART)
def test_counted_terms_tell_the_notes_apart_in_every_language(language, base, tmp_path):
    rows = [
        {"id": f"{place}{n}", "patient": f"{place}{n}", "text": form[language].format(n=n + 2), "place": place}
        for place, form in (("heart", HEART), ("leg", LEG))
        for n in range(30)
    ]
    notes = tmp_path / "notes.jsonl"
    notes.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    study = Study.parse(
        {
            "name": language,
            "corpus": {
                "source": {"path": str(notes)},
                "columns": {"note_id": "id", "patient_id": "patient", "text": "text", "labels": ["place"]},
                "deduplicate": {"report_near": None},
            },
            "base": str(base),
            "tasks": [{"name": "place", "label": "place", "settings": ["probe"]}],
            "space": {"columns": ["place"]},
            "report": {"resamples": 100},
        },
        tmp_path / "run",
    )
    study.run()
    results = json.loads((tmp_path / "run" / "results.json").read_text())
    scored = [
        one["value"]
        for one in results["scores"]
        if (one["model"], one["metric"], one["split"], one["seed"]) == ("tfidf", "macro_f1", "test", None)
    ]
    assert scored == [1.0]
    if language == "chinese":
        assert [line for line in results["warnings"] if "vocabulary" in line]


@pytest.mark.minilm
@pytest.mark.parametrize("language", HEART)
def test_the_vocabulary_of_minilm_has_pieces_for_latin_letters_alone(language):
    fit = vocabulary_fit(load_tokenizer(open_folder("minilm")), [HEART[language], LEG[language]])
    assert (fit.unknown + fit.spelled > 0.9) == (language == "chinese")
    assert (fit.unknown + fit.spelled < 0.03) == (language != "chinese")


@pytest.mark.parametrize("kind", ["words", "characters"])
def test_the_kind_of_terms_can_be_chosen(kind):
    study = Study.parse({"tfidf": {"terms": kind}})
    assert study.config.tfidf.terms == kind
