"""Pages and services on this machine: loopback alone, behind a token. Knows nothing of training."""

from __future__ import annotations

from wardspace.serve.server import Loopback, need_serve

__all__ = ["Loopback", "need_serve"]
