import pytest

from tests.fixtures.results import fake_maps, fake_results, fake_study
from wardspace.report.board import Board
from wardspace.report.page import page


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
