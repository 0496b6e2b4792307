"""A model leaves its run folder, if its audit and the terms of the notes let it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from wardspace.config import StudyConfig, TermsConfig, load_study
from wardspace.core.errors import RunError
from wardspace.models import Encoder
from wardspace.models.files.saving import README
from wardspace.models.files.terms import write_terms
from wardspace.models.heads.kept_heads import load_heads, save_heads
from wardspace.models.onnx.export import README as ONNX_README
from wardspace.models.onnx.export import export_onnx
from wardspace.privacy import Audit, Verdict, gate_verdict
from wardspace.privacy.record import weights_hash
from wardspace.report.card.audit import with_audit
from wardspace.report.card.onnx import onnx_card
from wardspace.report.card.terms import with_terms
from wardspace.study.commands.audit import BASE
from wardspace.study.folder import RunFolder
from wardspace.study.stages import RunLog
from wardspace.tasks.kept import FITTED_FILE
from wardspace.tasks.onnx import export_fitted

Format = Literal["sentence-transformers", "onnx"]


def export(
    run: Path,
    model: str,
    target: Path,
    accept_risk: str | None = None,
    *,
    form: Format = "sentence-transformers",
    int8: bool = False,
) -> Verdict:
    """Write a model's folder, without anything else that lies in the run folder.

    Parameters
    ----------
    run : Path
        The run folder; the study asked of it last holds the limits.
    model : str
        An adapted model, `base`, or what a task has kept.
    target : Path
        Where it goes; a folder there is replaced if it holds a model.
    accept_risk : str, optional
        Why the model is to be released though its audit is missing or over the limits; it is in the card.
    form : {"sentence-transformers", "onnx"}
        The folder's format.
    int8 : bool
        Write an ONNX graph with int8 weights too.

    Returns
    -------
    Verdict
        What the gate says.

    Raises
    ------
    RunError
        If there is no such run or model, the terms of the notes forbid it, or the gate refuses it and no reason is
        given.
    """
    folder = RunFolder(run)
    study = _study(folder)
    if target.resolve().is_relative_to(run.resolve()):
        raise RunError("this is inside the run folder", where=target, fix="export to a folder outside of it")
    source = _source(folder, study, model)
    _check_form(folder, model, form, int8=int8)
    terms = _terms(folder, study, model)
    weights = weights_hash(source)
    verdict, reason = _verdict(folder, study, model, weights, accept_risk)
    card = with_terms(_audited_card(folder, model, form, verdict, reason), terms)
    if (folder.model(model) / FITTED_FILE).is_file():
        export_fitted(folder.model(model), target, name=model, int8=int8, weights=weights, card=card)
    elif form == "onnx":
        encoder = Encoder.load(source, study.encoder, device="cpu")
        export_onnx(encoder, target, name=model, int8=int8, weights=weights, card=card)
    else:
        Encoder.load(source, study.encoder, device="cpu").save(target, card)
        save_heads(load_heads(folder.model(model)), target)
    write_terms(target, terms)
    RunLog(folder.log).write("exported", model=model, form=form, passed=int(verdict.passed), accepted_risk=reason)
    return verdict


def _check_form(folder: RunFolder, model: str, form: Format, *, int8: bool) -> None:
    """Refuse what a format cannot hold."""
    if int8 and form != "onnx":
        raise RunError("int8 is a variant of ONNX graphs", where="--int8", fix="add --format onnx")
    if (folder.model(model) / FITTED_FILE).is_file() and form != "onnx":
        raise RunError("what a task has kept leaves as ONNX alone", where=folder.model(model), fix="add --format onnx")


def _terms(folder: RunFolder, study: StudyConfig, model: str) -> TermsConfig:
    """The terms of the notes that a model learned from, if they let it go."""
    terms = TermsConfig() if model == BASE else study.terms  # the base learned nothing from the notes
    if terms.export == "forbidden":
        raise RunError(
            "the terms of the notes forbid that a model leaves the run folder",
            where=f"{folder.latest}: terms.export",
            fix="use it where it is; whoever gave you the notes can allow more",
        )
    return terms


def _verdict(
    folder: RunFolder, study: StudyConfig, model: str, weights: str, accept_risk: str | None
) -> tuple[Verdict, str | None]:
    """What the gate says of weights, and why they go in spite of it."""
    found = Audit.read(folder.model(model))
    verdict = gate_verdict(found, study.privacy, weights)
    reason = None if accept_risk is None else accept_risk.strip()
    if reason == "":
        raise RunError("no reason is given", where="--accept-risk", fix="say in a sentence why the risk is taken")
    if not verdict.passed and reason is None:
        fitted = (folder.model(model) / FITTED_FILE).is_file()
        raise RunError(
            f"{model} may not be exported:\n" + "\n".join(f"    {fault}" for fault in verdict.faults),
            where=folder.model(model),
            fix="an audit knows adapted models alone: --accept-risk 'why'"
            if fitted
            else _fix(folder, model, verdict, stands=found is not None and found.weights == weights),
        )
    return verdict, reason


def _fix(folder: RunFolder, model: str, verdict: Verdict, *, stands: bool) -> str:
    """What would let the model go; `stands` where there is an audit of its present weights."""
    again = f"wardspace audit {folder.latest} {model} --out {folder.path}"
    if not stands:
        way = again
    elif any(check.over for check in verdict.checks):
        way = f"train less or de-identify more, then {again}"
    else:
        way = f"see to what was not measured, then {again}"
    return f"{way}; or --accept-risk 'why'"


def _study(folder: RunFolder) -> StudyConfig:
    if not folder.mark.is_file():
        raise RunError("no run in this folder", where=folder.path, fix="give the folder that `wardspace run` wrote")
    folder.check()
    return load_study(folder.latest)


def _source(folder: RunFolder, study: StudyConfig, model: str) -> str:
    if model == BASE:
        return study.base
    names = [one.name for one in study.adapt]
    kept = sorted(path.parent.name for path in folder.models.glob(f"*/{FITTED_FILE}"))
    if model not in (*names, *kept):
        raise RunError(
            f"no model {model!r} in this run", where=folder.path, fix=f"one of base, {', '.join([*names, *kept])}"
        )
    if not (folder.model(model) / "modules.json").is_file():
        fix = "adapt it with `wardspace adapt STUDY.yaml`"
        raise RunError(f"the model {model!r} is not there yet", where=folder.path, fix=fix)
    return str(folder.model(model))


def _audited_card(folder: RunFolder, model: str, form: Format, verdict: Verdict, reason: str | None) -> str:
    """The card with what the gate said; figures of other weights say nothing of this model."""
    found = Audit.read(folder.model(model)) if verdict.checks else None
    return with_audit(_card(folder, model, form), found, verdict, reason)


def _card(folder: RunFolder, model: str, form: Format) -> str:
    """The card that the run wrote; the base has none."""
    path = folder.model(model) / "README.md"
    if not path.is_file():
        return README if form == "sentence-transformers" else ONNX_README
    card = path.read_text(encoding="utf-8")
    return card if form == "sentence-transformers" else onnx_card(card)
