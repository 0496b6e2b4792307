"""The page of all commands, read off the command line."""

from __future__ import annotations

from typing import Any

import typer

from wardspace.cli.app import app

_TOP = """# Commands

Generated from the code. `wardspace COMMAND --help` prints the same. Exit codes: 0 done; 1 done, and the answer is no
(`audit`, `report --same`); 2 a fault of the input, the study or the machine; 130 interrupted by Ctrl-C, 143 by SIGTERM,
129 by SIGHUP (run the same command again to go on).
"""
_BRACES = str.maketrans("", "", "{}")
"""Typer puts what is required in braces."""


def commands() -> dict[str, Any]:
    """Every command by its name, in the order of `--help`."""
    return dict(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def commands_page() -> str:
    """The page as Markdown."""
    return "\n".join([_TOP, *(_command(name, command) for name, command in commands().items())])


def _command(name: str, command: Any) -> str:
    context = command.context_class(command, info_name=f"wardspace {name}")
    usage = " ".join(command.get_usage(context).removeprefix("Usage: ").translate(_BRACES).split())
    lines = [f"## wardspace {name}", "", command.help.strip(), "", "```text", usage, "```", ""]
    if command.params:
        rows = [_row(one, one.display_type(context)) for one in command.params]
        lines += ["| | default | meaning |", "|---|---|---|", *rows, ""]
    return "\n".join(lines)


def _row(one: Any, kind: str) -> str:
    if one.param_type_name == "argument":
        name, default = f"`{one.metavar or one.name.upper()}`", ""
    else:
        flags = ", ".join(f"`{flag}`" for flag in [*one.opts, *one.secondary_opts])
        name = flags if one.is_flag else f"{flags} `{one.metavar or kind.upper()}`"
        default = "" if one.default in (None, False) else f"`{one.default}`"
    return f"| {name} | {'required' if one.required else default} | {_cell(one.help)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
