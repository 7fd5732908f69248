"""Every setting of every service, as a table (`docs/settings.md`) and as an example file (`deploy/.env.example`)."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from gateway.settings import GatewaySettings
from ledger.settings import LedgerSettings
from ocr_engine.settings import OcrEngineSettings
from reconciler.settings import ReconcilerSettings
from shared.settings import ServiceSettings
from sunat_emitter.settings import SunatEmitterSettings
from tagger.settings import TaggerSettings

SERVICES: tuple[tuple[str, type[ServiceSettings]], ...] = (
    ("gateway", GatewaySettings),
    ("ocr-engine", OcrEngineSettings),
    ("reconciler", ReconcilerSettings),
    ("ledger", LedgerSettings),
    ("tagger", TaggerSettings),
    ("sunat-emitter", SunatEmitterSettings),
)
_EVERY = "every service"
_WITH_PASSWORDS = frozenset({"rabbitmq_url", "mongodb_url"})
_WIDTH = 118

_TABLE = """\
# Settings

Every setting is an environment variable; `deploy/.env.example` has them all as a file to begin with. What is marked as
a secret may stand in a file of its name in small letters instead, in `/run/secrets` or in the folder that
`SECRETS_FOLDER` names (`/run/secrets/jwt_secret` for `JWT_SECRET`); the variable goes before the file. An empty
variable counts as not set. A missing or wrong one stops the start and is named on standard error, its value is not.
This page is generated from the code (`make specs`).
"""
_FILE = """\
# Every setting of Lumis. Copy to .env, uncomment what you change; what stands after # is the default.
# An empty value counts as not set. Secrets are better kept in files: docs/settings.md says how.
"""


@dataclass(frozen=True)
class Setting:
    """A setting as an operator sees it."""

    name: str
    description: str
    default: str | None
    """As it would be written; None where there is none."""
    is_required: bool
    is_secret: bool


def sections() -> Iterator[tuple[str, list[Setting]]]:
    """What every service reads, then what each one reads beside it or has another default of."""
    common = {setting.name: setting for setting in _settings(ServiceSettings)}
    yield _EVERY, list(common.values())
    for service, model in SERVICES:
        yield service, [setting for setting in _settings(model) if common.get(setting.name) != setting]


def settings_table() -> str:
    """The page of every setting."""
    parts = [_TABLE]
    for title, settings in sections():
        rows = "\n".join(_row(setting) for setting in settings)
        parts.append(f"\n## {title.capitalize()}\n\n| variable | default | what it is |\n|---|---|---|\n{rows}\n")
    return "".join(parts)


def env_example() -> str:
    """The example file. What is required stands open, without a value; the rest is commented out."""
    parts = [_FILE]
    for title, settings in sections():
        parts.append(f"\n# --- {title} ".ljust(_WIDTH, "-") + "\n")
        for setting in settings:
            words = textwrap.wrap(_told(setting), _WIDTH - 2)
            lines = [f"# {line}" for line in words]
            value = f"{setting.name}={setting.default or ''}"
            parts.append("\n".join(["", *lines, value if setting.is_required else f"# {value}", ""]))
    return "".join(parts)


def _settings(model: type[ServiceSettings]) -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        secret = name in _WITH_PASSWORDS or SecretStr in {field.annotation, *get_args(field.annotation)}
        description = re.sub(r"\s+", " ", field.description or "")
        yield Setting(name.upper(), description, _default(field), field.is_required(), secret)


def _default(field: FieldInfo) -> str | None:
    value: Any = None if field.is_required() else field.get_default(call_default_factory=True)
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return f"[{', '.join(str(each) for each in value)}]"
    if isinstance(value, Path):
        return str(value)
    return None if value is None or value == "" else f"{value:g}" if isinstance(value, float) else str(value)


def _told(setting: Setting) -> str:
    required = " Required." if setting.is_required else ""
    return f"{setting.description.rstrip('.')}.{required}{' A secret.' if setting.is_secret else ''}"


def _row(setting: Setting) -> str:
    default = f"`{setting.default}`" if setting.default is not None else "required" if setting.is_required else ""
    return f"| `{setting.name}` | {default} | {_told(setting).replace(' Required.', '').replace('|', chr(92) + '|')} |"
