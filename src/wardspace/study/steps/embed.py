"""Vectors of every note of a corpus, written as they come."""

from __future__ import annotations

import pickle
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from wardspace.config import EncoderConfig, EngineConfig, SpaceConfig
from wardspace.core.errors import ModelError
from wardspace.core.files import digest, read_json, whole_file
from wardspace.core.progress import progress
from wardspace.core.ray_session import ray_session, read_by
from wardspace.core.version import __version__
from wardspace.corpus import Corpus
from wardspace.models import Encoder
from wardspace.models.files import bases
from wardspace.space import sample
from wardspace.study.run import Run, base_content, encoder_source
from wardspace.study.steps.adapt import Adapted
from wardspace.study.steps.prepare import Prepared

Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]
_RETRIES = 5
"""How often a process is begun again that died."""


def distributed_vectors(
    corpus: Corpus, source: str, config: EncoderConfig, engine: EngineConfig, rows: int
) -> Iterator[Vectors]:
    """The vectors of all notes, some notes at a time, in the order of the corpus.

    Parameters
    ----------
    corpus : Corpus
        The notes; every machine must see its folder under the same path.
    source : str
        The model, as `Encoder.load` takes it; a folder must be seen by every machine too.
    config : EncoderConfig
        How a note becomes a vector.
    engine : EngineConfig
        The cluster.
    rows : int
        Most notes of a batch; batches are those of `Corpus.batches`, so that vectors are those of one machine.

    Raises
    ------
    RunError
        If Ray is not installed, or the cluster cannot be reached.
    ModelError
        If a machine has another version of this program.
    """
    folder = Path(source).expanduser()
    source = str(folder.absolute()) if folder.exists() else source
    with ray_session(engine.address, engine.cpus) as data:
        import ray  # noqa: PLC0415 - optional

        gpus, cpus = (int(ray.cluster_resources().get(name, 0)) for name in ("GPU", "CPU"))
        notes = Corpus(corpus.folder.absolute(), corpus.manifest)
        reads = [partial(_read, notes, part, rows) for part in corpus.manifest.parts]
        done = read_by(data, reads).map_batches(
            _Encoding,
            fn_constructor_args=(source, config, __version__),
            batch_size=None,
            batch_format="pyarrow",
            concurrency=engine.encoders or gpus or max(1, cpus - 1),
            **({"num_gpus": 1} if gpus else {"num_cpus": 1}),
            max_restarts=_RETRIES,
            max_task_retries=_RETRIES,
        )
        batches: Iterable[Any] = done.iter_batches(batch_size=None, batch_format="pyarrow")
        for batch in batches:
            for content in batch["content"].to_pylist():
                yield pickle.loads(content)


def _read(corpus: Corpus, part: str, rows: int) -> Iterator[pa.Table]:
    """The texts of a part in batches, each a row."""
    for batch in corpus.batches(["text"], rows=rows, parts=[part]):
        yield pa.table({"content": [pickle.dumps(batch["text"].to_pylist())]})


class _Encoding:
    """The model in one of the processes."""

    def __init__(self, source: str, config: EncoderConfig, version: str) -> None:
        if version != __version__:
            raise ModelError(
                f"a machine of the cluster has wardspace {__version__}, and this is {version}",
                where="engine.address",
                fix="install the same version everywhere",
            )
        self._encoder = Encoder.load(source, config)

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Batches of texts as batches of vectors."""
        texts = (pickle.loads(content) for content in batch["content"].to_pylist())
        vectors = (self._encoder.encode(some, show_progress=False) for some in texts)
        return pa.table({"content": [pickle.dumps(some) for some in vectors]})


ROWS = 4096
"""Notes encoded between two writes: enough to sort by length within, few enough to hold in memory."""


def embed(
    corpus: Corpus,
    source: str,
    config: EncoderConfig,
    path: Path,
    *,
    engine: EngineConfig,
    title: str,
    rows: Rows | None = None,
    show_progress: bool = True,
) -> dict[str, Any]:
    """Write the vectors of all notes, or of some of them.

    Parameters
    ----------
    corpus : Corpus
        The notes.
    source : str
        The model, as `Encoder.load` takes it.
    config : EncoderConfig
        How a note becomes a vector.
    path : Path
        A `.npy` file of float32 [notes, dimension], in the order of the corpus.
    engine : EngineConfig
        Who embeds; the vectors do not depend on it.
    title : str
        What the progress bar says.
    rows : int64 array, optional
        Rows of the notes that are needed, rising; those of the others stay NaN. All of them if absent.
    show_progress : bool
        Show a bar.

    Returns
    -------
    dict
        `seconds`, `dimension`, `parameters`.
    """
    start = time.perf_counter()
    encoder = Encoder.load(source, config)
    total = corpus.manifest.counts["notes"]
    read = total if rows is None else len(rows)
    with whole_file(path) as scratch, progress(title, read, show=show_progress) as advance:
        vectors = open_memmap(scratch, mode="w+", dtype=np.float32, shape=(total, encoder.dimension))
        if rows is not None:
            vectors[:] = np.nan
        found = _vectors(corpus, encoder, source, config, engine) if rows is None else _some(corpus, encoder, rows)
        done = 0
        for some in found:
            places = slice(done, done + len(some))
            vectors[places if rows is None else rows[places]] = some
            done += len(some)
            advance(len(some))
        vectors.flush()
    return {
        "seconds": round(time.perf_counter() - start, 2),
        "dimension": encoder.dimension,
        "parameters": sum(parameter.numel() for parameter in encoder.model.parameters()),
    }


def _vectors(
    corpus: Corpus, encoder: Encoder, source: str, config: EncoderConfig, engine: EngineConfig
) -> Iterator[NDArray[np.float32]]:
    if engine.kind == "ray":
        yield from distributed_vectors(corpus, source, config, engine, ROWS)
        return
    for batch in corpus.batches(["text"], rows=ROWS):
        yield encoder.encode(batch.column("text").to_pylist(), show_progress=False)


def _some(corpus: Corpus, encoder: Encoder, rows: Rows) -> Iterator[Vectors]:
    """Vectors of some notes, in their order."""
    first = 0
    for batch in corpus.batches(["text"], rows=ROWS):
        inside = rows[(rows >= first) & (rows < first + batch.num_rows)] - first
        yield encoder.encode(batch.column("text").take(pa.array(inside)).to_pylist(), show_progress=False)
        first += batch.num_rows


def measured_rows(corpus: Corpus, config: SpaceConfig) -> Rows:
    """Rows of the notes whose vectors are measured and drawn."""
    split = np.asarray(corpus.table(["split"])["split"].to_pylist(), dtype=object)
    rows = np.arange(len(split)) if config.split == "all" else np.flatnonzero(split == config.split)
    return rows[sample(len(rows), config.notes, config.seed)]


class Embedded(NamedTuple):
    """One model's vectors of the notes; NaN for those that the study does not need."""

    path: Path
    key: str
    """Digest of everything they were made of."""
    cost: dict[str, Any]
    """`seconds`, `dimension`, `parameters`."""
    training: list[dict[str, Any]]
    """The cost of each objective that the model was adapted with; none for others."""

    def vectors(self) -> Vectors:
        """The vectors, float32 [notes, dimension], read from the disk as they are needed."""
        vectors: Vectors = np.load(self.path, mmap_mode="r")
        return vectors


