"""`wardspace serve` and `wardspace token`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wardspace.core.progress import say


def serve(
    models: Annotated[
        list[str],
        typer.Argument(metavar="MODEL …", help="Model folders or names, or NAME=FOLDER; the first is the default."),
    ],
    *,
    host: Annotated[str, typer.Option("--host", help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0: a free one.")] = 8080,
    tokens: Annotated[
        Path | None,
        typer.Option("--tokens", metavar="FILE", help="Tokens that `wardspace token` made; else one for this time."),
    ] = None,
    name: Annotated[
        list[str] | None, typer.Option("--name", help="A further name by which the service is asked.")
    ] = None,
    certificate: Annotated[Path | None, typer.Option("--certificate", help="For TLS, PEM.")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="Key of the certificate, PEM.")] = None,
    log: Annotated[Path | None, typer.Option("--log", help="Access log; else standard output.")] = None,
    fields: Annotated[
        Path | None, typer.Option("--fields", metavar="FIELDS.yaml", help="What /extract takes from each note.")
    ] = None,
    tasks: Annotated[
        list[Path] | None,
        typer.Option(
            "--tasks", metavar="FOLDER", help="RUN/models/TASK-MODEL-SETTING that fills some; again for more."
        ),
    ] = None,
    index: Annotated[
        Path | None, typer.Option("--index", metavar="FOLDER", help="What /search searches; made with the first model.")
    ] = None,
    precision: Annotated[str, typer.Option("--precision", help="auto, fp32, bf16 or fp16.")] = "auto",
    queue_tokens: Annotated[int, typer.Option("--queue-tokens", min=1, help="Tokens that may wait.")] = 500_000,
    request_tokens: Annotated[int, typer.Option("--request-tokens", min=1, help="Tokens of a request.")] = 1_000_000,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="Time for an answer.")] = 300.0,
) -> None:
    """Serve models over HTTP: vectors for clients of OpenAI and TEI, fields of notes, search; on this machine alone."""
    from wardspace.models.hardware import PRECISIONS
    from wardspace.serve.server import need_serve

    need_serve()
    if precision not in PRECISIONS:
        raise typer.BadParameter(f"one of {', '.join(PRECISIONS)}", param_hint="--precision")
    from wardspace.serve.service.models import Limits
    from wardspace.serve.service.run import ServiceOptions
    from wardspace.serve.service.run import serve as served

    limits = Limits(queue_tokens=queue_tokens, request_tokens=request_tokens, seconds=seconds)
    served(
        ServiceOptions(
            models, host, port, tokens, name or (), certificate, key, log, fields, tasks or (), index, precision, limits
        )
    )


def token(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file of tokens; made if there is none.")],
    holder: Annotated[str, typer.Argument(metavar="NAME", help="Who has it: the access log says so.")],
    *,
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help="embed, search, extract, text, metrics, admin; again for more."),
    ] = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take the token out.")] = False,
) -> None:
    """Make a token for `wardspace serve --tokens FILE`, or take one out; a running service follows at once."""
    from wardspace.serve.server import need_serve

    need_serve()
    from wardspace.serve.service.access import add_token, revoke_token

    if revoke:
        revoke_token(file, holder)
        say(f"✓ {file}: {holder} is no longer let in")
        return
    made = add_token(file, holder, scope or [])
    say(f"✓ {file}: {holder} may {', '.join(scope or [])}")
    say("  the token, shown this once:")
    print(made)  # noqa: T201 - to standard output, for scripts
