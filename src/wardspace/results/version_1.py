"""Reads results of schema version 1, for comparison with newer ones alone."""

from __future__ import annotations

from typing import Any

from wardspace.results.settings import SettingRecord

VERSION = 1

_SEARCH = "retrieval"
_SETTINGS = (
    SettingRecord(name="logistic", family="frozen", trained="head"),
    SettingRecord(name="head", family="frozen", trained="head"),
    SettingRecord(name="words_beside", family="hybrid", trained="head"),
    SettingRecord(name="private_logistic", family="private", trained="head", private=True),
    SettingRecord(name="private_head", family="private", trained="head", private=True),
    SettingRecord(name="finetune", family="fine-tuned", trained="model"),
    SettingRecord(name=_SEARCH, family="frozen", trained="nothing"),
)
"""Version 1 named settings and did not describe them: these are all there were."""


def upgraded(raw: dict[str, Any]) -> dict[str, Any]:
    """The plain values of a results.json of version 1 in the form of version 2."""
    used = {score["setting"] for score in raw["scores"]}
    scores = [
        {**score, "label": None, "unit": "query" if score["setting"] == _SEARCH else "note"} for score in raw["scores"]
    ]
    settings = [one.model_dump(mode="json") for one in _SETTINGS if one.name in used]
    return {**raw, "schema_version": VERSION + 1, "settings": settings, "scores": scores}