def embed_models(
    run: Run, prepared: Prepared, adapted: Mapping[str, Adapted], *, whole: bool = True
) -> dict[str, Embedded]:
    """Vectors of the notes by the base, other models and the adapted ones, by name in the order of the tables.

    Unless `whole`, no task reads them, and only the notes that the space is measured by are embedded. On several
    machines all are.
    """
    keys = {name: model.key for name, model in adapted.items()} | _given_keys(run)
    found = {}
    for name in run.config.encoders:
        key, cost = _embed_model(run, prepared.corpus, name, keys[name], whole=whole)
        found[name] = Embedded(run.folder.vectors(name), key, cost, adapted[name].costs if name in adapted else [])
    return found


def vectors_now(run: Run, corpus: Corpus, name: str) -> Vectors | None:
    """Vectors of a corpus by one model of a study, made if need be; None for an adapted model that has none of them.

    Nothing is trained for them.
    """
    key, path = _given_keys(run).get(name), run.folder.vectors(name)
    if key is None:
        record = run.folder.stage(f"adapt/{name}")
        key = read_json(record)["key"] if record.is_file() else ""
        inputs = _inputs(run, corpus, key)
        few = _of_some(inputs, measured_rows(corpus, run.config.space))
        if not any(run.stages.stands(f"embed/{name}", one, [path]) for one in (inputs, few)):
            return None
    _embed_model(run, corpus, name, key)
    vectors: Vectors = np.load(path, mmap_mode="r")
    return vectors


def _given_keys(run: Run) -> dict[str, str]:
    """What names the content of models that are not trained here."""
    return {"base": "base", **{one.name: digest(base_content(bases.resolve(one.model))) for one in run.config.compare}}


def _of_some(inputs: list[Any], rows: Rows) -> list[Any]:
    """What the vectors of some notes depend on."""
    return [*inputs, digest(rows.tolist())]


def _inputs(run: Run, corpus: Corpus, model: str) -> list[Any]:
    return [corpus.content_hash, run.base_files, model, run.config.encoder.model_dump(mode="json")]


def _embed_model(run: Run, corpus: Corpus, name: str, model: str, *, whole: bool = True) -> tuple[str, dict[str, Any]]:
    """Write the vectors of one model, unless they are there; what names them, and what they cost.

    The name does not depend on which of them are needed, so that what does not read them need not run again.
    """
    config, path = run.config, run.folder.vectors(name)
    stage, inputs = f"embed/{name}", _inputs(run, corpus, model)
    some = not whole and config.engine.kind != "ray" and not run.stages.stands(stage, inputs, [path])
    rows = measured_rows(corpus, config.space) if some else None

    def work() -> dict[str, Any]:
        return embed(
            corpus,
            encoder_source(config, run.folder, name),
            config.encoder,
            path,
            engine=config.engine,
            title=f"embedding with {name} (notes)",
            rows=rows,
            show_progress=run.show_progress,
        )

    asked = inputs if rows is None else _of_some(inputs, rows)
    return run.stages.key(stage, inputs), run.stages.once(stage, asked, [path], work)[1]
