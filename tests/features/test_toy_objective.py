"""An objective that exists only here runs through a whole study: no line in the package knows of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import pytest
import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional
from typer.testing import CliRunner

from tests.fixtures.studies import small_study
from wardspace.cli.app import app
from wardspace.config import OBJECTIVES as SECTIONS
from wardspace.config import ObjectiveSection, parse_study, study_keys
from wardspace.core.errors import StudyError
from wardspace.models import LanguageModel
from wardspace.models.heads.kept_heads import load_heads
from wardspace.objectives import OBJECTIVES, Objective, ObjectiveSettings, Reading, Unit
from wardspace.objectives.base import Read
from wardspace.objectives.micro_batches import Batch, MicroBatch, micro_batches
from wardspace.results.results import Results
from wardspace.study import Study


class LengthConfig(ObjectiveSection):
    """Guess how long a note is."""

    kind: Literal["length"] = "length"
    """Name of the objective."""
    scale: float = Field(1.0, gt=0)
    """Weight of the loss."""

    def description(self, metadata: Sequence[str]) -> str:
        """Its task and its weight, for the report and the model card."""
        return f"guesses the length of a note (scale {self.scale:g})"


class Length(Objective):
    """Squared error of the logarithm of the number of tokens, from the vector of the first window."""

    def __init__(self, config: LengthConfig, model: LanguageModel, setting: ObjectiveSettings) -> None:
        super().__init__(config, model, setting)
        self.weights = {"length": config.scale}
        self.head = nn.Linear(model.dimension, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def modules_to_keep(self) -> Mapping[str, nn.Module]:
        """The head: it is saved with the model."""
        return {"length": self.head}

    def usable(self, unit: Unit) -> bool:
        """Any note with a token."""
        return len(unit.ids) > 0

    def tokens(self, reading: Reading) -> int:
        """Tokens of the window with its special tokens: the budget counts them."""
        return len(self._window(reading)) + self.setting.vocabulary.specials_per_sequence

    def collate(self, readings: Sequence[Reading]) -> Batch:
        """Windows, packed, with the number to predict for each and how many predictions there are."""
        windows = [self._window(reading) for reading in readings]
        return Batch(
            micro_batches(windows, self.setting.vocabulary, self.setting.reading),
            labels=torch.tensor([[math.log(len(reading.unit.ids))] for reading in readings]).reshape(-1, 1),
            counts={"length": len(readings)},
        )

    def read(self, one: MicroBatch, labels: Tensor, *, vectors_only: bool = False) -> Read:
        """The loss, summed over the windows of one micro-batch; `one.rows` finds their labels."""
        vectors = self.pooled(self.model.hidden(one.ids, one.layout), one)
        return Read({"length": functional.mse_loss(self.head(vectors), labels[one.rows], reduction="sum")}, None)

    def _window(self, reading: Reading):
        return reading.unit.ids[: self.setting.text_window]


@pytest.fixture
def registered(monkeypatch):
    monkeypatch.setitem(SECTIONS.sections, "length", LengthConfig)
    monkeypatch.setitem(OBJECTIVES, "length", Length)


@pytest.mark.usefixtures("registered")
def test_a_study_with_it_runs_from_prepare_to_report(tmp_path):
    values = small_study(tmp_path, adapt=[{"name": "toy", "objectives": [{"length": {"scale": 0.5}}, "mlm"]}])
    report = Study.parse(values, tmp_path / "run").run()
    results = Results.read(tmp_path / "run" / "results.json")
    (toy,) = [model for model in results.models if model.name == "toy"]
    assert [stage.objective for stage in toy.stages] == ["length", "mlm"]
    assert toy.stages[0].options == {"kind": "length", "scale": 0.5}
    assert toy.stages[0].losses[-1].loss < toy.stages[0].losses[0].loss
    assert any(score.model == "toy" and score.split == "test" for score in results.scores)
    said = "guesses the length of a note (scale 0.5)"
    assert said in report.read_text(encoding="utf-8")
    folder = tmp_path / "run" / "models" / "toy"
    assert said in (folder / "README.md").read_text(encoding="utf-8")
    kept = load_heads(folder)["length"]
    assert kept.weights["weight"].abs().max() > 0


@pytest.mark.usefixtures("registered")
def test_the_study_file_and_the_lists_know_it():
    study = parse_study({"adapt": [{"name": "toy", "objective": {"length": {"scale": 2}}}]})
    assert study.adapt[0].objectives == [LengthConfig(scale=2)]
    assert parse_study(study.resolved()) == study
    assert "adapt.N.objectives.N.length.scale" in {key.place for key in study_keys()}
    assert "Guess how long a note is" in CliRunner().invoke(app, ["ls", "objectives"]).output
    with pytest.raises(StudyError, match=r"objectives\.0\.scale"):
        parse_study({"adapt": [{"name": "toy", "objective": {"length": {"scale": -1}}}]})


def test_without_its_registration_it_is_an_unknown_objective():
    with pytest.raises(StudyError, match="no such objective"):
        parse_study({"adapt": [{"name": "toy", "objective": "length"}]})
