"""The mail server that comprobantes are sent through; from the environment."""

from datetime import timedelta
from typing import Self

from pydantic import Field, SecretStr, model_validator

from shared.contracts.sunat.impresos import ADDRESS
from shared.settings import Settings
from sunat_emitter.mail import Security, Server


class MailSettings(Settings):
    """Without SMTP_HOST nothing is sent, and whoever asks for it is told so."""

    smtp_host: str | None = Field(default=None, description="Mail server; without it no e-mail is sent")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the mail server")
    smtp_security: Security = Field(
        default="starttls", description="`starttls`, `tls` from the first byte, or `none` (only without a password)"
    )
    smtp_user: str | None = Field(default=None, description="User at the mail server")
    smtp_password: SecretStr | None = Field(default=None, description="Password at the mail server")
    smtp_from: str | None = Field(default=None, pattern=ADDRESS, description="Address that e-mails come from")
    smtp_seconds: float = Field(default=30, gt=0, le=300, description="How long sending one e-mail may take")
    mail_days: float = Field(default=90, gt=0, description="E-mails' addresses and words are deleted after this")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.smtp_host is None:
            return self
        if self.smtp_from is None:
            raise ValueError("SMTP_HOST needs SMTP_FROM")
        if (self.smtp_user is None) != (self.smtp_password is None):
            raise ValueError("SMTP_USER and SMTP_PASSWORD come together")
        if self.smtp_password is not None and self.smtp_security == "none":
            raise ValueError("a password is not sent without TLS: set SMTP_SECURITY to starttls or tls")
        return self

    @property
    def mail_server(self) -> Server | None:
        """The mail server; None where there is none."""
        if self.smtp_host is None or self.smtp_from is None:
            return None
        return Server(
            host=self.smtp_host,
            port=self.smtp_port,
            sender=self.smtp_from,
            security=self.smtp_security,
            user=self.smtp_user,
            password=self.smtp_password.get_secret_value() if self.smtp_password else None,
            seconds=self.smtp_seconds,
        )

    @property
    def mail_time(self) -> timedelta:
        """How long e-mails are kept."""
        return timedelta(days=self.mail_days)
