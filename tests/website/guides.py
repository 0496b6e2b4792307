"""Commands and files of a guide, as a reader would type them."""

import re
import shlex
from pathlib import Path
from typing import NamedTuple

_FENCE = re.compile(r"^```(sh|yaml)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"# ([\w-]+\.yaml)\n")
_CODES = re.compile(r"exit code (\d)")


class File(NamedTuple):
    """A block that is a file."""

    name: str
    text: str


class Command(NamedTuple):
    """A command, and the exit codes that the guide speaks of."""

    words: list[str]
    codes: set[int]


class Left(NamedTuple):
    """A block that no test runs, and what it needs."""

    needs: str


def steps(guide: Path):
    """Files, commands and blocks left out, in the order of the guide."""
    for kind, text in _FENCE.findall(guide.read_text(encoding="utf-8")):
        if kind == "yaml":
            if named := _NAMED.match(text):
                yield File(named[1], text)
        elif text.startswith("# needs:"):
            yield Left(text.partition("\n")[0].removeprefix("# needs:").strip())
        else:
            yield from map(_command, text.replace("\\\n", " ").splitlines())


def _command(line):
    codes = {int(code) for code in _CODES.findall(line)}
    return Command(shlex.split(line, comments=True), codes | {0})
