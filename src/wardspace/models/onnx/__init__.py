"""Encoders as ONNX graphs: export, int8, and reading with ONNX Runtime alone."""

from __future__ import annotations

from wardspace.models.onnx.encoder import OnnxEncoder

__all__ = ["OnnxEncoder"]
