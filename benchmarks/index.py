"""How fast and how exact is search in many vectors? Inverted lists against usearch and faiss.

    python benchmarks/index.py [--size 1000000] [--datasets FOLDER] [--sides ours,usearch,faiss_hnsw,faiss_ivf]

Vectors of pieces of MedQuAD, MTSamples and VAERS, made once with MiniLM and kept in `--cache`; each stands for as many
vectors as the size asks for, with noise of a tenth of its length, so that neighbours are real. Queries are such pieces
with other noise. Each side runs in a process of its own: seconds to build and megabytes (two threads), seconds to open,
and one query after the other on one thread. The truth is an exact search. The figures go to
benchmarks/results/index.json.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from shared import report

NOISE, QUERIES, FIRST, THREADS = 0.1, 500, 10, 2
SETS = (("medquad/pairs.csv", "answer", 2400), ("vaers/reports.csv", "text", 1000), ("mtsamples/notes.csv", "text", 60))
Search = Callable[[np.ndarray], np.ndarray]


def base_vectors(datasets: Path, cache: Path) -> np.ndarray:
    if not cache.is_file():
        from wardspace import Encoder

        csv.field_size_limit(10**9)
        encoder, texts = Encoder.load("minilm"), []
        for name, column, count in SETS:
            with (datasets / name).open(newline="", encoding="utf-8") as handle:
                found = [row[column] for row in csv.DictReader(handle) if row[column].strip()]
            texts += [found[place] for place in np.random.default_rng(0).permutation(len(found))[:count]]
        np.save(cache, np.concatenate([one.vectors for one in encoder.pieces(texts)]))
    return np.load(cache)


def noisy(base: np.ndarray, count: int, seed: int) -> np.ndarray:
    """So many vectors of length one, each near one of `base`."""
    random = np.random.default_rng(seed)
    found = np.empty((count, base.shape[1]), dtype=np.float32)
    for start in range(0, count, len(base)):
        some = found[start : start + len(base)]
        noise = random.standard_normal(some.shape, dtype=np.float32) * (NOISE / base.shape[1] ** 0.5)
        some[:] = base[: len(some)] + noise
        some /= np.linalg.norm(some, axis=1, keepdims=True)
    return found


def usearch(vectors: np.ndarray, folder: Path) -> Callable[[], Search]:
    from usearch.index import Index

    index = Index(ndim=vectors.shape[1], metric="ip", dtype="f16", connectivity=16, expansion_add=128)
    index.add(np.arange(len(vectors)), vectors, threads=THREADS)
    index.save(str(folder / "usearch"))

    def opened() -> Search:
        view = Index.restore(str(folder / "usearch"), view=True)
        view.expansion_search = 128
        return lambda query: view.search(query, FIRST, threads=1).keys

    return opened


def faiss_hnsw(vectors: np.ndarray, folder: Path) -> Callable[[], Search]:
    import faiss

    faiss.omp_set_num_threads(THREADS)
    index = faiss.IndexHNSWFlat(vectors.shape[1], 16, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = 128
    index.add(vectors)
    return _faiss(index, folder, lambda opened: setattr(opened.hnsw, "efSearch", 128))


def faiss_ivf(vectors: np.ndarray, folder: Path) -> Callable[[], Search]:
    import faiss

    from wardspace.serve.index.lists import train
    from wardspace.serve.index.nearest import PROBES

    faiss.omp_set_num_threads(THREADS)
    centres = train(vectors)
    coarse = faiss.IndexFlatIP(vectors.shape[1])
    coarse.add(centres)
    index = faiss.IndexIVFFlat(coarse, vectors.shape[1], len(centres), faiss.METRIC_INNER_PRODUCT)
    index.train(vectors[:1])
    index.add(vectors)
    return _faiss(index, folder, lambda opened: setattr(opened, "nprobe", PROBES))


def _faiss(index: object, folder: Path, tune: Callable[[object], None]) -> Callable[[], Search]:
    import faiss

    faiss.write_index(index, str(folder / "faiss"))

    def opened() -> Search:
        found = faiss.read_index(str(folder / "faiss"), faiss.IO_FLAG_MMAP)
        faiss.omp_set_num_threads(1)
        tune(found)
        return lambda query: found.search(query[None], FIRST)[1][0]

    return opened


def ours(vectors: np.ndarray, folder: Path) -> Callable[[], Search]:
    """One note a vector, without words; one segment before it is merged, as after a first run."""
    import faiss
    from threadpoolctl import threadpool_limits

    from wardspace.models.pieces import Pieces
    from wardspace.serve.index import Index, ModelIdentity
    from wardspace.serve.index.writer import IndexNote, IndexWriter

    faiss.omp_set_num_threads(THREADS)
    dimension = vectors.shape[1]
    model = ModelIdentity(name="b", weights="b", pooling="mean", window=256, overlap=0.1, dimension=dimension)
    nothing = np.zeros((1, 2), dtype=np.int32)
    step = 50_000
    with IndexWriter.open(folder / "index", model) as writer:
        for start in range(0, len(vectors), step):
            some = range(start, min(start + step, len(vectors)))
            notes = [IndexNote(str(number), "") for number in some]
            writer.add(notes, [Pieces(vectors[one : one + 1], nothing, nothing[0, :1]) for one in some])
        writer.finish()

    def opened() -> Search:
        threadpool_limits(1)
        index = Index.open(folder / "index")
        return lambda query: np.array([int(hit.note_id) for hit in index.search(vector=query, limit=FIRST)])

    return opened


SIDES = {side.__name__: side for side in (ours, usearch, faiss_hnsw, faiss_ivf)}


def measure(side: str, base: np.ndarray, size: int) -> dict[str, object]:
    vectors, asked = noisy(base, size, 1), noisy(base, len(base), 2)
    asked = asked[np.random.default_rng(3).permutation(len(asked))[:QUERIES]]
    truth = np.empty((len(asked), FIRST), dtype=np.int64)
    for start in range(0, len(asked), 50):
        likeness = asked[start : start + 50] @ vectors.T
        truth[start : start + 50] = np.argpartition(-likeness, FIRST, axis=1)[:, :FIRST]
    del likeness
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as folder:
        begun, busy = time.perf_counter(), time.process_time()
        opened = SIDES[side](vectors, Path(folder))
        built, used = time.perf_counter() - begun, time.process_time() - busy
        del vectors
        begun = time.perf_counter()
        search = opened()
        open_s = time.perf_counter() - begun
        right, seconds = 0, []
        for warm in (True, False):
            for query, wanted in zip(asked, truth, strict=True):
                begun = time.perf_counter()
                found = search(query)
                if not warm:
                    seconds.append(time.perf_counter() - begun)
                    right += len(np.intersect1d(found, wanted))
        files = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    return {
        "side": side,
        "vectors": size,
        "recall_at_10": round(right / truth.size, 4),
        "p50_ms": round(float(np.percentile(seconds, 50)) * 1000, 2),
        "p99_ms": round(float(np.percentile(seconds, 99)) * 1000, 2),
        "build_s": round(built, 1),
        "build_cpu_s": round(used, 1),
        "open_s": round(open_s, 3),
        "file_mb": round(files / 2**20),
        "more_peak_mb": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--datasets", type=Path, default=Path("datasets"))
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "wardspace-pieces.npy")
    parser.add_argument("--sides", default=",".join(SIDES))
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--output", type=Path, default=report.RESULTS / "index.json")
    options = parser.parse_args()
    base = base_vectors(options.datasets, options.cache)
    if options.one:
        print(json.dumps(measure(options.one, base, options.size)))
        return
    rows = []
    for side in options.sides.split(","):
        command = [sys.executable, __file__, "--size", str(options.size), "--cache", str(options.cache), "--one", side]
        rows.append(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1]))
        print(rows[-1], flush=True)
    report.show(f"Search in {options.size:,} vectors ({len(base):,} pieces with noise)", rows)
    report.write(options.output, {"pieces": len(base), "noise": NOISE, "queries": QUERIES, "rows": rows})


if __name__ == "__main__":
    main()
