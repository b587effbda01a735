"""Bundle: all that a generator needs at request time, in one folder that proves itself.

The manifest names every file's sha256, the base model and the encoder; a bundle that
differs from its manifest, or meets another base or encoder, does not load.

Shapes: N experts, C coefficients, P parameters of one flattened B, E embedding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from torch import Tensor

from genadapter.artifact import (
    new_folder,
    read_json,
    read_tensors,
    write_json,
    write_tensors,
)
from genadapter.base_model import BaseModel
from genadapter.condition import ConditionKind
from genadapter.encoder import Encoder
from genadapter.errors import ConfigError, GenAdapterError
from genadapter.familiarity import FamiliarityScale
from genadapter.generators import Generator, Surroundings, find_family
from genadapter.library import Expert, ExpertLibrary, SharedFactors
from genadapter.manifest import (
    FORMAT_VERSION,
    MANIFEST_FILE,
    Manifest,
    check_base,
    check_encoder,
    corrupt_bundle,
    identify,
    read_manifest,
    write_manifest,
)
from genadapter.packages import sha256_of
from genadapter.quantisation import quantise, restore

MAX_FILE_BYTES = 15_000_000
MAX_BUNDLE_BYTES = 24_000_000
_GENERATOR = "generator.safetensors"
_SHARED = "shared.safetensors"
_EXPERTS = "experts.safetensors"
_RECORDS = "experts.json"
_CARD = "README.md"
_FAMILIARITY = "familiarity.safetensors"
_FILES = {_GENERATOR, _SHARED, _EXPERTS, _RECORDS, _CARD}
_CODES, _SCALES = ".codes", ".scales"
_RECORDED_PACKAGES = ("torch", "transformers", "sentence-transformers", "faiss-cpu")


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """A generator with what it stands on, ready to write adapters."""

    generator: Generator
    """In evaluation mode, float32."""
    surroundings: Surroundings
    """Shape, shared factors and experts."""
    manifest: Manifest
    """What the bundle says of itself."""
    digest: str
    """Hex sha256 of the manifest file; part of every adapter's id."""
    familiarity: FamiliarityScale | None = None
    """What descriptions are rated by; bundles without one rate none."""


def save_bundle(
    folder: Path,
    *,
    generator: Generator,
    surroundings: Surroundings,
    encoder_name: str,
    base: BaseModel,
    trained_on: Sequence[str],
    seeds: Mapping[str, int],
    results: Mapping[str, Any],  # Any: plain JSON
    card: str,
    untrained_configs: Mapping[str, Mapping[str, Any]] | None = None,
    scales: Mapping[str, float] | None = None,
    recipe: Mapping[str, Any] | None = None,
    conditions: Sequence[ConditionKind] = ("description",),
    familiarity: FamiliarityScale | None = None,
) -> Bundle:
    """Writes a bundle, whole or not at all.

    The generator's matrices are rounded to eight bits and the basis to four, so score
    what is returned here and not what was passed in.

    Args:
        folder: Where it is to appear; must not exist.
        generator: The trained generator.
        surroundings: What it was built for.
        encoder_name: The encoder it was trained with.
        base: The base model it was trained on.
        trained_on: Ids of the training tasks.
        seeds: Seed of every step.
        results: Held-out figures, as JSON values.
        card: Text of the bundle's README.
        untrained_configs: By family, tuned Configs of families without parameters.
        scales: By family or baseline, the manifest's `scales`; 1 where it is not named.
        recipe: The run's resolved settings and the steps it took, as JSON values.
        conditions: Kinds of condition that the generator met in training.
        familiarity: What it is to rate descriptions by, if at all.

    Returns:
        The bundle as it reads back.

    Raises:
        ConfigError: Something lies at the folder, or the bundle is too large to ship.
    """
    try:
        with new_folder(folder) as partial:
            _write_tensors(partial, generator, surroundings)
            (partial / _CARD).write_text(card, encoding="utf-8")
            if familiarity is not None:
                write_tensors(partial / _FAMILIARITY, familiarity.tensors())
            manifest = Manifest(
                format_version=FORMAT_VERSION,
                created_by=f"genadapter {version('genadapter')}",
                family=generator.family,
                config=asdict(generator.config),
                untrained_configs=dict(untrained_configs or {}),
                spec=surroundings.spec,
                reading_spec=surroundings.reading_spec,
                base=identify(base),
                encoder=encoder_name,
                embedding_size=surroundings.embedding_size,
                hidden_size=surroundings.hidden_size,
                trained_on=tuple(trained_on),
                versions={name: version(name) for name in _RECORDED_PACKAGES},
                seeds=dict(seeds),
                results=dict(results),
                files={p.name: sha256_of(p) for p in sorted(partial.iterdir())},
                scales=dict(scales or {}),
                recipe=dict(recipe or {}),
                conditions=tuple(sorted(conditions)),
            )
            write_manifest(partial, manifest)
            _check_size(partial)
            return load_bundle(partial, base=base, encoder=None)
    except FileExistsError as error:
        raise ConfigError(
            f"{folder} exists: give a folder that does not exist yet, or remove it"
        ) from error


