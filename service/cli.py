"""The service's sub-commands: `serve`, `push`, `keys`, `bench serve`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from genadapter.cli import bench_group
from genadapter.errors import ConfigError

if TYPE_CHECKING:
    from service.keyring import Keyring

BundleOption = Annotated[
    Path | None, typer.Option(help="Bundle folder, in place of the usual places.")
]
BaseOption = Annotated[
    str | None, typer.Option(help="Folder or hub id of the base model.")
]
StoreOption = Annotated[
    Path | None, typer.Option(help="Folder of the adapters; in the cache if not given.")
]


def register(app: typer.Typer) -> None:
    """Adds the service's commands to the one command line."""
    app.command()(serve)
    app.command()(push)
    keys = typer.Typer(help="API keys of the service.", no_args_is_help=True)
    keys.command("create")(create_key)
    keys.command("list")(list_keys)
    keys.command("delete")(delete_key)
    app.add_typer(keys, name="keys")
    bench_group(app).command("serve")(bench_serve)


def serve(
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; 8000 if not given.")
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(help="Address; 127.0.0.1 if not given. Others need an API key."),
    ] = None,
    bundle: BundleOption = None,
    base: BaseOption = None,
    base_name: Annotated[
        str | None,
        typer.Option(
            help="What clients call the base; the bundle's name if not given."
        ),
    ] = None,
    store: StoreOption = None,
    registry: Annotated[
        str | None,
        typer.Option(help="Database, as SQLAlchemy's URL; SQLite if not given."),
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(help="What answers: local, as if not given, or vllm."),
    ] = None,
    vllm_url: Annotated[
        str | None, typer.Option(help="Running vLLM servers, with commas between.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, help="Processes; 1 if not given. Each loads the models anew."
        ),
    ] = None,
) -> None:
    """Serve adapters and chat over HTTP, in the shapes that OpenAI's clients know."""
    # Imported here, so that help answers at once.
    from genadapter.display import print_hint, progress
    from service.app import create_app, load_services
    from service.settings import read_settings
    from service.workers import (
        check_startable,
        log_to_stderr,
        serve_alone,
        serve_together,
    )

    flags = {
        "port": port,
        "host": host,
        "bundle": bundle,
        "base": base,
        "base_name": base_name,
        "store": store,
        "registry": registry,
        "engine": engine,
        "vllm_url": vllm_url,
        "workers": workers,
    }
    settings = read_settings(flags)
    run: Callable[[], None]
    if settings.workers == 1:
        with progress("Loading the base model, the encoder and the bundle"):
            services = load_services(settings)
            app = create_app(services)
        keeper = services.keeper
        run = partial(serve_alone, app, settings)
    else:
        keeper = check_startable(settings)
        run = partial(serve_together, settings)
    if keeper.is_open:
        print_hint(
            f"No API key: listening on {settings.host} only, for whoever is on it."
        )
    log_to_stderr()
    run()


