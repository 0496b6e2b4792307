"""The tokens of a corpus, made once and kept inside its folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import tokenizers
from filelock import FileLock, Timeout
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerBase

from wardspace.core.errors import WardspaceError
from wardspace.core.files import digest, whole_folder
from wardspace.core.progress import progress, say
from wardspace.corpus import Corpus
from wardspace.encoders.tokens import untruncated
from wardspace.training.token_file import DamagedError, TokenFile
from wardspace.training.tokens import Tokens, tokenised

TOKENS = "tokens"
"""Folder of the tokens in that of the corpus, and nowhere else: tokens can be turned back into text."""
LAYOUT = 1
"""Version of the file; raised whenever an older one would be misread."""
LOCK = ".lock"


def corpus_tokens(
    corpus: Corpus,
    tokenizer: PreTrainedTokenizerBase,
    *,
    splits: Sequence[str],
    notes: int,
    words: bool,
    show_progress: bool = True,
) -> tuple[Tokens, TokenFile | None]:
    """Tokens of the notes of some splits: from the file of an earlier run, or made now and kept for the next.

    The file's name says what the tokens depend on: the notes, the splits, the tokenizer. Of two processes that want it
    one makes it and the other waits. One that is damaged is made anew. Where none can be written the notes are
    tokenised in memory.

    Parameters
    ----------
    corpus : Corpus
        The notes.
    tokenizer : PreTrainedTokenizerBase
        A fast tokenizer.
    splits : sequence of str
        Splits to read; the texts of no other are tokenised.
    notes : int
        Number of notes in these splits.
    words : bool
        Give which word each token belongs to.
    show_progress : bool
        Show a bar.

    Returns
    -------
    Tokens, TokenFile or None
        The tokens, and the file they lie in if they are not in memory.
    """
    core, folder = untruncated(tokenizer), corpus.folder.resolve() / TOKENS
    own, with_words = (_file(corpus, core, splits, notes, folder, words=each) for each in (words, True))
    # a file with words serves those who want none
    files = list(dict.fromkeys([own, with_words]))
    found = _found(files, words=words)
    try:
        if not found:
            with _alone(folder):
                found = _found(files, words=words, tell=True)
                if not found:
                    _make(own, corpus, core, splits, show=show_progress)
                    found = _found([own], words=words, tell=True)
    except (OSError, NotImplementedError, WardspaceError) as error:
        if isinstance(error, WardspaceError) and not isinstance(error.__cause__, OSError):
            raise
        _tell_unkept(folder, str(getattr(error, "what", None) or getattr(error, "strerror", None) or error))
    if found:
        return found
    with progress("tokenising notes", notes, show=show_progress) as advance:
        return Tokens.joined(tokenised(corpus, core, splits, advance, words=words), words=words), None


def _file(
    corpus: Corpus, core: Tokenizer, splits: Sequence[str], notes: int, folder: Path, *, words: bool
) -> TokenFile:
    depends = {
        "layout": LAYOUT,
        "corpus": corpus.content_hash,
        "splits": list(splits),
        "tokenizer": hashlib.sha256(core.to_str().encode()).hexdigest(),
        # a setting that the tokenizer does not write down
        "special_tokens_in_text": core.encode_special_tokens,
        "library": tokenizers.__version__,
        "words": words,
    }
    key = digest(depends)
    return TokenFile(folder / key, key, notes, words)


def _found(files: Sequence[TokenFile], *, words: bool, tell: bool = False) -> tuple[Tokens, TokenFile] | None:
    """The first file that is there and whole."""
    for file in files:
        try:
            tokens = file.open(words=words)
        except DamagedError:
            if tell:
                say(f"the tokens kept in {file.folder} are damaged and are made anew")
            continue
        if tokens:
            return tokens, file
    return None


def _make(file: TokenFile, corpus: Corpus, core: Tokenizer, splits: Sequence[str], *, show: bool) -> None:
    with whole_folder(file.folder) as scratch, progress("tokenising notes", file.notes, show=show) as advance:
        file.write(tokenised(corpus, core, splits, advance, words=file.words), scratch)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder of tokens; the system lets go of it when the process dies."""
    folder.mkdir(exist_ok=True)
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say("another process is tokenising notes of this corpus; waiting for it")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@cache
def _tell_unkept(folder: Path, why: str) -> None:
    """Say it once, however many models are adapted."""
    say(f"the tokens cannot be kept in {folder} ({why}): the notes are tokenised in memory, at every run")
