"""Records of how scores differ between subgroups of the test notes, and over time."""

from __future__ import annotations

from wardspace.results.record import Record


class SubgroupScore(Record):
    """One metric of a series on all labels, on the test units of one subgroup; seeds are averaged."""

    model: str
    """Model."""
    task: str
    """Task."""
    setting: str
    """Setting."""
    metric: str
    """A main metric of the task; a mean over labels takes those with at least 5 right units in the subgroup."""
    column: str
    """Metadata column, or `time`."""
    group: str
    """Value, band or period; `not given` where there is none."""
    n: int
    """Test units of the subgroup."""
    groups: int
    """Patients among them."""
    too_few: bool
    """True where these, or the other notes, are too few to say anything: all that follows is then null or false."""
    value: float | None = None
    """Score in the subgroup."""
    low: float | None = None
    """Lower end of its interval."""
    high: float | None = None
    """Upper end of its interval."""
    gap: float | None = None
    """Score in the subgroup minus score on all other test units (a mean over labels: those with 5 on both sides)."""
    gap_low: float | None = None
    """Lower end of its interval."""
    gap_high: float | None = None
    """Upper end of its interval."""
    detectable: float | None = None
    """A true gap of this size would be flagged in about four of five such test sets."""
    flagged: bool = False
    """True where the gap's interval excludes zero, and its p-value is small enough after Holm's correction over all
    subgroups of this task, model, setting and metric."""
    over_base: float | None = None
    """Score minus the base's in this subgroup, paired; null for the base and where it was not tried."""
    over_base_low: float | None = None
    """Lower end of its interval."""
    over_base_high: float | None = None
    """Upper end of its interval."""
    over_base_flagged: bool = False
    """True where this interval excludes zero, after the same correction."""


class Trend(Record):
    """How a score changes over the periods of the test notes: a line fitted through them, weighted by notes."""

    model: str
    """Model."""
    task: str
    """Task."""
    setting: str
    """Setting."""
    metric: str
    """Metric, as in `subgroups`."""
    first: str
    """First period."""
    last: str
    """Last period."""
    periods: int
    """Periods with enough notes."""
    change: float
    """Change along the line from the first to the last period."""
    low: float
    """Lower end of its interval."""
    high: float
    """Upper end of its interval."""
    shown: bool
    """True where the interval excludes zero."""
