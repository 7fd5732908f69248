"""Tells operators in time which certificates end."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from prometheus_client import Gauge

from shared.service import every
from sunat_emitter.deps import Deps

CERTIFICATES = Gauge(
    "lumis_sunat_certificates",
    "Issuers' certificates by what is left of their validity (ended, under_7d, under_30d, longer)",
    ["left"],
)
NEXT_END = Gauge(
    "lumis_sunat_certificate_expires_timestamp_seconds",
    "When the next certificate ends, in Unix time; NaN where no issuer has a valid one",
)
LEAST = {"longer": timedelta(days=30), "under_30d": timedelta(days=7), "under_7d": timedelta(0)}
"""What is left at least; what has less has `ended`."""

_REFRESH_SECONDS = 300.0


async def watch_certificates(deps: Deps) -> None:
    """Measure at the start and then again and again, until cancelled."""

    async def look() -> None:
        await measure(deps)

    await look()
    await every(_REFRESH_SECONDS, look)


async def measure(deps: Deps) -> None:
    """Set the gauges."""
    now = deps.now()
    ends = await deps.emisores.certificate_ends()
    for left, count in counted(ends, now).items():
        CERTIFICATES.labels(left).set(count)
    valid = [end.timestamp() for end in ends if end > now]
    NEXT_END.set(min(valid, default=float("nan")))


def counted(ends: Iterable[datetime], now: datetime) -> Mapping[str, int]:
    """How many certificates have how much left."""
    counts = dict.fromkeys([*LEAST, "ended"], 0)
    for end in ends:
        counts[next((left for left, least in LEAST.items() if end - now > least), "ended")] += 1
    return counts
