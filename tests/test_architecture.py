"""The rules of the house that imports and file names can prove."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("genadapter", "training", "service")
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc"}
HOMES = {
    "transformers": {"genadapter/base_model.py"},
    "sentence_transformers": {"genadapter/encoder.py"},
    "faiss": {"genadapter/library.py"},
    "huggingface_hub": {"genadapter/hub.py", "genadapter/model_card.py"},
    "httpx": {"service/vllm/client.py"},
    "matplotlib": {
        "genadapter/heat_map.py",
        "training/curves.py",
        "training/evaluation/plots.py",
    },
    "opentelemetry": {"service/tracing.py"},
    "sklearn": {"training/suite_report.py", "training/familiarity.py"},
}
OWNERS = {
    "lightning": "training",
    "fastapi": "service",
    "httpx": "service",
    "uvicorn": "service",
    "pydantic": "service",
    "pydantic_settings": "service",
}


def source_files(package: str) -> list[Path]:
    """Every Python file of one package."""
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Top-level names that a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively: write the full name"
            names.add(str(node.module).split(".")[0])
    return names


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_in_one_direction(package: str) -> None:
    """Training and service stand on the library, and know nothing of each other."""
    allowed = {"genadapter", package}
    for path in source_files(package):
        breaches = imported(path) & set(PACKAGES) - allowed
        assert not breaches, f"{path.relative_to(ROOT)} imports {sorted(breaches)}"


@pytest.mark.parametrize("library", sorted(HOMES))
def test_heavy_library_has_one_home(library: str) -> None:
    """Everyone else sees our own types; a classifier may be fitted where it is used."""
    found = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in source_files(package)
        if library in imported(path)
    }
    assert found == HOMES[library]


@pytest.mark.parametrize("library", sorted(OWNERS))
def test_package_only_library_stays_in_its_package(library: str) -> None:
    """The library installs and imports without what only one package needs."""
    for package in set(PACKAGES) - {OWNERS[library]}:
        for path in source_files(package):
            assert library not in imported(path), path.relative_to(ROOT)


@pytest.mark.parametrize("package", PACKAGES)
def test_modules_are_nouns_of_the_domain(package: str) -> None:
    """No drawer for whatever has no place, and a first line that says what is here."""
    for path in source_files(package):
        assert path.stem not in FORBIDDEN_NAMES, path.relative_to(ROOT)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if tree.body:
            assert ast.get_docstring(tree), f"{path.relative_to(ROOT)} has no docstring"


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_is_pickled(package: str) -> None:
    """Files of others are never executed."""
    for path in source_files(package):
        assert not imported(path) & {"pickle", "dill", "joblib"}, path.relative_to(ROOT)


def test_library_never_mentions_http() -> None:
    """Statuses have one table, and it is the service's."""
    for path in source_files("genadapter"):
        names = imported(path)
        assert not names & {"http", "httpx", "starlette", "requests"}, path.name


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_that_is_read_can_run_code(package: str) -> None:
    """No pickle, and torch loads weights alone."""
    for path in source_files(package):
        assert not imported(path) & {"pickle", "dill", "cloudpickle", "marshal"}, path
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load":
                given = {k.arg: ast.unparse(k.value) for k in node.keywords}
                assert given.get("weights_only") == "True", path
