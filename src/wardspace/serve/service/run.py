"""The service as a process: address, encryption, models, until it is stopped."""

from __future__ import annotations

import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from wardspace.config.fields import load_fields
from wardspace.core.errors import WardspaceError
from wardspace.core.progress import say
from wardspace.serve.index import Index
from wardspace.serve.server import listening, run_server
from wardspace.serve.service.access import Tokens
from wardspace.serve.service.app import service
from wardspace.serve.service.figures import Figures
from wardspace.serve.service.gateway import AccessLog
from wardspace.serve.service.models import Limits, Models, check_terms
from wardspace.tasks.fields.extractor import Extractor

if TYPE_CHECKING:
    pass

_PATIENCE = 30
"""Seconds that requests get to end when the service is stopped."""
_CONNECTIONS = 2000
"""Open at once; more are answered with 503."""
_LOCAL = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class ServiceOptions:
    """What to serve, where, and to whom.

    Attributes
    ----------
    models : sequence of str
        Folders or names, or NAME=FOLDER; the first is asked where a request names none.
    host, port : str, int
        Where to listen; port 0 takes a free one.
    tokens : Path, optional
        File of tokens; without it one is made, with all scopes, and shown once.
    names : sequence of str
        Further names by which the service is asked, such as that of the machine.
    certificate, key : Path, optional
        For TLS; needed where the address is not this machine's own.
    log : Path, optional
        Access log; without it, standard output.
    fields : Path, optional
        What `/extract` fills.
    tasks : sequence of Path
        Kept models that fill them.
    index : Path, optional
        What `/search` searches.
    precision : str
        As for `Encoder.encode`.
    limits : Limits
        Of requests.
    """

    models: Sequence[str]
    host: str = "127.0.0.1"
    port: int = 8080
    tokens: Path | None = None
    names: Sequence[str] = ()
    certificate: Path | None = None
    key: Path | None = None
    log: Path | None = None
    fields: Path | None = None
    tasks: Sequence[Path] = ()
    index: Path | None = None
    precision: str = "auto"
    limits: Limits = field(default_factory=Limits)


def serve(options: ServiceOptions) -> None:
    """Serve until Ctrl-C or SIGTERM; what has begun is answered before it ends.

    Raises
    ------
    WardspaceError
        If a model, the tokens, the fields or the certificate cannot be read, the port is taken, or the address is not
        this machine's own and there is no certificate.
    """
    secure = _secure(options)
    named = named_models(options.models)
    if bool(options.tasks) != (options.fields is not None):
        raise WardspaceError("fields need models, and models fields", where="--fields, --tasks", fix="give both")
    for folder in options.tasks:
        check_terms(folder)
    tokens, shown = (Tokens.read(options.tokens), None) if options.tokens else Tokens.single()
    with listening(options.host, options.port) as place:
        log, figures = AccessLog(options.log), Figures()
        extractor = None if options.fields is None else Extractor.open(load_fields(options.fields), options.tasks)
        models = Models(named, options.limits, figures.read, options.precision)
        port = int(place.getsockname()[1])
        app = service(
            models,
            tokens,
            hosts=hosts(options, port),
            figures=figures,
            log=log,
            extractor=extractor,
            index=None if options.index is None else Index.open(options.index),
            limits=options.limits,
        )
        host = f"[{options.host}]" if ":" in options.host else options.host
        say(f"✓ {', '.join(named)} at {'https' if secure else 'http'}://{host}:{port}")
        if shown is not None:
            say(f"  token for everything, until it ends: {shown}")
        run_server(
            app,
            place,
            patience=_PATIENCE,
            lifespan="on",
            limit_concurrency=_CONNECTIONS,
            ssl_certfile=options.certificate,
            ssl_keyfile=options.key,
        )


def named_models(given: Sequence[str]) -> dict[str, str]:
    """Sources of models by name: the name that is given, or the last part of the source.

    Raises
    ------
    WardspaceError
        If two have one name.
    """
    named: dict[str, str] = {}
    for one in given:
        match = re.fullmatch(r"([\w.-]+)=(.+)", one)
        name, source = match.groups() if match else (Path(one).name, one)
        if name in named:
            raise WardspaceError(f"two models are called {name}", where=one, fix="name them: NAME=FOLDER")
        named[name] = source
    return named


def hosts(options: ServiceOptions, port: int) -> list[str]:
    """Names with ports by which the service may be asked."""
    names = [*_LOCAL, options.host.lower(), *(name.lower() for name in options.names)]
    # a proxy, and clients on the usual port of the scheme, name no port
    return [form for name in dict.fromkeys(names) for form in (f"{name}:{port}", name)]


def _secure(options: ServiceOptions) -> bool:
    """Whether there is a certificate; without one the service is for this machine alone."""
    if (options.certificate is None) != (options.key is None):
        raise WardspaceError("a certificate needs its key", where="--certificate, --key", fix="give both")
    if options.certificate is not None:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(options.certificate, options.key)
        except (OSError, ssl.SSLError) as error:
            raise WardspaceError(f"cannot use this certificate: {error.strerror or error}", where=options.certificate,
                                 fix="give a certificate and its key in PEM") from error  # fmt: skip
        return True
    if not _loopback(options.host):
        raise WardspaceError(
            "others could read what is sent",
            where=f"--host {options.host}",
            fix="give --certificate and --key, or stay at 127.0.0.1 behind a proxy that encrypts (docs/service.md)",
        )
    return False


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
