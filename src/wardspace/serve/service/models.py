"""The models that a service holds: by name, each with its version, changed without a dropped request."""

from __future__ import annotations

import threading
from asyncio import wrap_future
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
from anyio import CapacityLimiter, to_thread
from numpy.typing import NDArray

from wardspace.config.terms import TermsConfig
from wardspace.core.errors import ModelError, WardspaceError
from wardspace.models import Encoder, resolve
from wardspace.models.files.terms import read_terms
from wardspace.models.unit_length import unit_length
from wardspace.privacy.record import weights_hash
from wardspace.serve.service.batcher import Batcher, QueueFullError
from wardspace.serve.service.refusals import RefusalError, busy

_VERSION_DIGITS = 12


@dataclass(frozen=True)
class Limits:
    """What a request may ask for, and how much may wait.

    Attributes
    ----------
    body_bytes : int
        Of a request.
    texts : int
        Of a request.
    request_tokens : int
        Of a request, special tokens counted.
    queue_tokens : int
        That may wait for each model.
    seconds : float
        For an answer.
    """

    body_bytes: int = 8 << 20
    texts: int = 10_000
    request_tokens: int = 1_000_000
    queue_tokens: int = 500_000
    seconds: float = 300.0


class Read(NamedTuple):
    """What a model has made of texts."""

    vectors: NDArray[np.float32]
    """Not normalised, float32 [texts, d]."""
    tokens: int
    """That were read, special tokens counted, and those twice that two windows share."""


class Version:
    """A loaded model.

    Parameters
    ----------
    source : str
        Its folder, or a name that `Encoder.load` takes.
    encoder : Encoder
        The model.
    limits : Limits
        For what is asked of it.
    watch : callable
        Called after each batch with its tokens and seconds.
    precision : str
        As for `Encoder.encode`.
    """

    def __init__(
        self, source: str, encoder: Encoder, limits: Limits, watch: Callable[[int, float], None], precision: str
    ) -> None:
        self.encoder, self._limits = encoder, limits
        self.digest = weights_hash(source)
        self.version = self.digest[:_VERSION_DIGITS]
        self.loaded = datetime.now(UTC)
        self._batcher = Batcher(encoder, limits.queue_tokens, precision, watch)
        self._tokenising = CapacityLimiter(1)

    @property
    def waiting_tokens(self) -> int:
        """Tokens of windows that are not read yet."""
        return self._batcher.waiting_tokens

    @property
    def alive(self) -> bool:
        """Whether it still reads."""
        return self._batcher.alive

    async def read(self, texts: Sequence[str]) -> Read:
        """Read texts of any length, whole. Where whoever waits is cancelled, what is not read yet is left out.

        Raises
        ------
        RefusalError
            If there are too many texts or tokens, or too many wait.
        """
        if len(texts) > self._limits.texts:
            what = f"{len(texts):,} texts in one request; at most {self._limits.texts:,}: send them in several"
            raise RefusalError(413, what, "too_many_texts", "input")
        windows = await to_thread.run_sync(self.encoder.windows, texts, limiter=self._tokenising)
        tokens = sum(len(window) + self.encoder.specials for text in windows for window in text)
        if tokens > self._limits.request_tokens:
            what = f"{tokens:,} tokens in one request; at most {self._limits.request_tokens:,}: send them in several"
            raise RefusalError(413, what, "too_long", "input")
        try:
            job = self._batcher.submit(windows)
        except QueueFullError as error:
            raise busy(error) from error
        return Read(await wrap_future(job.future), tokens)

    def normalised(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Vectors as `Encoder.encode` gives them."""
        return unit_length(vectors) if self.encoder.normalise else vectors

    def close(self) -> None:
        """Answer what waits, then let go of the model."""
        self._batcher.close()


class Models:
    """Models by name; the first is the one that is asked when no name is given.

    Loading another version of a model is done next to the old one, which answers until the new one is there and keeps
    what it has begun. The last version stays at hand for `rollback`.

    Parameters
    ----------
    sources : mapping of str to str
        Folder, or name that `Encoder.load` takes, by name.
    limits : Limits
        For each of them.
    watch : callable
        Called after each batch with the name of the model, its tokens and seconds.
    precision : str
        As for `Encoder.encode`.

    Raises
    ------
    ModelError
        If one of them cannot be loaded.
    """

    def __init__(
        self,
        sources: Mapping[str, str],
        limits: Limits,
        watch: Callable[[str, int, float], None] = lambda name, tokens, seconds: None,
        precision: str = "auto",
    ) -> None:
        self._sources, self._limits, self._watch, self._precision = dict(sources), limits, watch, precision
        self._changing = threading.Lock()
        self._before: dict[str, Version] = {}
        self._now: dict[str, Version] = {}
        for name in self._sources:
            self._now[name] = self._load(name)

    @property
    def versions(self) -> Mapping[str, Version]:
        """What answers now, by name."""
        return dict(self._now)

    def get(self, name: str | None = None) -> tuple[str, Version]:
        """The model of a name, or the first one.

        Raises
        ------
        RefusalError
            If there is none.
        """
        chosen = next(iter(self._now)) if name is None else name
        if chosen not in self._now:
            known = ", ".join(self._now)
            raise RefusalError(404, f"there is no model of this name; there are: {known}", "model_not_found", "model")
        return chosen, self._now[chosen]

    def reload(self, name: str) -> Version:
        """Load a model's folder again and let it answer; the old version stays for `rollback`.

        Raises
        ------
        RefusalError
            If there is no such model, or its folder cannot be loaded: the old version goes on then.
        """
        with self._changing:
            _, old = self.get(name)
            try:
                new = self._load(name)
            except WardspaceError as error:
                raise RefusalError(409, f"{error.what}; version {old.version} goes on", "not_loaded") from error
            if (oldest := self._before.get(name)) is not None:
                oldest.close()
            self._before[name], self._now[name] = old, new
            return new

    def rollback(self, name: str) -> Version:
        """Let the version before answer again; the present one becomes the one before.

        Raises
        ------
        RefusalError
            If there is no such model, or it has not been loaded again.
        """
        with self._changing:
            _, now = self.get(name)
            before = self._before.get(name)
            if before is None:
                raise RefusalError(409, "this model has no version before", "no_version_before")
            self._before[name], self._now[name] = now, before
            return before

    def close(self) -> None:
        """Answer what waits, then let go of all models."""
        with self._changing:
            for version in (*self._now.values(), *self._before.values()):
                version.close()

    def _load(self, name: str) -> Version:
        source = self._sources[name]
        check_terms(source)
        encoder = Encoder.load(source)
        return Version(
            source, encoder, self._limits, lambda tokens, seconds: self._watch(name, tokens, seconds), self._precision
        )


def check_terms(source: str | Path) -> None:
    """Refuse a model that learned from notes whose terms forbid it to answer others.

    Raises
    ------
    ModelError
        If they do.
    """
    folder = Path(resolve(source))
    terms = read_terms(folder) if folder.is_dir() else TermsConfig()
    if terms.serve == "forbidden":
        under = terms.agreement or terms.licence or "the study"
        raise ModelError(f"the terms of its notes forbid to serve this model ({under})", where=folder,
                         fix="serve a model of other notes; `terms` of the study says who gave these")  # fmt: skip
