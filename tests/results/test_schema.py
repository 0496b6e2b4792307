from pathlib import Path

from wardspace.results.schema import SECTIONS, schema_markdown

PAGE = Path(__file__).parents[2] / "docs" / "results-schema.md"


def test_the_page_is_what_the_models_say():
    assert PAGE.read_text(encoding="utf-8") == schema_markdown()


def test_every_field_has_a_meaning():
    bare = [
        (title, name)
        for title, record in SECTIONS.items()
        for name, f in record.model_fields.items()
        if not f.description
    ]
    assert bare == []
