"""What an exported model's card says."""

import pytest
import yaml

from tests.fixtures.models import tiny_model
from tests.fixtures.studies import small_study
from wardspace.config import parse_study
from wardspace.models import Encoder
from wardspace.report.card.audit import AUDIT, NOT_TESTED
from wardspace.study.commands.export import export
from wardspace.study.folder import RunFolder

CARD = (
    f"# s: mlm\n\n## Scores\n\nhigh\n\n## {AUDIT}\n\n{NOT_TESTED}\n\n"
    "## What was not shown\n\n- a lot\n\n## Citation\n\nus\n"
)


@pytest.fixture
def run(tmp_path):
    """A run whose one model was adapted by nobody."""
    tiny_model(tmp_path / "base", "roberta")
    folder = RunFolder(tmp_path / "run")
    folder.begin()
    study = parse_study(small_study(tmp_path, adapt=[{"name": "mlm", "objectives": ["mlm"]}]))
    (folder.path / "study.yaml").write_text(yaml.safe_dump(study.resolved()))
    Encoder.load(tmp_path / "base").save(folder.model("mlm"), CARD)
    return folder.path


def test_what_follows_the_audit_in_the_card_is_kept(run, tmp_path):
    export(run, "mlm", tmp_path / "out", "made of random weights")
    card = (tmp_path / "out" / "README.md").read_text()
    assert "Reason given: made of random weights" in card
    assert card.count(f"## {AUDIT}") == 1
    assert card.index(AUDIT) < card.index("## What was not shown\n\n- a lot\n\n## Citation\n\nus\n")
