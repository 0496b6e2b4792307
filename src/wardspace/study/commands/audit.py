"""The audit of one model of a study."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from wardspace.core.errors import StudyError, WardspaceError
from wardspace.core.files import digest, write_text
from wardspace.core.version import __version__
from wardspace.corpus import Corpus
from wardspace.models.files import bases
from wardspace.privacy import Audit, Verdict, gate_verdict
from wardspace.privacy.attacker.audited_model import Subject, open_subject
from wardspace.privacy.canaries import planted_hash
from wardspace.privacy.exposure import canary_figures
from wardspace.privacy.membership import TooFewError, membership
from wardspace.privacy.names.names import NoNamesError
from wardspace.privacy.names.recovery import recovery
from wardspace.privacy.record import weights_hash
from wardspace.report.card.audit import with_audit
from wardspace.study.run import base_content
from wardspace.study.study import Study

BASE = "base"


def audit(study: Study, model: str) -> tuple[Audit, Verdict, Path]:
    """Measure what a model gives away, and write audit.json into its folder.

    The corpus is prepared and, for a model of the study, its models are adapted, if that is not done yet. Each measure
    is a stage of its own: one that was made of the same weights and options is not made again.

    Parameters
    ----------
    study : Study
        The study, with limits and sizes of samples.
    model : str
        An adapted model of it, `base`, or any model folder.

    Returns
    -------
    audit : Audit
        What was found.
    verdict : Verdict
        Whether the model may be exported.
    path : Path
        The file written.

    Raises
    ------
    StudyError
        If there is no such model.
    WardspaceError
        If this is one of several processes; and whatever adapting would raise.
    """
    known = study.config.auditable
    if model not in known and not Path(model).is_dir():
        fix = f"one of {', '.join(known)}, or a model folder"
        if len(Path(model).parts) > 1:
            raise StudyError("no such model folder", where=model, fix=fix)
        raise StudyError(f"no model {model!r}", where="adapt", fix=fix)
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise WardspaceError("`audit` needs one process", fix="start it by itself, without torchrun or accelerate")
    study.run(until="adapt" if model in known[1:] else "prepare")
    with study.folder.held():
        return _Auditing(study, model).audited()


class _Auditing:
    """One audit."""

    def __init__(self, study: Study, model: str) -> None:
        self.config, self.folder, self.stages = study.config, study.folder, study.stages
        self.show = study.show_progress
        self.model = model
        self.own = model == BASE or any(one.name == model for one in self.config.adapt)
        self.target = self.folder.model(model) if self.own else Path(model)
        self.source = self.config.base if model == BASE else str(self.target)
        self.corpus = Corpus.open(self.folder.corpus)
        self.weights = weights_hash(self.source)

    @cached_property
    def subject(self) -> Subject:
        base = None if self.model == BASE else self.config.base
        return open_subject(self.source, base, self.config.encoder)

    def audited(self) -> tuple[Audit, Verdict, Path]:
        found: dict[str, Any] = {}
        reasons: dict[str, str] = {}
        for name, measure in (
            ("canaries", self._canaries),
            ("membership", self._membership),
            ("recovery", self._recovery),
        ):
            outcome = self._once(name, measure)
            if "why" in outcome:
                reasons[name] = outcome["why"]
            else:
                found[name] = outcome["figures"]
        made = Audit.model_validate(
            {
                "wardspace": __version__,
                "study": self.config.name,
                "model": self.model if self.own else self.target.name,
                "weights": self.weights,
                "corpus": planted_hash(self.corpus, self.config.privacy.canaries),
                "synthetic": self.corpus.manifest.synthetic,
                "confidence": self.config.privacy.confidence,
                "not_measured": reasons,
                **found,
            }
        )
        verdict = gate_verdict(made, self.config.privacy, self.weights)
        path = made.write(self.target)
        self._tell(made, verdict)
        return made, verdict, path

    def _tell(self, made: Audit, verdict: Verdict) -> None:
        """The card of a model of the study no longer says that it was not tested; other folders' cards are theirs."""
        card = self.target / "README.md"
        if self.own and card.is_file():
            write_text(card, with_audit(card.read_text(encoding="utf-8"), made, verdict))

    def _once(self, name: str, measure: Callable[[], Any]) -> dict[str, Any]:
        def work() -> dict[str, Any]:
            try:
                figures = measure()
            except (NoNamesError, TooFewError) as error:
                return {"why": str(error)}
            if isinstance(figures, str):
                return {"why": figures}
            plain = [one.model_dump(mode="json") for one in figures] if isinstance(figures, list) else None
            return {"figures": figures.model_dump(mode="json") if isinstance(figures, BaseModel) else plain}

        options = self.config.privacy.model_dump(mode="json", exclude={"limits", "required"})
        inputs = [
            self.weights,
            planted_hash(self.corpus, self.config.privacy.canaries),
            base_content(bases.resolve(self.config.base)),
            self.config.encoder.model_dump(mode="json"),
            self.config.training.holdout,
            self.config.transductive,
            options,
        ]
        place = self.model if self.own else f"folder-{digest(str(self.target.resolve()))}"
        _, outcome = self.stages.once(f"audit/{place}-{name}", inputs, [], work)
        return dict(outcome)

    def _canaries(self) -> Any:
        canaries = self.config.privacy.canaries
        if canaries is None:
            return "no secrets were planted; set privacy.canaries and adapt again"
        scorer, how = self.subject.secrets
        return canary_figures(scorer, how, canaries, self.config.privacy, show_progress=self.show)

    def _membership(self) -> Any:
        if self.config.transductive:
            return "adaptation read the notes of the test split too, so that no patient was held out"
        held_out = self.config.training.holdout
        return membership(self.subject, self.corpus, self.config.privacy, held_out, show_progress=self.show)

    def _recovery(self) -> Any:
        return recovery(self.subject, self.corpus, self.config.privacy, show_progress=self.show)