def load_bundle(
    folder: Path,
    *,
    base: BaseModel | None,
    encoder: Encoder | None,
    family: str | None = None,
) -> Bundle:
    """Reads a bundle after checking all that it promises.

    Args:
        folder: What `save_bundle` wrote.
        base: The base model it is to serve; `None` leaves that check to the caller.
        encoder: The encoder it is to hear; `None` leaves that check to the caller.
        family: An untrained family to run on this bundle's library in place of its own.

    Raises:
        BundleNotFoundError: No bundle lies there.
        CorruptArtifactError: A file is missing, truncated or was edited.
        SpecMismatchError: Another base model or another encoder.
        ConfigError: A trained family that this bundle has no weights for.
        UnknownFamilyError: No such family.
    """
    manifest = read_manifest(folder)
    if set(manifest.files) - {_FAMILIARITY} != _FILES:
        raise corrupt_bundle(
            folder, f"{MANIFEST_FILE} must name {', '.join(sorted(_FILES))}"
        )
    for name, expected in manifest.files.items():
        if not (folder / name).is_file() or sha256_of(folder / name) != expected:
            raise corrupt_bundle(
                folder, f"{name} is not the file that {MANIFEST_FILE} names"
            )
    if base is not None:
        check_base(manifest, base)
    if encoder is not None:
        check_encoder(manifest, encoder)
    try:
        surroundings = _read_surroundings(folder, manifest)
        generator = _build(folder, manifest, surroundings, family or manifest.family)
        familiarity = None
        if _FAMILIARITY in manifest.files:
            familiarity = FamiliarityScale(**read_tensors(folder / _FAMILIARITY))
    except GenAdapterError:
        raise
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise corrupt_bundle(
            folder, f"its parts do not fit together ({error})"
        ) from error
    return Bundle(
        generator=generator.eval().requires_grad_(False),
        surroundings=surroundings,
        manifest=manifest,
        digest=sha256_of(folder / MANIFEST_FILE),
        familiarity=familiarity,
    )


def _write_tensors(folder: Path, generator: Generator, around: Surroundings) -> None:
    write_tensors(folder / _GENERATOR, _packed(generator.state_dict()))
    shared = {f"a.{name}": _half(a) for name, a in around.shared.a.items()}
    shared |= {f"b.{name}": _half(b) for name, b in around.shared.b.items()}
    write_tensors(folder / _SHARED, shared)
    library = around.library
    codes_CH, scales_CK = quantise(library.basis_CP)
    experts = {
        "basis_codes": codes_CH,
        "basis_scales": scales_CK,
        "coefficients": library.coefficients_NC,
        "variances": library.variances_NC,
        "embeddings": library.embeddings_NE.half(),
    }
    write_tensors(folder / _EXPERTS, experts)
    write_json(folder / _RECORDS, [asdict(expert) for expert in library.experts])


def _packed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A generator's tensors: matrices in eight bits, all others in float16."""
    packed = {name: _half(t) for name, t in state.items() if t.dim() < 2}
    for name, tensor in state.items():
        if tensor.dim() >= 2:
            codes, scales = quantise(tensor.flatten(1), bits=8)
            packed |= {f"{name}{_CODES}": codes, f"{name}{_SCALES}": scales}
    return packed


def _unpacked(
    packed: Mapping[str, Tensor], wanted: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Undoes `_packed`; the generator's own tensors tell the shapes."""
    state = {n: t for n, t in packed.items() if not n.endswith((_CODES, _SCALES))}
    for name, tensor in wanted.items():
        if tensor.dim() >= 2:
            num_columns = tensor[0].numel()
            codes, scales = packed[f"{name}{_CODES}"], packed[f"{name}{_SCALES}"]
            flat = restore(codes, scales, num_columns=num_columns, bits=8)
            state[name] = flat.reshape(tensor.shape)
    return state


def _half(tensor: Tensor) -> Tensor:
    return tensor.half() if tensor.is_floating_point() else tensor


def _read_surroundings(folder: Path, manifest: Manifest) -> Surroundings:
    shared = read_tensors(folder / _SHARED)
    experts = read_tensors(folder / _EXPERTS)
    names = [module.name for module in manifest.spec.modules]
    num_columns = sum(shared[f"b.{name}"].numel() for name in names)
    library = ExpertLibrary(
        [Expert(**record) for record in read_json(folder / _RECORDS)],
        embeddings_NE=experts["embeddings"],
        coefficients_NC=experts["coefficients"],
        # Bundles from before they were kept have none.
        variances_NC=experts.get("variances"),
        basis_CP=restore(
            experts["basis_codes"], experts["basis_scales"], num_columns=num_columns
        ),
    )
    return Surroundings(
        spec=manifest.spec,
        shared=SharedFactors(
            a={name: shared[f"a.{name}"].float() for name in names},
            b={name: shared[f"b.{name}"].float() for name in names},
        ),
        library=library,
        embedding_size=manifest.embedding_size,
        hidden_size=manifest.hidden_size,
        reading_spec=manifest.reading_spec,
    )


def _build(
    folder: Path, manifest: Manifest, surroundings: Surroundings, family: str
) -> Generator:
    cls = find_family(family)
    if family == manifest.family:
        generator = cls(cls.Config(**manifest.config), surroundings)
        packed = read_tensors(folder / _GENERATOR)
        generator.load_state_dict(_unpacked(packed, generator.state_dict()))
        return generator
    if cls.objectives:
        raise ConfigError(
            f"family {family!r} needs training and the bundle at {folder} holds "
            f"{manifest.family!r}: choose that, or an untrained family"
        )
    return cls(cls.Config(**manifest.untrained_configs.get(family, {})), surroundings)


def _check_size(folder: Path) -> None:
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    for name, size in sizes.items():
        if size > MAX_FILE_BYTES:
            raise ConfigError(
                f"{name} has {size} bytes, at most {MAX_FILE_BYTES} are allowed: choose "
                "a smaller generator, fewer components or fewer experts"
            )
    if sum(sizes.values()) > MAX_BUNDLE_BYTES:
        raise ConfigError(
            f"the bundle has {sum(sizes.values())} bytes, at most {MAX_BUNDLE_BYTES} are "
            "allowed: choose a smaller generator, fewer components or fewer experts"
        )
