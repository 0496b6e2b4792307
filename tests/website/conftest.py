import pytest
from filelock import FileLock

from tests.fixtures.browser import CHROMIUM, Browser


@pytest.fixture(scope="session")
def site(tmp_path_factory, worker_id):
    """The built site; processes that test at the same time share it."""
    pytest.importorskip("sphinx")
    from website.build import build

    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "built" / "site"
    folder.parent.mkdir(exist_ok=True)
    done = folder.with_suffix(".done")
    with FileLock(folder.with_suffix(".lock")):
        if not done.is_file():
            build(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """A browser without a network."""
    if CHROMIUM is None:
        pytest.skip("no chromium")
    with Browser(tmp_path_factory.mktemp("profile")) as browser:
        browser.ask(
            "Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0
        )
        yield browser
