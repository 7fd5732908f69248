"""How comprobantes are sent to SUNAT: addresses, times, tries; from the environment."""

from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from shared.http_client import Budget
from shared.settings import Settings
from sunat_emitter.endpoints import Breakers
from sunat_emitter.plazos import Plazos
from sunat_emitter.steps import Terms

_DAYS_OF_A_YEAR = 365.25


class SendingSettings(Settings):
    """Times in seconds."""

    sunat_base_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^/\s]+$",
        description="Where SUNAT's paths are instead of SUNAT's own hosts (a simulator); without it, SUNAT itself",
    )
    sunat_connect_seconds: float = Field(default=5, gt=0, description="Until there is a connection to SUNAT")
    sunat_answer_seconds: float = Field(default=30, gt=0, description="Until SUNAT's whole answer is there")
    sunat_lease_margin_seconds: float = Field(
        default=10,
        gt=0,
        description="How much longer than an answer a worker keeps a comprobante; too short costs a question to SUNAT",
    )
    sunat_quick_tries: int = Field(default=3, ge=1, description="Tries in a row before a comprobante is put off")
    sunat_quick_pause_seconds: float = Field(default=1, ge=0, description="Before the second try; then twice as long")
    sunat_ladder_seconds: tuple[float, ...] = Field(
        default=(60, 300, 900, 3600),
        min_length=1,
        description="Pauses after that, in JSON; the last one repeats until the legal time ends",
    )
    sunat_ticket_ladder_seconds: tuple[float, ...] = Field(
        default=(2, 5, 15, 60, 300, 900, 3600),
        min_length=1,
        description="Pauses between questions after a summary's ticket, in JSON; the last one repeats for days",
    )
    sunat_ticket_lost_hours: float = Field(
        default=6,
        gt=0,
        description="How long SUNAT may not know a ticket that it gave, until the summary is sent or numbered again",
    )
    sunat_resend_seconds: float = Field(default=5, gt=0, description="Time between two looks for what is due")
    sunat_factura_days: int = Field(default=3, ge=0, description="Legal days for facturas, from the day after issue")
    sunat_boleta_days: int = Field(default=5, ge=0, description="Legal days for boletas, from the day after issue")
    sunat_baja_days: int = Field(default=7, ge=0, description="Legal days for voidings, from the day after issue")
    sunat_breaker_failures: int = Field(default=5, ge=1, description="Failures in a row that shut an address out")
    sunat_breaker_seconds: float = Field(default=30, gt=0, description="How long an address is then left alone")
    sunat_audit_years: int = Field(default=10, ge=1, description="How long exchanges with SUNAT are kept")

    @field_validator("sunat_base_url")
    @classmethod
    def _not_in_clear(cls, value: str | None) -> str | None:
        host = "" if value is None else urlsplit(value).hostname or ""
        here = host in {"localhost", "::1"} or host.startswith("127.") or "." not in host
        if value is not None and value.startswith("http://") and not here:
            raise ValueError("SOL passwords go over https only, but to this machine or a container beside it")
        return value

    @property
    def budget(self) -> Budget:
        """Of one call."""
        return Budget(self.sunat_answer_seconds, connect=self.sunat_connect_seconds)

    @property
    def breakers(self) -> Breakers:
        """One for each address."""
        return Breakers(self.sunat_breaker_failures, self.sunat_breaker_seconds)

    @property
    def audit_time(self) -> timedelta:
        """How long exchanges are kept."""
        return timedelta(days=_DAYS_OF_A_YEAR * self.sunat_audit_years)

    def terms(self, kept: timedelta) -> Terms:
        """How sending is paced; `kept` is how long receipts are."""
        return Terms(
            plazos=Plazos(self.sunat_factura_days, self.sunat_boleta_days, self.sunat_baja_days),
            quick_tries=self.sunat_quick_tries,
            quick_pause=self.sunat_quick_pause_seconds,
            ladder=self.sunat_ladder_seconds,
            ticket_ladder=self.sunat_ticket_ladder_seconds,
            ticket_lost=timedelta(hours=self.sunat_ticket_lost_hours),
            lease=self.sunat_answer_seconds + self.sunat_lease_margin_seconds,
            kept=kept,
        )
