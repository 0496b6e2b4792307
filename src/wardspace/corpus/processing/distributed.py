"""The engine of many machines: reading and examining as transforms of Ray Data (extra `distributed`)."""

from __future__ import annotations

import pickle
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from wardspace.config import EngineConfig, SourceConfig
from wardspace.config.corpus.cleaning import MissingConfig
from wardspace.config.corpus.source import GIVEN
from wardspace.core.errors import CorpusError, WardspaceError
from wardspace.core.files import scratch_folder
from wardspace.core.ray_session import ray_session, read_by
from wardspace.core.version import __version__
from wardspace.corpus.processing.chunks import Chunk, chunks
from wardspace.corpus.processing.engine import ChunkRead, Event, SourceRead
from wardspace.corpus.processing.shards import Shards, unpacked
from wardspace.corpus.processing.work import Work
from wardspace.corpus.readers import Reader, open_readers

if TYPE_CHECKING:
    from ray.data import Dataset

_SCHEMA = pa.schema([("kind", pa.string()), ("file", pa.string()), ("progress", pa.int64()), ("content", pa.binary())])
_CHUNK, _END, _FAULT = "chunk", "end", "fault"

_RETRIES = 5
"""How often a task is begun again whose process died: a note that kills every process must not be tried for ever."""


class RayEngine:
    """Reads the source in one task, as it can only be read from its beginning, and examines its chunks in many.

    A process or machine that dies costs the chunks it had: Ray examines them again elsewhere.

    Parameters
    ----------
    config : EngineConfig
        The cluster.
    source : SourceConfig
        Where the notes are; every machine must see them under the same path, and the corpus folder too.
    needed : tuple of str
        Source columns to read.
    missing : MissingConfig
        Words for missing values.
    """

    def __init__(
        self, config: EngineConfig, source: SourceConfig, needed: tuple[str, ...], missing: MissingConfig
    ) -> None:
        self._config, self._source, self._needed, self._missing = config, _everywhere(source), needed, missing

    @contextmanager
    def examined(self, readers: list[Reader], work: Work, shards: Shards) -> Generator[Iterator[Event]]:
        """See `Engine`."""
        shards = Shards(shards.folder.absolute(), work.identity())
        job = pickle.dumps((__version__, work, shards))
        with ray_session(self._config.address, self._config.cpus) as data:
            read = partial(_read, self._source, self._needed, self._missing, shards.folder)
            done = read_by(data, [read]).map_batches(
                _examine,
                fn_kwargs={"job": job},
                batch_size=None,
                batch_format="pyarrow",
                num_cpus=1,
                max_retries=_RETRIES,
            )
            yield _events(done)


def _everywhere(source: SourceConfig) -> SourceConfig:
    """The source with paths that do not depend on where a process was started."""
    paths = {name: getattr(source, name) for name in ("path", *GIVEN)}
    return source.model_copy(update={name: _absolute(path) for name, path in paths.items() if path is not None})


def _absolute(path: str) -> str:
    is_address = "://" in path or path.startswith("env:")
    return path if is_address else str(Path(path).expanduser().absolute())


def _read(source: SourceConfig, needed: tuple[str, ...], missing: MissingConfig, shards: Path) -> Iterator[pa.Table]:
    """The source in chunks, each a row; then its end, or the fault that it ended with."""
    try:
        shards.mkdir(mode=0o700, parents=True, exist_ok=True)
        with scratch_folder(shards / "reading") as scratch:
            readers = open_readers(source, needed, scratch, missing)
            for reader in readers:
                done = 0
                for chunk in chunks(reader.name, reader.rows()):
                    yield _row(_CHUNK, chunk, reader.name, reader.position() - done)
                    done = reader.position()
            yield _row(_END, [warning for reader in readers for warning in reader.warnings])
    except WardspaceError as error:
        yield _row(_FAULT, error)


def _row(kind: str, content: Any, file: str = "", progress: int = 0) -> pa.Table:
    return pa.table([[kind], [file], [progress], [pickle.dumps(content)]], schema=_SCHEMA)


def _examine(batch: pa.Table, job: bytes) -> pa.Table:
    """Chunks examined, and everything else as it is."""
    contents = []
    kinds = batch["kind"].to_pylist()
    for i, content in enumerate(batch["content"].to_pylist()):
        if kinds[i] == _CHUNK:
            try:
                version, work, shards = _opened(job)
                _check_version(version)
                content = shards.done(work, Chunk._make(pickle.loads(content)))  # noqa: PLW2901
            except WardspaceError as error:
                kinds[i], content = _FAULT, pickle.dumps(error)  # noqa: PLW2901
        contents.append(content)
    return pa.table([kinds, batch["file"], batch["progress"], contents], schema=_SCHEMA)


@lru_cache(maxsize=1)
def _opened(job: bytes) -> tuple[str, Work, Shards]:
    """The job, opened once in a process: to load what finds names may take seconds."""
    opened: tuple[str, Work, Shards] = pickle.loads(job)
    return opened


def _check_version(version: str) -> None:
    if version != __version__:
        raise CorpusError(
            f"a machine of the cluster has wardspace {__version__}, and this is {version}",
            where="engine.address",
            fix="install the same version everywhere",
        )


def _events(done: Dataset) -> Iterator[Event]:
    import ray.exceptions  # noqa: PLC0415

    last = ""
    try:
        batches: Iterable[Any] = done.iter_batches(batch_size=None, batch_format="pyarrow")
        for batch in batches:
            for kind, file, progress, content in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                if kind == _FAULT:
                    raise pickle.loads(content)
                if kind == _END:
                    yield SourceRead(pickle.loads(content))
                    continue
                chunk = unpacked(content)
                yield ChunkRead(file, chunk, progress)
                last = f"{file}, row {chunk.rows[-1].number}"
    except (ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError, ray.exceptions.NodeDiedError) as error:
        raise CorpusError(
            "processes that clean notes died again and again",
            where=f"after {last}" if last else "the first rows",
            fix="run again to go on from there; if the memory was exhausted give each machine fewer cores",
        ) from error
