"""What becomes of duplicates while a corpus is prepared: before notes are shared out to the splits, and after."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from wardspace.config import CorpusConfig
from wardspace.config.corpus.duplicates import DeduplicateConfig
from wardspace.corpus.duplicates.copied import CopiedForward
from wardspace.corpus.duplicates.near import Step, leave_out_leaked, leave_out_near
from wardspace.corpus.duplicates.sketches import Numbers, Sketches
from wardspace.corpus.duplicates.versions import Versions
from wardspace.corpus.prepare.ledger import Ledger
from wardspace.corpus.prepare.rejects import copied_forward, duplicate, earlier_version
from wardspace.corpus.prepare.spool import Spool
from wardspace.corpus.schema import SPLITS, Roles
from wardspace.corpus.split.split import Shares, splits_of_notes, without


class Duplicates:
    """Leaves out duplicates in the ledger, and says what it found.

    Parameters
    ----------
    config : CorpusConfig
        What to look for, and what to leave out.
    roles : Roles
        Which columns there are.
    ledger : Ledger
        The notes.
    spool : Path
        Their texts.
    sketches : Sketches or None
        What near-duplicates are found by, where they are looked for.
    show : bool
        Show bars on a terminal.
    """

    def __init__(
        self, config: CorpusConfig, roles: Roles, ledger: Ledger, spool: Path, sketches: Sketches | None, *, show: bool
    ) -> None:
        self._config, self._limits, self._roles = config.deduplicate, config.reject, roles
        self._ledger, self._sketches, self._show = ledger, sketches, show
        self.spool = spool
        """The notes; another file once paragraphs were cut."""
        self.spans_dropped = 0

    def before_split(self, versions: Versions | None, copies: int) -> list[Step]:
        """Leave out earlier versions, copies that waited for them, and near-duplicates.

        Parameters
        ----------
        versions : Versions or None
            What was seen of versions; None where they are not looked for.
        copies : int
            Exact copies left out so far.
        """
        steps = []
        if versions is not None:
            steps.append(self._leave_out_versions(versions))
        if self._config.exact:
            copies += self._leave_out_copies()
            steps.append({"step": "deduplicate.exact", "left_out": copies})
        if self._config.near is not None:
            steps.append(leave_out_near(self._ledger, self._sketched(self._ledger.kept()), self._config.near))
        return steps

    def after_split(self, shares: Shares, highest_lot: int) -> tuple[Shares, list[Step]]:
        """Leave out training notes near to a note of another split, and cut copied paragraphs."""
        steps: list[Step] = []
        gone: list[int] = []
        if self._config.report_near is not None:
            step, gone = self._leave_out_leaked(highest_lot, self._config.report_near)
            steps.append(step)
        if self._config.copied_forward != "off":
            step, emptied = self._copied_forward(highest_lot)
            steps.append(step)
            gone += emptied
        return without(self._ledger.connection, shares, gone) if gone else shares, steps

    def _leave_out_versions(self, versions: Versions) -> Step:
        before = self._ledger.left_out
        for note, last in versions.superseded():
            self._ledger.leave_out(note, earlier_version(self._ledger.identity(last)[0]))
        left_out = self._ledger.left_out - before
        return {"step": "deduplicate.versions", "left_out": left_out, "incomplete": versions.incomplete}

    def _leave_out_copies(self) -> int:
        before = self._ledger.left_out
        for note, first in self._ledger.copies():
            self._ledger.leave_out(note, duplicate(first))
        return self._ledger.left_out - before

    def _leave_out_leaked(self, highest_lot: int, threshold: float) -> tuple[Step, list[int]]:
        splits = self._splits(highest_lot)
        sketches = self._sketched((splits >= 0).tolist())
        remove = self._config.across_splits == "remove"
        return leave_out_leaked(self._ledger, sketches, splits, threshold, remove=remove)

    def _copied_forward(self, highest_lot: int) -> tuple[Step, list[int]]:
        step: Step = {"step": "deduplicate.copied_forward", "mode": self._config.copied_forward}
        if self._roles.patient_id is None:
            return step | {"skipped": "no patient column"}, []
        wanted = (self._splits(highest_lot) >= 0).tolist()
        finder = CopiedForward(self.spool, wanted, self._config.paragraph_words)
        finder.learn(self._ledger.connection, show=self._show)
        emptied: list[int] = []
        if self._config.copied_forward == "report":
            finder.count(show=self._show)
        else:
            emptied = self._cut(finder)
        found = finder.found
        self.spans_dropped = found.spans_dropped
        counts = {"paragraphs": found.paragraphs, "words": found.words, "notes": found.notes}
        if self._roles.time is not None:
            counts["without_time"] = found.without_time
        if self._config.copied_forward == "remove":
            counts |= {"left_out": len(emptied), "spans_dropped": found.spans_dropped}
        return step | counts, emptied

    def _cut(self, finder: CopiedForward) -> list[int]:
        fewest = self._limits.min_characters
        shorter = self.spool.with_name("shorter.arrow")
        with Spool(shorter, self._roles) as into:
            emptied = list(finder.cut(into, self._roles, fewest, show=self._show))
        for note in emptied:
            self._ledger.leave_out(note, copied_forward(fewest))
        self.spool.unlink()
        self.spool = shorter
        return emptied

    def _splits(self, highest_lot: int) -> Numbers:
        """For each note the place of its split in `SPLITS`, -1 for none."""
        places: dict[str | None, int] = {None: -1} | {name: place for place, name in enumerate(SPLITS)}
        splits = splits_of_notes(self._ledger.connection, highest_lot)
        return np.fromiter((places[split] for split in splits), np.int64, self._ledger.notes)

    def _sketched(self, wanted: Iterable[bool]) -> Sketches:
        """Sketches of these notes."""
        assert self._sketches is not None
        self._sketches.compare(wanted)
        return self._sketches


def least_similarity(config: DeduplicateConfig) -> float | None:
    """The least similarity that is looked for; None where no near-duplicates are."""
    return min((t for t in (config.near, config.report_near) if t is not None), default=None)