def push(
    adapters: Annotated[
        list[str],
        typer.Argument(
            help="Folders of adapters, or ids in the store; one with --hub."
        ),
    ],
    to: Annotated[
        str | None,
        typer.Option(metavar="vllm=URL[,URL...]", help="Servers that get them."),
    ] = None,
    hub: Annotated[
        str | None,
        typer.Option(
            metavar="USER/NAME", help="Repository of the Hugging Face hub that gets it."
        ),
    ] = None,
    is_private: Annotated[
        bool, typer.Option("--private", help="With --hub: for its owner alone.")
    ] = False,
    is_dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="With --hub: show files and model card, and upload nothing.",
        ),
    ] = False,
    key: Annotated[
        str,
        typer.Option(envvar="GENADAPTER_VLLM_KEY", help="API key of the servers."),
    ] = "",
    path_on_server: Annotated[
        str | None,
        typer.Option(help="Where the servers have the folder that adapters lie in."),
    ] = None,
    base_name: Annotated[
        str | None,
        typer.Option(
            help="What the servers or the hub call the base; as the adapter if not "
            "given."
        ),
    ] = None,
    store: StoreOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Load adapters into vLLM servers and check them, or put one on the hub."""
    from genadapter.checks import exactly_one
    from service.settings import read_settings

    exactly_one({"--to": to, "--hub": hub})
    folder = read_settings({"store": store}).store
    if to is not None:
        _refuse({"--private": is_private, "--dry-run": is_dry_run}, without="--hub")
        _push_to_servers(
            adapters,
            to,
            key=key,
            path_on_server=path_on_server,
            base_name=base_name,
            store=folder,
            as_json=as_json,
        )
    elif hub is not None:
        _refuse({"--path-on-server": path_on_server}, without="--to")
        _push_to_hub(
            adapters,
            hub,
            is_private=is_private,
            is_dry_run=is_dry_run,
            base_name=base_name,
            store=folder,
            as_json=as_json,
        )


def _refuse(given: Mapping[str, object], *, without: str) -> None:
    for name, value in given.items():
        if value:
            raise ConfigError(f"{name} has an effect only with {without}: leave it out")


def _push_to_servers(
    references: Sequence[str],
    to: str,
    *,
    key: str,
    path_on_server: str | None,
    base_name: str | None,
    store: Path,
    as_json: bool,
) -> None:
    import asyncio
    from dataclasses import asdict

    from genadapter.display import print_error, print_json, progress
    from service.vllm.push import find_wanted, push_to_urls, read_targets

    urls = read_targets(to)
    wanted = [
        find_wanted(
            one, store=store, path_on_server=path_on_server, base_name=base_name
        )
        for one in references
    ]
    with progress(f"Handing adapters to {', '.join(urls)}"):
        outcomes = asyncio.run(push_to_urls(wanted, urls, key=key))
    if as_json:
        print_json([asdict(outcome) for outcome in outcomes])
    else:
        for found in outcomes:
            typer.echo(f"{found.name}\t{found.url}\t{found.state}")
    for found in outcomes:
        if not found.is_good:
            print_error(f"{found.name} on {found.url}: {found.reason}")
    if not all(found.is_good for found in outcomes):
        raise typer.Exit(1)


def _push_to_hub(
    references: Sequence[str],
    repository: str,
    *,
    is_private: bool,
    is_dry_run: bool,
    base_name: str | None,
    store: Path,
    as_json: bool,
) -> None:
    from dataclasses import replace

    from genadapter.adapter import load_adapter
    from genadapter.display import file_values, print_draft, print_json, progress
    from genadapter.hub import draft, upload
    from service.vllm.push import find_folder

    if len(references) != 1:
        raise ConfigError(
            f"--hub takes one adapter, got {len(references)}: push each to a "
            "repository of its own"
        )
    adapter = load_adapter(find_folder(references[0], store=store))
    adapter = replace(adapter, base_name=base_name or adapter.base_name)
    found = draft(adapter, repository)
    values = {"repository": repository, "files": file_values(found.sizes)}
    if is_dry_run and as_json:
        print_json({**values, "is_private": is_private, "card": found.card})
    elif is_dry_run:
        print_draft(found)
    else:
        with progress(f"Uploading {adapter.id} to {repository}"):
            url = upload(
                adapter, repository, visibility="private" if is_private else "usual"
            )
        if as_json:
            print_json({**values, "url": url})
        else:
            typer.echo(f"{adapter.id}: {url}")


def bench_serve(
    ctx: typer.Context,
    num_requests: Annotated[
        int, typer.Option("--requests", min=1, help="At once, each with an adapter.")
    ] = 16,
    prompt_tokens: Annotated[int, typer.Option(min=1, help="Of every prompt.")] = 32,
    new_tokens: Annotated[int, typer.Option(min=1, help="Of every answer.")] = 64,
    repeats: Annotated[int, typer.Option(min=1, help="Runs of each way.")] = 5,
    num_stored: Annotated[
        int, typer.Option("--stored", min=1, help="Registered adapters with files.")
    ] = 1_000,
    num_recipes: Annotated[
        int, typer.Option("--recipes", min=1, help="Registered beside them.")
    ] = 100_000,
    bundle: BundleOption = None,
    base: BaseOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Decode with many adapters at once, beside PEFT; register and attach many."""
    from genadapter.display import print_json, progress
    from service.benchmark import BenchConfig, bench_decoding, bench_latency
    from service.registry_benchmark import RegistryBenchConfig, bench_registry

    config = BenchConfig(
        num_requests=num_requests,
        prompt_tokens=prompt_tokens,
        new_tokens=new_tokens,
        repeats=repeats,
    )
    with progress("Loading the base model, the encoder and the bundle"):
        pipeline, model = ctx.obj.pipeline_with_base(bundle, None, base)
    with progress(f"Answering {num_requests} requests in several ways"):
        plain = model.plain_copy()
        values = bench_decoding(plain, config)
        values |= bench_latency(pipeline, plain, repeats=4 * repeats)
    with progress(f"Registering {num_recipes} recipes"):
        many = RegistryBenchConfig(num_stored=num_stored, num_recipes=num_recipes)
        values |= bench_registry(pipeline, plain, many)
    if as_json:
        print_json(values)
        return
    for name, rate in values["tokens_per_second"].items():
        typer.echo(f"{name:32} {rate:8.1f} tokens a second")
    for shape, ratio in values["ratio_to_peft"].items():
        typer.echo(f"{'beside PEFT, ' + shape:32} {ratio:8.2f} times as many")
    typer.echo(f"{'q and v beside the base':32} {values['ratio_to_base']:8.2f} of it")
    registered = values["attach_ms_registered"]
    for name, times in (
        ("to attach", values["attach_ms"]),
        ("to the first token", values["first_token_ms"]),
        *(
            (f"to attach one of {number}", times)
            for number, times in registered.items()
        ),
    ):
        typer.echo(
            f"{name:32} {times['p50']:8.1f} ms, {times['p95']:.1f} at most of 95%"
        )
    rate, seconds = values["recipes_per_second"], values["start_seconds"]
    typer.echo(f"{'recipes registered':32} {rate:8.1f} a second")
    typer.echo(f"{'to start with all of them':32} {seconds:8.2f} s")


