"""A connection to Ray: to a running cluster, or to one started on this machine for the while."""

from __future__ import annotations

import logging
import os
import secrets
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from wardspace.core.errors import RunError
from wardspace.core.files import scratch_folder

OBJECT_STORE = 2**30
"""Bytes of shared memory of a cluster started here: blocks are small and few of them wait."""
READING_CORES = 0.5
"""Cores of a task that reads."""
BLOCK = 2 * 2**20
"""Bytes after which a block of rows ends: a task's share of the work, and what is lost with a process that dies."""

_NO_REPORTS = {"RAY_USAGE_STATS_ENABLED": "0"}


@contextmanager
def ray_session(address: str | None, cpus: int | None) -> Iterator[ModuleType]:
    """Connect to Ray, and give `ray.data`, set to keep the order of rows.

    A cluster started here lets nobody in without its token, which only its own processes know, and has no dashboard;
    its files lie in a folder that only this user can read, and that is gone afterwards. Nothing is reported to anybody.

    Parameters
    ----------
    address : str or None
        Of a running cluster; None starts one.
    cpus : int or None
        Cores of a cluster started here; None takes all.

    Raises
    ------
    RunError
        If Ray is not installed, or the cluster cannot be reached.
    """
    os.environ.update(_NO_REPORTS)
    if address is None:  # a running cluster has settings of its own
        os.environ.setdefault("RAY_AUTH_MODE", "token")
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))  # Ray reads it once in the life of a process
    try:
        import ray  # noqa: PLC0415 - optional, and slow to import
        import ray.data  # noqa: PLC0415
    except ImportError as error:
        fix = "pip install 'wardspace[distributed]'"
        raise RunError(f"engine: ray needs the package {error.name}", where="engine.kind", fix=fix) from error
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.ERROR)
    # it warns on every run about options that later versions rename
    warnings.filterwarnings("ignore", category=ray.util.annotations.RayDeprecationWarning)
    # not next to the output: the names of sockets in it must be short
    with scratch_folder(Path(tempfile.gettempdir()) / "ray") as folder:
        _connect(ray, address, {"num_cpus": cpus, "_temp_dir": str(folder)})
        try:
            _keep_order(ray.data.DataContext.get_current())
            yield ray.data
        finally:
            ray.shutdown()


def _connect(ray: Any, address: str | None, local: dict[str, Any]) -> None:
    quiet = {"logging_level": logging.ERROR, "log_to_driver": False, "configure_logging": True}
    try:
        if address is not None:
            ray.init(address=address, **quiet)
        else:
            ray.init(
                address="local",
                include_dashboard=False,
                object_store_memory=OBJECT_STORE,
                _node_ip_address="127.0.0.1",
                **quiet,
                **local,
            )
    except (ConnectionError, RuntimeError, ValueError) as error:
        where = f"engine.address: {address}" if address else "engine"
        fix = "see `ray status` on its machines"
        raise RunError(f"cannot connect to Ray: {error}", where=where, fix=fix) from error


def _keep_order(context: Any) -> None:
    context.execution_options.preserve_order = True
    context.target_max_block_size = BLOCK
    context.enable_progress_bars = False


def read_by(data: Any, reads: Sequence[Callable[[], Iterable[Any]]]) -> Any:
    """A data set whose rows are what some functions yield as Arrow tables, each function a task, in their order.

    What is done to its rows must take another share of a core than `READING_CORES`: Ray would make one task of both.
    """
    from ray.data.block import BlockMetadata  # noqa: PLC0415 - optional
    from ray.data.datasource import Datasource, ReadTask  # noqa: PLC0415

    class Reads(Datasource):  # type: ignore[misc]
        def get_read_tasks(self, parallelism: int, per_task_row_limit: int | None = None, **_: Any) -> list[ReadTask]:
            about = BlockMetadata(num_rows=None, size_bytes=None, input_files=None, exec_stats=None)
            return [ReadTask(read, about) for read in reads]

        def estimate_inmemory_data_size(self) -> int | None:
            return None

    return data.read_datasource(Reads(), override_num_blocks=len(reads), num_cpus=READING_CORES)
