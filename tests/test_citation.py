import re
from pathlib import Path

import yaml

from wardspace.core.version import __version__

CITATION = yaml.safe_load((Path(__file__).parent.parent / "CITATION.cff").read_text(encoding="utf-8"))


def test_it_holds_what_the_format_asks_for():
    assert CITATION["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= CITATION.keys()
    assert CITATION["authors"] == [{"name": "The wardspace authors"}]
    assert CITATION["type"] == "software"


def test_its_version_is_the_program_s():
    assert CITATION["version"] == __version__


def test_every_reference_has_a_type_a_title_and_authors():
    for work in CITATION["references"]:
        assert {"type", "title", "authors", "year"} <= work.keys(), work
        assert all(author.keys() <= {"family-names", "given-names", "name"} for author in work["authors"])
        assert re.fullmatch(r"10\.\d{4,9}/\S+", work.get("doi", "10.1000/none"))
