"""The entry point: runs a command and reports errors in words."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from wardspace.cli.app import app
from wardspace.core.errors import WardspaceError
from wardspace.core.files import owner_only
from wardspace.core.processes import comes_of_an_interrupt, stopped_as_by_ctrl_c
from wardspace.core.progress import console, say

FAULT = 2
INTERRUPTED = 130
SIGNALLED = 128
"""Exit codes of commands that a signal ended are its number and this, as shells have it."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit.

    Exit codes: 0 done; 1 done, and the answer is no (`audit`, `report --same`); 2 a fault of the input, the study or
    the machine; 130 interrupted by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP (run again to go on). A fault of the program
    itself keeps its traceback. What a command writes is readable by its owner alone.
    """
    _wait_asleep()
    with owner_only(), stopped_as_by_ctrl_c() as stopped:
        outcome = _run(list(sys.argv[1:] if arguments is None else arguments))
        number = stopped()
    if number is not None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(SIGNALLED + number)  # a library whose import was interrupted may crash while Python takes it down
    sys.exit(outcome)


def _wait_asleep() -> None:
    """Let threads of OpenMP that wait for each other sleep, where the user has not said how they are to wait.

    By default they spin, and where other work holds a core they spin while the thread they wait for stands still.
    OpenMP reads this as torch is loaded, which no command has done by now (docs/performance.md has the figures).
    """
    if "GOMP_SPINCOUNT" not in os.environ:
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")


def _run(arguments: list[str]) -> int:
    try:
        outcome = typer.main.get_command(app).main(args=arguments, prog_name="wardspace", standalone_mode=False)
    except typer.TyperException as error:
        say(f"error: {error}\n  to do: wardspace --help, or wardspace COMMAND --help")
        return FAULT
    except KeyboardInterrupt:  # between what typer looks after
        outcome = INTERRUPTED
    except WardspaceError as error:
        _complain(error)
        return error.exit_code
    except Exception as error:
        if _disk_is_full(error):  # torch and safetensors report it as errors of their own
            say("error: the disk is full\n  to do: free some space, or choose another folder with --out, and run again")
            return FAULT
        if not comes_of_an_interrupt(error):
            raise
        outcome = INTERRUPTED
    if outcome == INTERRUPTED:  # typer's own code for Ctrl-C
        say("interrupted; run the same command again to go on from here")
    return outcome if isinstance(outcome, int) else 0


def _complain(error: WardspaceError) -> None:
    """Print an error; of processes started together each prints its own."""
    rank = os.environ.get("RANK")
    console.print(f"error{f' (process {rank})' if rank else ''}: {error}", soft_wrap=True)


def _disk_is_full(error: Exception) -> bool:
    told = "No space left on device" in str(error) or "os error 28" in str(error)
    return told or shutil.disk_usage(Path.cwd()).free < 1 << 20
