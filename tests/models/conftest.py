"""Tiny models, made once for the room's tests."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.fixtures.models import tiny_model


@pytest.fixture(scope="session")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A function that gives the folder of a tiny model (read only: tests share it)."""

    @cache
    def make(family: str = "bert", masked_head: bool = True) -> Path:
        place = tmp_path_factory.mktemp("models") / f"{family}-{masked_head}"
        return tiny_model(place, family, masked_head=masked_head)

    return make
