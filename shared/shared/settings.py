"""Settings of every service, from the environment. A missing or wrong value stops the start and is named."""

import os
import sys
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource, SettingsConfigDict

SECRETS_FOLDER = "SECRETS_FOLDER"
"""The variable that names the folder with secrets, a file each; by default `/run/secrets`, as containers have it."""


class _SecretFiles(SecretsSettingsSource):
    """Files of a folder; an empty one counts as not there, as an empty variable does."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        value, key, is_complex = super().get_field_value(field, field_name)
        return value or None, key, is_complex


class Settings(BaseSettings):
    """Each field reads its environment variable of the same name in upper case, else the file of its name.

    Files are for secrets: `/run/secrets/jwt_secret` is JWT_SECRET, unless SECRETS_FOLDER names another folder.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, env_ignore_empty=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then files."""
        del dotenv_settings, file_secret_settings
        folder = Path(os.environ.get(SECRETS_FOLDER) or "/run/secrets")
        if not folder.is_dir():
            return (init_settings, env_settings)
        return (init_settings, env_settings, _SecretFiles(settings_cls, secrets_dir=folder))


class ServiceSettings(Settings):
    """What every service needs."""

    rabbitmq_url: str = Field(pattern=r"^amqps?://", description="AMQP URL of the broker")
    mongodb_url: str = Field(pattern=r"^mongodb(\+srv)?://", description="URL of the database; a replica set")
    ops_host: str = Field(default="127.0.0.1", description="Address of /healthz, /readyz and /metrics")
    ops_port: int = Field(ge=0, le=65535, description="Port of /healthz, /readyz and /metrics; 0 takes a free one")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="Least level logged")
    log_format: Literal["json", "console"] = Field(default="json", description="One JSON object a line, or for people")
    otel_exporter_otlp_endpoint: str | None = Field(
        default=None, description="Base URL of an OTLP/HTTP collector; without it no span is exported"
    )
    trace_sample_ratio: float = Field(default=1.0, ge=0, le=1, description="Share of new traces that are recorded")
    drain_seconds: float = Field(default=25.0, gt=0, description="On SIGTERM, how long work in hand may take to end")


SettingsT = TypeVar("SettingsT", bound=ServiceSettings)


def load_settings(model: type[SettingsT], service: str) -> SettingsT:
    """Read a service's settings.

    Raises:
        SystemExit: with status 2, after naming each variable that is missing or wrong on standard error.
    """
    try:
        return model()
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            variable = "_".join(str(part) for part in problem["loc"]).upper() or "settings"
            sys.stderr.write(f"{service}: {variable}: {problem['msg']}\n")
        raise SystemExit(2) from None
