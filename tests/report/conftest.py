import pytest

from tests.fixtures.browser import CHROMIUM, Browser
from tests.fixtures.results import fake_maps, fake_results, fake_study
from wardspace.report import write_report
from wardspace.report.page import page
from wardspace.report.score_table import Board


@pytest.fixture(scope="session")
def results():
    return fake_results()


@pytest.fixture(scope="session")
def study():
    return fake_study()


@pytest.fixture(scope="session")
def board(results):
    return Board(results)


@pytest.fixture(scope="session")
def html(results, study):
    return page(results, fake_maps(120), study.report, study)


NOTES = 200


@pytest.fixture(scope="session")
def maps():
    return fake_maps(NOTES)


@pytest.fixture(scope="session")
def texts():
    return [f"Note {i}: <b>chest</b> pain\nsecond line" for i in range(NOTES)]


@pytest.fixture(scope="session")
def pages(tmp_path_factory, results, study, maps, texts):
    """A folder with report.html and text.html."""
    folder = tmp_path_factory.mktemp("pages")
    write_report(results, maps, folder / "report.html", study.report, study)
    write_report(results, maps, folder / "text.html", study.report, study, texts=texts)
    return folder


@pytest.fixture(scope="session")
def started_browser(tmp_path_factory):
    if CHROMIUM is None:
        pytest.skip("no chromium")
    with Browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def browser(started_browser):
    """A browser with a window of usual size; whatever it complains of, or asks the network for, fails the test."""
    started_browser.complaints.clear()
    started_browser.asked_for.clear()
    started_browser.looks(width=1280)
    yield started_browser
    assert started_browser.complaints == []
    assert [found for found in started_browser.asked_for if not found.startswith(("file:", "data:", "about:"))] == []
