"""Read a study file, apply overrides, and name every mistake at once."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from wardspace.config.objectives.registry import OBJECTIVES
from wardspace.config.overrides import Place, at_fault, overridden, plain_place
from wardspace.config.recommended import NAME as RECIPE_NAME
from wardspace.config.section import sections_in
from wardspace.config.study import StudyConfig
from wardspace.config.tasks.registry import TASKS
from wardspace.config.yaml_text import read_yaml
from wardspace.core.errors import StudyError

S = TypeVar("S", bound=BaseModel)

RENAMED: Mapping[str, str] = {
    "corpus.deduplicate.editions": "corpus.deduplicate.versions",
}
"""Keys that had another name before, with the one they have now; numbers of items are left out."""
RENAMED_VALUES: Mapping[tuple[str, str], str] = {
    ("probes", "words_beside"): "embedding_tfidf",
}
"""Values that had another name before, by their key, with the one they have now."""


def load_study(path: str | Path, overrides: Sequence[str] = ()) -> StudyConfig:
    """Read a study file.

    Parameters
    ----------
    path : str or Path
        A YAML file.
    overrides : sequence of str
        `key.subkey=value`, values in YAML; a number as key picks an item of a list.

    Raises
    ------
    StudyError
        Naming every unknown key, wrong type and impossible value with its place.
    """
    return parse_study(read_mapping(path, "study file"), overrides, where=str(path))


def read_mapping(path: str | Path, what: str) -> Any:
    """The plain values of a YAML file; an empty mapping for an empty one.

    Raises
    ------
    StudyError
        If there is no such file, or it is not YAML.
    """
    path = Path(path)
    if not path.is_file():
        raise StudyError(f"no such {what}", where=path, fix="give the path of a YAML file; recipes/ holds examples")
    try:
        raw = read_yaml(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        problem, place = _broken(error)
        raise StudyError(f"{path} is not a YAML file: {problem}", where=f"{path}, {place}", fix="mend it") from error
    return raw if raw is not None else {}


def parsed(form: type[S], raw: Any, where: str, what: str) -> S:
    """Check plain values as a section that is a file of its own.

    Raises
    ------
    StudyError
        Naming every mistake with its place, as for a study file.
    """
    try:
        return form.model_validate(raw)
    except ValidationError as error:
        lines = [_explain(detail, form) for detail in error.errors(include_url=False)]
        count = f"{len(lines)} mistake{'s' if len(lines) > 1 else ''} in {what}"
        told = count + ":\n" + "\n".join(f"  - {line}" for line in lines)
        raise StudyError(told, where=where, fix="mend it") from error


def parse_study(raw: Any, overrides: Sequence[str] = (), where: str = "study") -> StudyConfig:
    """Check plain values as a study; see `load_study`."""
    if not isinstance(raw, dict):
        raise StudyError("a study file is a mapping of keys to values", where=where, fix="see recipes/demo.yaml")
    for override in overrides:
        raw = overridden(raw, override)
    mistakes: list[str] = []
    places: list[Place] = []
    # Pydantic compares sections with each other only once every section is sound: what is at fault is taken
    # out and the rest looked at again, so that one reading names everything.
    for attempt in range(8):
        try:
            study = StudyConfig.model_validate(raw)
        except ValidationError as error:
            details = error.errors(include_url=False)
            told = details if attempt == 0 else [d for d in details if d["type"] not in ("missing", "too_short")]
            places += [detail["loc"] for detail in told]
            mistakes += [line for line in map(_explain, told) if line not in mistakes]
            raw = _without(raw, [detail["loc"] for detail in details])
            if any(not detail["loc"] for detail in details):
                break
        else:
            if not mistakes:
                return study
            break
    count = f"{len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''} in the study"
    fix = "`wardspace validate --keys` lists every key with its type, default and meaning"
    told_in = at_fault(places, overrides, where)
    raise StudyError(count + ":\n" + "\n".join(f"  - {line}" for line in mistakes), where=told_in, fix=fix)


def _broken(error: yaml.YAMLError | UnicodeDecodeError) -> tuple[str, str]:
    """What is wrong with a file that is no YAML, and where in it."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8", f"byte {error.start + 1}"
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        mark = error.problem_mark
        told = ", ".join(part for part in (error.context, error.problem) if part)
        return told, f"line {mark.line + 1}, column {mark.column + 1}"
    if isinstance(error, yaml.reader.ReaderError):
        return str(error.reason), f"character {error.position + 1}"
    return str(error), "as told"


