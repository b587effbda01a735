"""What lies in `service/deploy`: it parses, it is hardened, and it names what there is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from service.app import Services
from service.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "service" / "deploy"
IN_IMAGE_HOME = "HOME"
"""The library's own variable: where it keeps what it fetches."""


@cache
def compose() -> dict[str, Any]:  # Any: plain YAML
    """The compose file."""
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return found


@cache
def panels() -> list[dict[str, Any]]:  # Any: plain JSON
    """The dashboard's panels."""
    text = (DEPLOY / "grafana" / "genadapter.json").read_text("utf-8")
    found: list[dict[str, Any]] = json.loads(text)["panels"]
    return found


@cache
def instructions() -> list[list[str]]:
    """The Dockerfile's instructions, each in words."""
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [line.split() for line in joined.splitlines() if line.strip()]


def sources() -> list[str]:
    """What the Dockerfile copies."""
    return [s for words in instructions() if words[0] == "COPY" for s in words[1:-1]]


def queries() -> list[str]:
    """Every query of the dashboard."""
    return [target["expr"] for panel in panels() for target in panel["targets"]]


def test_the_compose_file_follows_the_specification() -> None:
    """As its published schema has it."""
    command = [sys.executable, "-m", "check_jsonschema"]
    command += ["--builtin-schema", "vendor.compose-spec", str(DEPLOY / "compose.yaml")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("name", sorted(compose()["services"]))
def test_a_container_can_do_no_more_than_it_must(name: str) -> None:
    """It writes to its volumes alone, gains no rights, has limits, and is looked after."""
    container = compose()["services"][name]
    assert container["read_only"]
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert {"memory", "pids"} <= set(container["deploy"]["resources"]["limits"])
    # The service's own check is in its image.
    assert "healthcheck" in container or "build" in container
    # What listens on all addresses is open to the network.
    assert all(port.startswith("127.0.0.1:") for port in container.get("ports", []))


def test_what_the_compose_file_mounts_is_there() -> None:
    """Every file, and every volume and secret by its name."""
    for container in compose()["services"].values():
        for mount in container.get("volumes", []):
            source = mount.split(":")[0]
            if source.startswith("."):
                assert (DEPLOY / source).exists(), source
            else:
                assert source in compose()["volumes"]
        assert set(container.get("secrets", [])) <= set(compose()["secrets"])
    build = compose()["services"]["genadapter"]["build"]
    context = (DEPLOY / build["context"]).resolve()
    assert (context / build["dockerfile"]).is_file()


def test_no_secret_has_a_default() -> None:
    """Where one is missing the start fails and says which; files are kept out of git."""
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    for name in re.findall(r"\$\{(\w*(?:KEY|PASSWORD)\w*)", text):
        uses = re.findall(rf"\$\{{{name}(.*?)\}}", text)
        assert all(use.startswith(":?") for use in uses), name
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert {"/service/deploy/.env", "/service/deploy/secrets/"} <= set(ignored)
    for secret in compose()["secrets"].values():
        assert secret["file"].startswith("./secrets/")


def test_every_variable_is_a_setting() -> None:
    """No name is misspelt, and none is left over."""
    known = {name.upper() for name in Settings.model_fields} | {IN_IMAGE_HOME}
    for path in DEPLOY.rglob("*"):
        if path.is_file() and "secrets" not in path.parts:
            named = set(re.findall(r"GENADAPTER_(\w+)", path.read_text("utf-8")))
            assert named <= known, f"{path.name}: {sorted(named - known)}"


def test_ports_are_the_settings_default() -> None:
    """In the image, its health check, the compose file and Prometheus's."""
    port = str(Settings.model_fields["port"].default)
    (exposed,) = (words[1:] for words in instructions() if words[0] == "EXPOSE")
    assert exposed == [port]
    (check,) = (words for words in instructions() if words[0] == "HEALTHCHECK")
    assert f"http://127.0.0.1:{port}/health/ready" in " ".join(check)
    (mapped,) = compose()["services"]["genadapter"]["ports"]
    assert mapped.split(":")[1:] == [port, port]
    scraped = yaml.safe_load((DEPLOY / "prometheus.yml").read_text("utf-8"))
    (job,) = scraped["scrape_configs"]
    assert job["static_configs"] == [{"targets": [f"genadapter:{port}"]}]
    mounted = [f"/run/secrets/{name}" for name in compose()["secrets"]]
    assert job["authorization"]["credentials_file"] in mounted


def test_the_image_copies_what_there_is_and_no_secrets() -> None:
    """Everything it copies is in the build's context; the folder of secrets is not."""
    context = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    for source in sources():
        assert (ROOT / source).exists(), source
        assert f"!{source}" in context
    assert context.index("service/deploy") > context.index("!service")


def test_the_image_holds_what_is_packaged() -> None:
    """Every package of the wheel, and the bundle."""
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages | {"data/pretrained"} <= set(sources())


def test_the_image_does_not_run_as_root() -> None:
    """Its last user is another, by a number that hosts can check."""
    users = [words[1] for words in instructions() if words[0] == "USER"]
    assert users
    assert int(users[-1]) > 0


def test_the_image_names_no_registry() -> None:
    """Where torch comes from is whoever builds it to say."""
    arguments = [words[1:] for words in instructions() if words[0] == "ARG"]
    assert arguments == [["TORCH_INDEX_URL"]]
    urls = re.findall(r"https?://([\w.]+)", (DEPLOY / "Dockerfile").read_text("utf-8"))
    assert set(urls) == {"127.0.0.1"}


def test_the_dashboard_asks_for_metrics_that_there_are(services: Services) -> None:
    """By the names and labels of a scrape."""
    services.metrics.requests.labels("/health", "200")
    services.metrics.rejected.labels("too_many")
    families = text_string_to_metric_families(services.metrics.render().decode())
    samples = [sample for family in families for sample in family.samples]
    names = {sample.name for sample in samples}
    labels = {label for sample in samples for label in sample.labels}
    for query in queries():
        asked = set(re.findall(r"genadapter_\w+", query))
        assert asked
        assert asked <= names, query
        for grouped in re.findall(r"by \((.*?)\)", query):
            assert set(grouped.split(", ")) <= labels, query


def test_the_dashboard_shows_every_metric_of_ours(services: Services) -> None:
    """What is measured is looked at."""
    text = services.metrics.render().decode()
    kinds = dict(re.findall(r"# TYPE (genadapter_\w+) (counter|gauge|histogram)", text))
    shown = " ".join(queries())
    for name, kind in kinds.items():
        # The time of a counter's first count comes along with it.
        if not name.endswith("_created"):
            assert (f"{name}_bucket" if kind == "histogram" else name) in shown


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
def test_a_panel_says_what_it_shows(panel: dict[str, Any]) -> None:
    """By a title, a text, a unit and legends; its source is the one provisioned."""
    assert panel["title"]
    assert panel["description"]
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert all(target["legendFormat"] for target in panel["targets"])
    folder = DEPLOY / "grafana" / "provisioning" / "datasources"
    provisioned = yaml.safe_load((folder / "prometheus.yaml").read_text("utf-8"))
    (source,) = provisioned["datasources"]
    assert panel["datasource"] == {"type": source["type"], "uid": source["uid"]}
