"""The six services as rows, and the environment that the local runner gives to each."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.local.ports import LOOPBACK


@dataclass(frozen=True)
class ServiceRow:
    """A service's name (also its console command), its package and the colour of its log lines (ANSI)."""

    name: str
    package: str
    colour: int


SERVICES = (
    ServiceRow("ledger", "ledger", 33),
    ServiceRow("tagger", "tagger", 35),
    ServiceRow("reconciler", "reconciler", 34),
    ServiceRow("ocr-engine", "ocr_engine", 32),
    ServiceRow("sunat-emitter", "sunat_emitter", 31),
    ServiceRow("gateway", "gateway", 36),
)

SIMULATOR = ServiceRow("sunat-simulator", "tests.support.sunat_simulator", 95)
"""Stands in for SUNAT where `SUNAT_BASE_URL` does not say where to send; no service of ours."""

_LOCAL_RATE_LIMIT = "100000"
"""Whoever develops or measures uploads more in an hour than a person does."""
_KEY_SETTINGS = ("JWT_SECRET", "JWT_PUBLIC_KEY", "JWKS_URL")

_WEBHOOKS_HERE = {"WEBHOOK_INSECURE": "true", "WEBHOOK_ALLOW_PRIVATE": "true"}
"""A developer's receiver listens on this machine, over http."""

_SCANS_HERE = {"SCAN_OPEN": "true"}
"""Nobody but this machine reaches the gateway, so the routes that take an API key do without one."""


@dataclass(frozen=True)
class Addresses:
    """Where things are in one run."""

    mongodb_url: str
    rabbitmq_url: str
    http_port: int
    ops_ports: Mapping[str, int]
    simulator_port: int | None = None
    """Where SUNAT's simulator listens; None where it is not started."""
    broker_metrics_port: int | None = None
    """Where the broker shows its metrics; None for a broker that was not started here."""

    @property
    def url(self) -> str:
        """The gateway's address for clients."""
        return f"http://{LOOPBACK}:{self.http_port}"


def environment_of(row: ServiceRow, where: Addresses, secret: str, inherited: Mapping[str, str]) -> dict[str, str]:
    """A service's environment: what the caller has set, model keys too, plus where things are in this run."""
    given = {
        **inherited,
        "MONGODB_URL": where.mongodb_url,
        "RABBITMQ_URL": where.rabbitmq_url,
        "OPS_HOST": LOOPBACK,
        "OPS_PORT": str(where.ops_ports[row.name]),
        "LOG_FORMAT": inherited.get("LOG_FORMAT") or "console",
        "PYTHONUNBUFFERED": "1",
    }
    if row.name == "gateway":
        given |= {"HTTP_HOST": LOOPBACK, "HTTP_PORT": str(where.http_port)}
        given.setdefault("RATE_LIMIT", _LOCAL_RATE_LIMIT)
        given.setdefault("UNREADY_SECONDS", "0")  # no load balancer has to notice
        given = {**_WEBHOOKS_HERE, **_SCANS_HERE, **given}
        given.setdefault("FILE_LINK_KEY", _derived(secret, "file links"))
        given.setdefault("SUNAT_RATE_LIMIT", _LOCAL_RATE_LIMIT)
        if not any(inherited.get(name) for name in _KEY_SETTINGS):
            given["JWT_SECRET"] = secret
    else:
        for name in _KEY_SETTINGS:
            given.pop(name, None)
    if row.name == "sunat-emitter":
        given.setdefault("SUNAT_SEAL_KEY", _derived(secret, "seal key"))
        if where.simulator_port is not None:
            given["SUNAT_BASE_URL"] = f"http://{LOOPBACK}:{where.simulator_port}"
    return given


def _derived(secret: str, purpose: str) -> str:
    """A development key, 64 hexadecimal digits, that lasts as long as the run's data do."""
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()