def _without(raw: Any, places: list[tuple[str | int, ...]]) -> Any:
    """A copy of `raw` without what is at `places`; a list's item goes whole."""
    copy = deepcopy(raw)
    for place in sorted(places, key=str, reverse=True):
        node: Any = copy
        holder: tuple[Any, Any] | None = None
        walked: list[str | int] = []
        for part in plain_place(place):
            if (isinstance(node, list) and isinstance(part, int) and part < len(node)) or (
                isinstance(node, dict) and part in node
            ):
                holder, node = (node, part), node[part]  # type: ignore[index]  # _holds has looked
                walked.append(part)
            else:
                break
        if holder is not None:
            container, key = holder
            if isinstance(container, dict):
                del container[key]
            else:
                # a model without an objective would be a mistake of its own
                container[key] = "mlm" if "objectives" in walked else None
    return _pruned(copy)


def _holds(node: Any, part: str | int) -> bool:
    if isinstance(node, list):
        return isinstance(part, int) and part < len(node)
    return isinstance(node, dict) and part in node


def _pruned(node: Any) -> Any:
    """The node without the items of lists that were taken out."""
    if isinstance(node, dict):
        return {key: _pruned(value) for key, value in node.items()}
    return [_pruned(item) for item in node if item is not None] if isinstance(node, list) else node


def _explain(detail: ErrorDetails, form: type[BaseModel] = StudyConfig) -> str:
    place = ".".join(str(part) for part in plain_place(detail["loc"]))
    kind, given = detail["type"], detail.get("input")
    if kind == "extra_forbidden":
        now = RENAMED.get(".".join(part for part in plain_place(detail["loc"]) if isinstance(part, str)))
        return f"{place}: renamed; write {now}" if now else f"{place}: no such key{_did_you_mean(detail['loc'], form)}"
    if kind == "missing":
        return f"{place}: missing"
    if kind.startswith("union_tag"):
        kinds = {"task": TASKS.sections, "objective": (*OBJECTIVES.sections, RECIPE_NAME)}
        what = "task" if detail["loc"][0] == "tasks" else "objective"
        named = given.get("kind", given) if isinstance(given, dict) else given
        near = difflib.get_close_matches(str(named), kinds[what], n=1)
        meant = f"did you mean {near[0]}?" if near else f"known: {', '.join(kinds[what])}"
        return f"{place}: no such {what} (got {named!r}); {meant}"
    if kind == "string_pattern_mismatch":
        return f"{place}: letters, digits, dot, dash and underscore only, no blanks (got {given!r})"
    message = detail["msg"].removeprefix("Value error, ")
    if kind == "value_error" or isinstance(given, dict | list):
        return f"{place}: {message}" if place else message
    key = next((part for part in reversed(detail["loc"]) if isinstance(part, str)), "")
    if now := RENAMED_VALUES.get((key, str(given))):
        message = f"renamed; write {now}"
    return f"{place}: {message[0].lower()}{message[1:]} (got {given!r})"


def _did_you_mean(loc: tuple[str | int, ...], form: type[BaseModel]) -> str:
    known = sorted(_keys_at(form, loc[:-1]))
    near = difflib.get_close_matches(str(loc[-1]), known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; known here: {', '.join(known)}" if known else ""


def _keys_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> set[str]:
    """Keys that the section at `loc` knows, found by walking the models' annotations."""
    candidates: set[type[BaseModel]] = {model}
    for part in loc:
        if isinstance(part, int):
            continue
        tagged = {c for c in candidates if "kind" in c.model_fields and c.model_fields["kind"].default == part}
        fields = [_fields_by_key(c).get(part) for c in candidates]
        found = {section for field in fields if field is not None for section in sections_in(field.annotation)}
        candidates = tagged or found
    return {name for c in candidates for name in _fields_by_key(c)}


def _fields_by_key(section: type[BaseModel]) -> dict[str, FieldInfo]:
    """Fields by the keys that a file names them by."""
    return {field.alias or name: field for name, field in section.model_fields.items()}
