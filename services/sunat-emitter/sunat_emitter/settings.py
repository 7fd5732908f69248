"""The sunat-emitter's settings, from the environment."""

from datetime import timedelta

from pydantic import DirectoryPath, Field, SecretStr, field_validator

from shared.settings import ServiceSettings, Settings
from sunat_emitter.conciliacion.settings import ConciliacionSettings
from sunat_emitter.documents.printed import CONSULTA_SUNAT
from sunat_emitter.documents.sign import Algorithm
from sunat_emitter.mail_settings import MailSettings
from sunat_emitter.nocturno.settings import NightlySettings
from sunat_emitter.sending_settings import SendingSettings
from sunat_emitter.vault import Vault, parse_key


class SealSettings(Settings):
    """What the secrets in the database are sealed with."""

    sunat_seal_key: SecretStr = Field(
        description="Seals SOL passwords and certificates in the database: 32 bytes, base64 or hexadecimal"
    )
    sunat_old_seal_keys: SecretStr = Field(
        default=SecretStr(""), description="Earlier seal keys, comma-separated; they open, `reseal` replaces them"
    )

    @field_validator("sunat_seal_key")
    @classmethod
    def _key(cls, value: SecretStr) -> SecretStr:
        parse_key(value.get_secret_value())
        return value

    @field_validator("sunat_old_seal_keys")
    @classmethod
    def _older_keys(cls, value: SecretStr) -> SecretStr:
        _parsed(value)
        return value

    @property
    def vault(self) -> Vault:
        """What opens and seals the issuers' secrets."""
        return Vault(parse_key(self.sunat_seal_key.get_secret_value()), _parsed(self.sunat_old_seal_keys))


class KeepingSettings(Settings):
    """How long files are kept."""

    sunat_file_years: float = Field(default=10, gt=0, le=100, description="XMLs and CDRs are deleted after this")

    @property
    def file_time(self) -> timedelta:
        """How long files are kept."""
        return timedelta(days=365.25 * self.sunat_file_years)


class CommandSettings(SealSettings, KeepingSettings):
    """The commands need the database besides."""

    mongodb_url: str = Field(pattern=r"^mongodb(\+srv)?://", description="URL of the database")


class ReconcileSettings(CommandSettings, SendingSettings, ConciliacionSettings):
    """To reconcile is to ask SUNAT."""


class SunatEmitterSettings(
    SealSettings,
    KeepingSettings,
    SendingSettings,
    ConciliacionSettings,
    NightlySettings,
    MailSettings,
    ServiceSettings,
):
    """How documents are signed, printed and kept; how they are sent."""

    sunat_signature: Algorithm = Field(default="sha256", description="Digest of the XML's signature")
    sunat_xsd_folder: DirectoryPath | None = Field(
        default=None, description="SUNAT's XML schemas; with them each document is checked before it takes its number"
    )
    sunat_republish_seconds: float = Field(
        default=30, gt=0, description="A comprobante whose issue was not published is published after this"
    )

    sunat_base_url_is_legal: bool = Field(
        default=False, description="SUNAT_BASE_URL leads to an OSE: what went there is not printed as a trial"
    )
    sunat_consulta_url: str = Field(
        default=CONSULTA_SUNAT,
        pattern=r"^https?://[^\s]+$",
        max_length=200,
        description="Where a printed form says that its validity can be asked",
    )
    sunat_pdf_workers: int = Field(default=2, ge=1, le=16, description="Pages that are printed at the same time")

    @property
    def republish_after(self) -> timedelta:
        """When the sweep takes an issue for one that nobody told."""
        return timedelta(seconds=self.sunat_republish_seconds)


def _parsed(keys: SecretStr) -> list[bytes]:
    return [parse_key(text) for text in keys.get_secret_value().split(",") if text.strip()]
