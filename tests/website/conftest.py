import pytest

from tests.fixtures.browser import CHROMIUM, Browser


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The built site."""
    pytest.importorskip("sphinx")
    from website.build import build

    return build(tmp_path_factory.mktemp("built") / "site").parent


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