OwnerArgument = Annotated[str, typer.Argument(help="Who will call by it.")]
RegistryOption = Annotated[
    str | None,
    typer.Option(help="Database, as SQLAlchemy's URL; as the service's if not given."),
]


def create_key(
    owner: OwnerArgument,
    is_admin: Annotated[
        bool, typer.Option("--admin", help="It sees all owners' adapters.")
    ] = False,
    store: StoreOption = None,
    registry: RegistryOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Draw an API key and show it, this once."""
    from genadapter.display import print_hint, print_json
    from service.access import new_key

    secret, key = new_key(owner, "admin" if is_admin else "user")
    with _opened(store, registry) as opened:
        opened.add(key)
    if as_json:
        print_json({"id": key.id, "owner": owner, "role": key.role, "key": secret})
    else:
        typer.echo(secret)
        print_hint(f"Kept as {key.id}, without the key itself: note it down now.")


def list_keys(
    store: StoreOption = None,
    registry: RegistryOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List API keys, without the keys themselves."""
    from genadapter.display import print_json

    with _opened(store, registry) as opened:
        found = [
            {"id": k.id, "owner": k.owner, "role": k.role, "created": k.created}
            for k in opened.all()
        ]
    if as_json:
        print_json(found)
    else:
        for key in found:
            typer.echo("\t".join(str(key[n]) for n in ("id", "owner", "role")))


def delete_key(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="As in the list.")],
    store: StoreOption = None,
    registry: RegistryOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Delete an API key; it is refused from then on."""
    from genadapter.display import print_json

    with _opened(store, registry) as opened:
        if not opened.remove(identifier):
            raise ConfigError(
                f"no key {identifier!r}: `genadapter keys list` names those there are"
            )
    if as_json:
        print_json({"id": identifier, "deleted": True})


@contextmanager
def _opened(store: Path | None, registry: str | None) -> Iterator[Keyring]:
    from service.database import Database
    from service.keyring import Keyring
    from service.settings import read_settings

    settings = read_settings({"store": store, "registry": registry})
    settings.store.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.registry_url)
    try:
        yield Keyring(database)
    finally:
        database.close()
