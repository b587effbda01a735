"""Settings of the service: flags first, then `GENADAPTER_` variables, then defaults."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from genadapter.errors import ConfigError
from genadapter.packages import home
from genadapter.precision import DtypeName

EngineName = Literal["local", "vllm"]


class Settings(BaseSettings):
    """Everything that one may choose about a running service."""

    model_config = SettingsConfigDict(env_prefix="GENADAPTER_", frozen=True)

    host: str = "127.0.0.1"
    """Address to listen on; another one than this machine's own needs an API key."""
    port: int = Field(8000, ge=0, le=65535)
    """Port to listen on."""
    workers: int = Field(1, ge=1)
    """Processes that serve; each loads the models, and all share the store and the registry."""
    drain_seconds: float = Field(0.0, ge=0)
    """Between SIGTERM, from when `/health/ready` answers 503, and the end of new requests."""
    bundle: Path | None = None
    """Folder of the trained bundle; none means the one that is found."""
    base: str | None = None
    """Folder or hub id of the base model; none means the packaged default."""
    base_name: str | None = None
    """What clients and adapters call the base; none means the bundle's own name."""
    store: Path = Field(default_factory=lambda: home() / "adapters")
    """Folder that keeps the adapters."""
    registry: str | None = None
    """Database of what is known of adapters, as SQLAlchemy's URL, such as
    `postgresql+psycopg://user@host/name`; none means SQLite in the store's folder."""
    api_keys: SecretStr = SecretStr("")
    """Keys that let in, `key` or `owner:key`, with commas between; one without an owner
    sees all owners' adapters."""
    max_body_bytes: int = Field(1 << 20, ge=1024)
    """Of a request."""
    max_file_bytes: int = Field(10 << 20, ge=1024)
    """Of a file to learn from."""
    max_files: int = Field(0, ge=0)
    """Of each owner; 0 is no limit."""
    requests_per_minute: int = Field(0, ge=0)
    """Of each owner; 0 is no limit."""
    tokens_per_minute: int = Field(0, ge=0)
    """Of each owner's prompts and answers; 0 is no limit."""
    max_adapters: int = Field(0, ge=0)
    """Of each owner; 0 is no limit."""
    max_adapter_bytes: int = Field(0, ge=0)
    """Of the files of an owner's adapters together, recipes aside; 0 is no limit."""
    engine: EngineName = "local"
    """What answers: `local` here, or `vllm` on running servers."""
    vllm_url: str = ""
    """Addresses of vLLM servers on the same base, with commas between."""
    vllm_key: SecretStr = SecretStr("")
    """Their API key."""
    vllm_store: Path | None = None
    """The store's folder as the servers see it; none means under the same path."""
    family: str | None = None
    """Generator family; none means the bundle's own."""
    dtype: DtypeName = "float32"
    """Dtype of the base; in float32 an answer does not depend on its batch."""
    max_batch_size: int = Field(16, ge=1)
    """Requests answered in one pass of the base model."""
    max_waiting_requests: int = Field(64, ge=1)
    """Requests that may wait, for the base and for the generator alike."""
    max_context_tokens: int = Field(2048, ge=2)
    """Prompt and answer together; the model's own limit where that is lower."""
    default_max_tokens: int = Field(256, ge=1)
    """Tokens of an answer where the request does not say."""
    request_timeout_seconds: float = Field(120.0, gt=0)
    """A request without an answer by then is given up."""
    max_resident_adapters: int = Field(256, ge=1)
    """Adapters kept in memory; the others are read from the store when used."""
    otlp_endpoint: str | None = None
    """Collector of traces, such as `http://collector:4318/v1/traces`; none means that there
    are none. Needs the extra `otel`."""

    @property
    def registry_url(self) -> str:
        """Where the registry is."""
        return self.registry or f"sqlite:///{self.store / 'registry.db'}"


def is_loopback(host: str) -> bool:
    """Whether an address is heard on this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def read_settings(flags: Mapping[str, object]) -> Settings:
    """Settings from flags, with the environment for what they do not say.

    Args:
        flags: By field; None means not given.

    Raises:
        ConfigError: A value that a setting cannot have.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise ConfigError(
            f"{name}: {first['msg']}, got {first['input']!r}: change the flag or "
            f"GENADAPTER_{name.upper()}"
        ) from error
