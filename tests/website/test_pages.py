"""Pages read off the code, and links that fit the site."""

import pytest

from wardspace.config import study_keys
from website.navigation import contents, sources
from website.staging import relinked
from website.study_keys import by_section

KNOWN = {"docs/tasks.md": "tasks", "docs/search.md": "hyperparameter-search", "CONTRIBUTING.md": "contributing"}


@pytest.mark.parametrize(
    ("folder", "link", "there"),
    [
        ("docs", "tasks.md", "tasks.md"),
        ("docs", "tasks.md#pairs", "tasks.md#pairs"),
        ("docs", "search.md", "hyperparameter-search.md"),
        ("docs", "../CONTRIBUTING.md", "contributing.md"),
        ("", "docs/search.md#x", "hyperparameter-search.md#x"),
        ("docs", "images/a.png", "images/a.png"),
        ("", "docs/images/a.png", "images/a.png"),
        ("docs", "#here", "#here"),
        ("docs", "https://x.org/a.md", "https://x.org/a.md"),
        ("docs", "../recipes/demo.yaml", "https://github.com/wardspace/wardspace/blob/main/recipes/demo.yaml"),
    ],
)
def test_links_fit_the_site(folder, link, there):
    assert relinked(f"See [it]({link}).", folder, KNOWN) == f"See [it]({there})."


def test_code_is_left_alone():
    page = "[a](search.md)\n\n```sh\nx [a](search.md)\n```\n\n[a](search.md)\n"
    assert relinked(page, "docs", KNOWN).count("hyperparameter-search.md") == 2


def test_a_page_without_a_place_in_the_navigation_is_an_error(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "new-thing.md").write_text("# New")
    with pytest.raises(ValueError, match="new-thing"):
        sources(tmp_path)


def test_pages_that_are_not_there_leave_no_entry():
    trees = contents({"start", "search"})
    assert "hyperparameter-search" in trees
    assert "onnx" not in trees
    assert trees.count("{toctree}") == 2


def test_each_kind_of_task_has_sections_of_its_own():
    sections = by_section(study_keys())
    places = {key.place for keys in sections.values() for key in keys}
    assert places == {key.place for key in study_keys()}
    kinds = {title.rpartition(" of ")[2] for title in sections if title.startswith("`tasks.N` of ")}
    assert {"classification", "entities", "relations", "pairs", "answers", "sentences", "retrieval"} <= kinds
