"""Search indexes: vectors and words of notes in a folder that the user names, each change whole or absent."""

from __future__ import annotations

from wardspace.serve.index.filters import Between, Filter, OneOf
from wardspace.serve.index.index import Hit, Index, IndexAbout
from wardspace.serve.index.manifest import ModelIdentity

__all__ = ["Between", "Filter", "Hit", "Index", "IndexAbout", "ModelIdentity", "OneOf"]
