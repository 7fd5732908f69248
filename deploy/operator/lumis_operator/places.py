"""Where the parts of Lumis are: named by the environment as for the services, else the run on this machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, ValidationError, field_validator

from lumis_operator.problem import Exit, Problem
from lumis_operator.run import find_run, find_secret
from shared.settings import Settings

_NAMING = "name it, or start Lumis on this machine (make up)"


class OperatorSettings(Settings):
    """Environment variables of the command; the first two as every service has them."""

    rabbitmq_url: str | None = Field(default=None, pattern=r"^amqps?://", description="AMQP URL of the broker")
    mongodb_url: str | None = Field(default=None, pattern=r"^mongodb(\+srv)?://", description="URL of the database")
    gateway_url: str | None = Field(default=None, pattern=r"^https?://", description="Base URL of the gateway")
    ops_urls: str = Field(default="", description="Operators' ports: `service=http://host:port`, with commas between")
    jwt_secret: SecretStr | None = Field(default=None, description="HS256 secret that signs tokens")
    jwt_public_key: str | None = Field(default=None, description="Says that others make the tokens")
    jwks_url: str | None = Field(default=None, description="Says that others make the tokens")
    lumis_token: SecretStr | None = Field(default=None, description="An administrator's token for the gateway")
    lumis_audit_log: Path | None = Field(default=None, description="File to which what operators change is appended")
    lumis_data: Path | None = Field(default=None, description="Data folder of a run on this machine; `.lumis`")

    @field_validator("ops_urls")
    @classmethod
    def _rows_are_whole(cls, text: str) -> str:
        _rows(text)
        return text

    @property
    def names_a_part(self) -> bool:
        """Whether the environment tells of a Lumis; then the run on this machine is another one."""
        return bool(self.rabbitmq_url or self.mongodb_url or self.gateway_url or self.ops_urls)


@dataclass(frozen=True)
class Places:
    """Addresses of one Lumis, as far as they are known."""

    settings: OperatorSettings
    is_local: bool = False
    """A run on this machine."""
    rabbitmq_url: str | None = None
    mongodb_url: str | None = None
    gateway_url: str | None = None
    ops_urls: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Of each service's processes."""

    @classmethod
    def find(cls, *, local: bool) -> Self:
        """What the environment names; else, or where `local` is asked for, the run on this machine.

        Raises:
            Problem: a variable is wrong, or `local` was asked for and nothing runs.
        """
        try:
            given = OperatorSettings()
        except ValidationError as error:
            said = [f"{'_'.join(map(str, each['loc'])).upper()}: {each['msg']}" for each in error.errors()]
            raise Problem(Exit.USAGE, "; ".join(said)) from None
        run = None if given.names_a_part and not local else find_run(given.lumis_data)
        if run is not None:
            ports = {name: (f"http://127.0.0.1:{port}",) for name, port in run.ops_ports.items()}
            return cls(given, True, run.rabbitmq_url, run.mongodb_url, run.url, ports)  # noqa: FBT003 - its fields
        if local:
            raise Problem(Exit.AWAY, "no Lumis runs on this machine: start it with `make up`")
        gateway = given.gateway_url.rstrip("/") if given.gateway_url else None
        return cls(given, False, given.rabbitmq_url, given.mongodb_url, gateway, _rows(given.ops_urls))  # noqa: FBT003

    @property
    def is_nowhere(self) -> bool:
        """Whether nothing at all is known."""
        return not (self.rabbitmq_url or self.mongodb_url or self.gateway_url or self.ops_urls)

    def broker(self) -> str:
        """The broker's address.

        Raises:
            Problem: it is not known.
        """
        return _known(self.rabbitmq_url, "RABBITMQ_URL", "the broker")

    def database(self) -> str:
        """The database's address. Raises Problem where it is not known."""
        return _known(self.mongodb_url, "MONGODB_URL", "the database")

    def gateway(self) -> str:
        """The gateway's address. Raises Problem where it is not known."""
        return _known(self.gateway_url, "GATEWAY_URL", "the gateway")

    def secret(self) -> str:
        """What signs tokens.

        Raises:
            Problem: it is not known here, or others make the tokens.
        """
        given = self.settings
        if given.jwt_public_key or given.jwks_url:
            raise Problem(Exit.USAGE, "the environment names a public key: its owner makes the tokens")
        if given.jwt_secret is not None:
            return given.jwt_secret.get_secret_value()
        found = None if given.names_a_part and not self.is_local else find_secret(given.lumis_data)
        return _known(found, "JWT_SECRET", "what signs tokens")


def _known(value: str | None, variable: str, what: str) -> str:
    if not value:
        raise Problem(Exit.AWAY, f"{variable} is not set, so {what} is not known: {_NAMING}")
    return value


def _rows(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in filter(None, (each.strip() for each in text.split(","))):
        name, _, url = row.partition("=")
        if not name or not url.startswith(("http://", "https://")):
            raise ValueError("each must read `service=http://host:port`")
        found.setdefault(name, []).append(url.rstrip("/"))
    return found
