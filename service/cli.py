"""The service's sub-command: `genadapter serve`."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Adds the service's commands to the one command line."""
    app.command()(serve)


def serve(
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; 8000 if not given.")
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(help="Address; 127.0.0.1 if not given. There is no login yet."),
    ] = None,
    bundle: Annotated[
        Path | None, typer.Option(help="Bundle folder, in place of the usual places.")
    ] = None,
    base: Annotated[
        str | None, typer.Option(help="Folder or hub id of the base model.")
    ] = None,
    base_name: Annotated[
        str | None,
        typer.Option(
            help="What clients call the base; the bundle's name if not given."
        ),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(help="Folder of the adapters; in the cache if not given."),
    ] = None,
) -> None:
    """Serve adapters and chat over HTTP, in the shapes that OpenAI's clients know."""
    # Imported here, so that help answers at once.
    import uvicorn

    from genadapter.display import progress
    from service.app import create_app, load_services
    from service.settings import read_settings

    flags = {
        "port": port,
        "host": host,
        "bundle": bundle,
        "base": base,
        "base_name": base_name,
        "store": store,
    }
    settings = read_settings(flags)
    with progress("Loading the base model, the encoder and the bundle"):
        app = create_app(load_services(settings))
    for package in ("genadapter", "service", "uvicorn"):
        logging.getLogger(package).setLevel(logging.INFO)
    # Without a configuration of its own uvicorn logs where all else is logged: stderr.
    uvicorn.run(app, host=settings.host, port=settings.port, log_config=None)
