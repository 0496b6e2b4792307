"""The scores of a study by task, model and setting: every table, figure and finding looks them up here."""

from __future__ import annotations

from typing import NamedTuple

from wardspace.report.wording import capitalised, kind_words, metric_order, setting_name, setting_order, thousands
from wardspace.results import Difference, Family, ModelRecord, Results, Score, SettingRecord


class Place(NamedTuple):
    """A column of the comparison: a setting and its number of labels."""

    setting: str
    shots: int | None
    notes: int | None = None
    """Labelled notes in all, where the study limits them."""
    family: Family = "frozen"
    """Family of the setting."""
    untrained: bool = False
    """Whether nothing is learned from labels."""
    kind: str = ""
    """Kind of the task."""

    @property
    def frozen(self) -> bool:
        """Whether the encoder stayed frozen."""
        return self.family != "fine-tuned"

    @property
    def search(self) -> bool:
        """Whether this is retrieval, which trains nothing."""
        return self.untrained

    @property
    def setting_name(self) -> str:
        """Name of the setting."""
        return setting_name(self.setting, self.kind)

    @property
    def group(self) -> tuple[int, str]:
        """Rank and heading of a setting, which groups its columns."""
        if self.family == "baseline":
            return -1, "Baseline, no language model"
        name, order = self.setting_name, list(kind_words(self.kind).settings) or setting_order()
        rank = order.index(self.setting) if self.setting in order else len(order)
        alone = self.search or not self.frozen
        return rank, capitalised(name) if alone else f"Frozen encoder, {name}"

    @property
    def short(self) -> str:
        """How many labels, for a column under the group's heading."""
        if self.shots is not None:
            return kind_words(self.kind).budget.short.format(n=thousands(self.shots))
        if self.search:
            return "no labels"
        return "all labels" if self.notes is None else f"{thousands(self.notes)} notes"

    @property
    def labels(self) -> str:
        """How many labels, in words."""
        if self.shots is not None:
            return kind_words(self.kind).budget.name.format(n=thousands(self.shots))
        if self.search:
            return "no labels"
        return "all labels" if self.notes is None else f"{thousands(self.notes)} labelled notes"

    @property
    def name(self) -> str:
        """The place in words."""
        if self.search:
            return self.setting_name
        return f"{self.labels}, {self.setting_name}"

    @property
    def with_labels(self) -> str:
        """How many labels, within a sentence."""
        return "without labels" if self.search else f"with {self.labels}"

    @property
    def used(self) -> str:
        """The setting at the start of a sentence."""
        if self.search:
            return self.group[1]
        return f"With {self.name}" if self.frozen else f"Fine-tuned with {self.labels}"


class Board:
    """Looks up scores and differences.

    Parameters
    ----------
    results : Results
        Only test scores over all seeds (seed null) are looked up.
    """

    def __init__(self, results: Results) -> None:
        self.results = results
        self.records: dict[str, ModelRecord] = {model.name: model for model in results.models}
        self.settings: dict[str, SettingRecord] = {setting.name: setting for setting in results.settings}
        self.base = next((model.name for model in results.models if model.kind == "base"), "base")
        self._scores: dict[tuple[str, str, str, int | None, str], Score] = {
            (s.task, s.model, s.setting, s.shots, s.metric): s
            for s in results.scores
            if s.split == "test" and s.seed is None and s.label is None
        }
        self._differences: dict[tuple[str, str, str, str, int | None, str], Difference] = {
            (d.task, d.model, d.against, d.setting, d.shots, d.metric): d for d in results.differences
        }
        self.tasks: list[str] = list(dict.fromkeys([*results.classes, *(key[0] for key in self._scores)]))

    def metrics(self, task: str) -> list[str]:
        """Metrics of a task, macro F1 first."""
        found = dict.fromkeys(key[4] for key in self._scores if key[0] == task)
        order = metric_order(self.results.kinds.get(task, ""))
        return sorted(found, key=lambda metric: order.index(metric) if metric in order else len(order))

    def place(self, task: str, setting: str, shots: int | None = None) -> Place:
        """A column of a task, with the number of notes if the study limits them."""
        results = self.results
        record = self.settings[setting]
        caps = results.finetune_notes if record.family == "fine-tuned" else results.labelled_notes
        notes = caps.get(task) if shots is None else None
        return Place(setting, shots, notes, record.family, record.trained == "nothing", results.kinds.get(task, ""))

    def main_setting(self, task: str) -> str | None:
        """The first frozen setting that the task was scored in; it is the one that is tried with few labels."""
        used = {key[2] for key in self._scores if key[0] == task}
        return next((name for name, one in self.settings.items() if one.family == "frozen" and name in used), None)

    def places(self, task: str, metric: str) -> list[Place]:
        """Columns of the comparison: fewest labels first, fine-tuning last."""
        found = {self.place(task, key[2], key[3]) for key in self._scores if key[0] == task and key[4] == metric}
        return sorted(found, key=lambda place: (place.group, place.shots is None, place.shots or 0))

    def models(self, task: str) -> list[str]:
        """Models with a score, baselines first."""
        scored = {key[1] for key in self._scores if key[0] == task}
        kinds = {"tfidf": 0, "baseline": 0, "base": 1, "other": 2, "adapted": 3}
        ranked = sorted(self.results.models, key=lambda model: kinds[model.kind])
        return [model.name for model in ranked if model.name in scored]

    def score(self, task: str, model: str, place: Place, metric: str) -> Score | None:
        """The test score over all seeds, with its interval."""
        return self._scores.get((task, model, place.setting, place.shots, metric))

    def difference(
        self, task: str, model: str, place: Place, metric: str, against: str | None = None
    ) -> Difference | None:
        """The paired difference of a model to another (by default the base), reversed if it was stored that way."""
        other = against or self.base
        found = self._differences.get((task, model, other, place.setting, place.shots, metric))
        if found is not None:
            return found
        turned = self._differences.get((task, other, model, place.setting, place.shots, metric))
        if turned is None:
            return None
        return _turned(turned)

    def compared(self, task: str, place: Place, metric: str) -> bool:
        """Whether models were compared in pairs here."""
        return any(
            (key[0], key[3], key[4], key[5]) == (task, place.setting, place.shots, metric) for key in self._differences
        )

    def highest(self, task: str, place: Place, metric: str) -> Score | None:
        """The score with the highest value of a column; of equal ones the first model's."""
        found = [self.score(task, model, place, metric) for model in self.models(task)]
        scores = [score for score in found if score is not None]
        return max(scores, key=lambda score: score.value, default=None)

    def adapted(self, task: str) -> list[str]:
        """Adapted models with a score."""
        return [name for name in self.models(task) if self.records[name].kind == "adapted"]


def _turned(one: Difference) -> Difference:
    """The same comparison with the models swapped."""
    ends = {"value": -one.value, "low": -one.high, "high": -one.low}
    if one.low_all is not None and one.high_all is not None:
        ends |= {"low_all": -one.high_all, "high_all": -one.low_all}
    if one.superiority is not None:
        ends["superiority"] = 1 - one.superiority
    return one.model_copy(update={"model": one.against, "against": one.model, **ends})


MODELS = "models"
COMPARISON = "comparison"


def cell_anchor(task: str, metric: str, model: str, place: Place) -> str:
    """Id of a cell of the comparison; names of tasks and models have no colon."""
    shots = "all" if place.shots is None else str(place.shots)
    return ":".join(("score", task, metric, model, place.setting, shots))
