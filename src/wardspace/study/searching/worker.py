"""A process that runs trials of a search: jobs come on its standard input and answers go out, a line each."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any, TextIO

from wardspace.config import AdaptConfig, parse_study
from wardspace.core.errors import WardspaceError
from wardspace.core.progress import console
from wardspace.corpus import Corpus
from wardspace.study.searching.folder import SearchFolder
from wardspace.study.searching.trial import Bench, Job

INTERRUPTED = 130


def main() -> int:
    """Run trials until there is no more line.

    Returns
    -------
    int
        Exit code: 0 done; 130 interrupted, with a checkpoint to go on from.
    """
    console.quiet = True  # the process that started this one speaks for all
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()
    try:
        _work(sys.stdin, answers)
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _work(lines: TextIO, answers: TextIO) -> None:
    bench = None
    for line in lines:
        asked = json.loads(line)
        try:
            bench = bench or _bench(asked["bench"])
            bench.run(Job(**{**asked["job"], "model": AdaptConfig.model_validate(asked["job"]["model"])}))
            answer = {}
        except WardspaceError as error:
            answer = {"what": error.what, "where": error.where, "fix": error.fix}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _bench(told: dict[str, Any]) -> Bench:
    folder, corpus = SearchFolder(Path(told["folder"])), Corpus.open(Path(told["corpus"]))
    return Bench(parse_study(told["study"]), corpus, folder, told["began"], show_progress=False)


def _watch(parent: int) -> None:
    """End with the process that started this one, which may have been killed."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(INTERRUPTED)
