"""The records of results.json, defined once: whoever finds something writes them, report and comparisons read them."""

from wardspace.results.models import LossPoint, ModelRecord, StageCost, kept_point
from wardspace.results.record import Record
from wardspace.results.results import SCHEMA_VERSION, Results, no_results, read_any_version
from wardspace.results.scores import AcrossDifference, Difference, Mistake, Score
from wardspace.results.settings import Family, PrivateTraining, SettingRecord, Tuning
from wardspace.results.space import Shift, Similarity, SpaceDifference, SpaceScore
from wardspace.results.subgroups import SubgroupScore, Trend
from wardspace.results.trust import Abstention, CalibrationScore, ReliabilityBin, RiskPoint

__all__ = [
    "SCHEMA_VERSION",
    "Abstention",
    "AcrossDifference",
    "CalibrationScore",
    "Difference",
    "Family",
    "LossPoint",
    "Mistake",
    "ModelRecord",
    "PrivateTraining",
    "Record",
    "ReliabilityBin",
    "Results",
    "RiskPoint",
    "Score",
    "SettingRecord",
    "Shift",
    "Similarity",
    "SpaceDifference",
    "SpaceScore",
    "StageCost",
    "SubgroupScore",
    "Trend",
    "Tuning",
    "kept_point",
    "no_results",
    "read_any_version",
]
