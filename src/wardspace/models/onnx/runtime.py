"""ONNX Runtime: there or not, and a session of one file."""

from __future__ import annotations

import importlib.util
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wardspace.core.errors import ModelError


def check_installed(*packages: str) -> None:
    """Refuse to go on without the packages of the extra `onnx`.

    Raises
    ------
    ModelError
        If one of them is not installed.
    """
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        raise ModelError(f"ONNX takes the package {', '.join(missing)}", fix="pip install 'wardspace[onnx]'")


@contextmanager
def quiet_logs() -> Iterator[None]:
    """Hold back what exporters warn their own developers of."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def session(path: Path, threads: int | None) -> Any:
    """An `onnxruntime.InferenceSession` on the CPU.

    Parameters
    ----------
    path : Path
        The graph.
    threads : int, optional
        Threads of one run; by default as many as the machine has cores.

    Raises
    ------
    ModelError
        If the package is missing or the file is no graph.
    """
    check_installed("onnxruntime")
    import onnxruntime  # noqa: PLC0415 - an extra

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or 0
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # a pattern is kept for every shape, and every batch has another
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads leave the cores to others
    options.log_severity_level = 3
    faults = onnxruntime.capi.onnxruntime_pybind11_state
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except (faults.Fail, faults.InvalidArgument, faults.InvalidGraph, faults.InvalidProtobuf) as error:
        raise ModelError("ONNX Runtime cannot open this graph", where=path, fix="export the model again") from error
