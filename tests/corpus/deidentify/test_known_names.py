import csv
import unicodedata
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.config import CorpusConfig, DeidentifyConfig
from wardspace.corpus import prepare
from wardspace.corpus.deidentify import Deidentifier

DEIDENTIFIER = Deidentifier(DeidentifyConfig())
ALONE = Deidentifier(DeidentifyConfig(detectors=["known_names"]))

# surname, first name, note, what must not be left of it
NOTES = (
    ("Ng", "Bo", "today Bo Ng was quiet; family of ng came, told mrs. NG", ["bo", "ng"]),
    ("Li", "Wei", "today wei li slept", ["wei", "li"]),
    ("O’Brien", "Sean", "today o'brien ate", ["brien"]),
    ("O'Brien", "Sean", "today oʼbrien ate; O‘Brien, O`Brien, OBrien", ["brien"]),
    ("Müller", "Jörg", "today mueller ate, then muller slept", ["mueller", "muller"]),
    ("Müller", "Jörg", unicodedata.normalize("NFD", "today müller ate"), ["ller"]),
    (unicodedata.normalize("NFD", "Müller"), "Jorg", "today müller ate", ["ller"]),
    ("Muller", "Jorg", "today müller ate, Mul\u00adler too", ["ller"]),
    ("Mueller", "Jorg", "today müller ate, Müllers bed", ["ller"]),
    ("王", "小明", "患者王小明今日发热三天，小明诉头痛，王先生", ["王", "小明"]),
    ("王小明", "", "患者王小明今日发热三天，小明诉头痛", ["王", "小明"]),
    ("欧阳", "娜", "患者欧阳娜今日发热", ["欧阳", "娜"]),
    ("김민수", "", "김민수님은 민수가 왔다", ["민수"]),
    ("Иванов", "Пётр", "пациента Иванова Петра осмотрели", ["иванов", "петр"]),
    ("Straßer", "Ute", "today STRASSER ate", ["strasser"]),
    ("Łukasiewicz", "Søren", "today lukasiewicz ate, soeren slept", ["lukasiewicz", "soeren"]),
    ("Müller-Jones", "Ann", "muller jones; MÜLLER–JONES, Muller‑Jones", ["ller", "jones"]),
    ("VanDyke", "Mary", "van dyke, Van-Dyke, VANDYKE", ["dyke"]),
    ("de la Cruz", "Ana", "la señora De La Cruz; cruz de la casa", ["cruz"]),
    ("Do", "Minh", "today minh do slept, seen by Do", ["minh", "do slept", "by do"]),
)


def left(text):
    """What is left of a note, folded by other means than those of the package."""
    apart = unicodedata.normalize("NFKD", text).casefold().replace("ł", "l").replace("ø", "o")
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


@pytest.mark.parametrize(("surname", "first", "note", "gone"), NOTES)
def test_known_names_are_found_in_every_spelling(surname, first, note, gone):
    text, *_ = DEIDENTIFIER.deidentified(note, known_names=[surname, first])
    assert not [name for name in gone if name in left(text)]
    assert "[NAME]" in text


def test_known_names_of_a_column_never_reach_the_corpus(tmp_path):
    table = StringIO()
    writer = csv.writer(table)
    writer.writerow(["note_id", "patient_id", "surname", "first_name", "text"])
    writer.writerows([f"n{i}", f"p{i}", *note[:3]] for i, note in enumerate(NOTES))
    (tmp_path / "notes.csv").write_text(table.getvalue(), encoding="utf-8")
    config = {
        "source": {"path": str(tmp_path / "notes.csv")},
        "deidentify": {"name_columns": ["surname", "first_name"]},
        "deduplicate": {"exact": False, "report_near": None},
    }
    corpus = prepare(CorpusConfig.model_validate(config), tmp_path / "corpus", show_progress=False)
    rows = {row["note_id"]: row["text"] for row in corpus.table(["note_id", "text"]).to_pylist()}
    assert len(rows) == len(NOTES)
    for i, (*_, gone) in enumerate(NOTES):
        assert not [name for name in gone if name in left(rows[f"n{i}"])]


SPELLINGS = {
    "Jörg Müller-O’Brien": [
        "Jörg Müller-O'Brien",
        "JORG MULLER OBRIEN",
        "joerg mueller‑oʼbrien",
        unicodedata.normalize("NFD", "jörg\u00a0müller–o`brien"),
        "Müller-O’Brien, Jörg",
    ],
    "王小明": ["王小明", "小明"],
    "Straßer": ["STRASSER", "Straßer", "stras\u00adser"],
}
AROUND = st.text(
    st.characters(categories=["Nd", "Po", "Zs", "Mn", "Lo"], exclude_characters="王小明'\u2019.,-`"), max_size=30
)


@given(st.sampled_from([(name, one) for name, each in SPELLINGS.items() for one in each]), AROUND, AROUND)
def test_a_name_is_cut_at_its_own_letters(pair, before, after):
    name, spelling = pair
    note = f"{before} {spelling} {after}"
    text, offsets, findings = ALONE.deidentified(note, known_names=[name])
    assert text == f"{before} [NAME] {after}"
    start = len(before) + 1
    assert [(each.start, each.end) for each in findings] == [(start, start + len(spelling))]
    assert offsets.span(start + len(spelling) + 1, len(note)) == ((start + 7, len(text)) if after else None)


def found(text, *names):
    return [text[each.start : each.end] for each in ALONE.findings(text, names)]


def test_known_names_of_two_letters_are_no_units_and_no_tubes():
    assert found("Ng ate 5 ng of it, NG tube, Ng slept", "Ng") == ["Ng", "Ng"]
    assert found("Li 0.8, li level 0.9; Li slept", "Li") == ["Li"]
    assert found("li na slept, li was used", "Li Na") == ["li na", "li"]


def test_particles_and_pronouns_alone_stay():
    assert found("He was seen; he ate. Mr He slept.", "He") == ["He"]
    assert found("de la casa van", "de la Cruz", "van Dyk") == []


def test_one_chinese_letter_alone_is_no_name():
    assert found("高血压，体温高", "高", "明") == []
    assert found("高某，高先生", "高", "明") == ["高", "高"]
