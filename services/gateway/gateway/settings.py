"""The gateway's settings, from the environment."""

import re
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from gateway.uploads import FILE_LIMIT
from shared.settings import ServiceSettings


class GatewaySettings(ServiceSettings):
    """Where HTTP is served, how tokens are checked, how long things may take. Times in seconds."""

    http_host: str = Field(default="127.0.0.1", description="Address of the API")
    http_port: int = Field(default=8080, ge=0, le=65535, description="Port of the API; 0 takes a free one")

    jwt_secret: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="What signs users' tokens (HS256), 32 characters or more; else JWT_PUBLIC_KEY or JWKS_URL",
    )
    jwt_public_key: str | None = Field(
        default=None,
        pattern="BEGIN PUBLIC KEY",
        description="PEM of the public key of whoever signs users' tokens (RS256), in place of JWT_SECRET",
    )
    jwks_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="Where those public keys are fetched from (JWKS), in place of JWT_SECRET",
    )
    jwt_audience: str | None = Field(default=None, description="`aud` that tokens must have; not checked where unset")
    jwt_issuer: str | None = Field(default=None, description="`iss` that tokens must have; not checked where unset")

    answer_seconds: float = Field(default=30, gt=0, le=600, description="From a whole upload to its answer")
    body_bytes_in_flight: int = Field(
        default=16 * FILE_LIMIT,
        ge=2 * FILE_LIMIT,
        description="Bytes of request bodies taken in at once, about a third of the memory for them; over it, 503",
    )
    body_seconds: float = Field(default=120, gt=0, description="How long a client may take to send a body")
    rate_limit: int = Field(
        default=60, ge=1, le=100_000, description="Uploads and retries of a user at once, and in each further window"
    )
    rate_window_seconds: int = Field(default=3600, ge=1, le=2_678_400, description="The window of the rate limit")
    file_lifetime_seconds: float = Field(default=3600, gt=0, description="An unread file is deleted after this")
    request_lifetime_days: float = Field(default=90, gt=0, description="Requests and results are deleted after this")
    audit_days: float = Field(default=90, gt=0, description="Audit rows are deleted after this")
    republish_seconds: float = Field(default=60, gt=0, description="An unpublished request is published after this")
    public_url: str | None = Field(
        default=None, pattern=r"^https?://[^/?#]+", description="Base of links to files; by default as a request came"
    )
    file_link_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="Signs links to XMLs, CDRs and QR codes; without it they need a token. Without JWT_SECRET "
        "it also makes limits by client address hold over all processes",
    )
    file_link_hours: float = Field(default=24, gt=0, le=8760, description="How long a signed link holds")
    sunat_wait_seconds: float = Field(
        default=8, ge=0, le=60, description="How long the answer of an emission waits for SUNAT's"
    )
    sunat_rate_limit: int = Field(
        default=120, ge=1, le=100_000, description="Emissions of a company at once, and in each further window"
    )
    sunat_rate_window_seconds: int = Field(
        default=60, ge=1, le=2_678_400, description="The window of the limit on emissions"
    )
    extract_answer_seconds: float = Field(
        default=600,
        gt=0,
        le=86_400,
        description="Time to read a document of the Extract API; after the HOLD_SECONDS of the ledger it is free",
    )
    extract_days: float = Field(default=30, gt=0, description="Results of the Extract API can be read this long")
    extract_rate_limit: int = Field(
        default=3600, ge=1, le=1_000_000, description="Documents of an account of the Extract API at once and per hour"
    )
    extract_open_limit: int = Field(
        default=1000,
        ge=1,
        le=1_000_000,
        description="Test documents, and unknown tokens and numbers, of an address at once and per hour",
    )
    webhook_seconds: float = Field(default=10, gt=0, le=60, description="How long a webhook may take to answer")
    webhook_insecure: bool = Field(default=False, description="Allow webhooks over http; for local use")
    webhook_allow_private: bool = Field(default=False, description="Allow webhooks on private addresses; for local use")
    callback_seconds: float = Field(
        default=5, gt=0, le=60, description="How long a program may take to hear that its document can be read"
    )
    callback_days: float = Field(
        default=30, gt=0, description="Calls that are planned, and that they were made, are forgotten after this"
    )
    api_keys: str = Field(
        default="",
        description="API keys of the ocr-structured routes: `name:SHA-256 in hexadecimal`, with commas between",
    )
    scan_open: bool = Field(
        default=False, description="Serve the ocr-structured routes without a key too, limited per client address"
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=8,
        description="Proxies in front (1 behind one balancer): so many last entries of X-Forwarded-For are believed",
    )
    pdf_url_seconds: float = Field(default=10, gt=0, le=25, description="How long fetching a pdfUrl may take")
    pdf_url_allow_private: bool = Field(default=False, description="Fetch a pdfUrl from private addresses; for tests")
    unready_seconds: float = Field(
        default=5,
        ge=0,
        le=120,
        description="On SIGTERM, how long requests are still taken while /readyz says no, for load balancers",
    )
    drain_seconds: float = Field(default=35, gt=0, description="On SIGTERM, how long waiting uploads may take to end")

    @property
    def jwt_algorithm(self) -> Literal["HS256", "RS256"]:
        """What the configured key is for; a token never chooses."""
        return "HS256" if self.jwt_secret is not None else "RS256"

    @property
    def named_api_keys(self) -> dict[str, str]:
        """Names of API keys by their hashes."""
        return {digest: name for name, digest in map(_named_key, filter(None, self.api_keys.split(",")))}

    @field_validator("api_keys")
    @classmethod
    def _keys_are_hashes(cls, text: str) -> str:
        for row in filter(None, text.split(",")):
            name, digest = _named_key(row)
            if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", name) or not re.fullmatch(r"[0-9a-f]{64}", digest):
                raise ValueError("each must read `name:SHA-256 in hexadecimal`")
        return text

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        ways = [self.jwt_secret, self.jwt_public_key, self.jwks_url]
        if sum(way is not None for way in ways) != 1:
            raise ValueError("set exactly one of JWT_SECRET, JWT_PUBLIC_KEY and JWKS_URL")
        return self


def _named_key(row: str) -> tuple[str, str]:
    name, _, digest = row.strip().partition(":")
    return name, digest.lower()
