"""What the services say of themselves on their operators' ports: alive, ready, version, figures."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx
from prometheus_client.parser import text_string_to_metric_families

_SECONDS = 4.0
_OK = 200


@dataclass(frozen=True)
class Instance:
    """A process of a service, as its operators' port shows it."""

    service: str
    url: str
    is_alive: bool
    is_ready: bool
    version: str = ""
    missing: tuple[str, ...] = ()
    """Parts that it needs and does not have: bus, database."""
    figures: Mapping[str, float] = field(default_factory=dict)
    """Its gauges `lumis_…` that are numbers: by name, and where they have labels as `name{value}` of the first."""


async def look_at(places: Mapping[str, Sequence[str]]) -> list[Instance]:
    """Every process at these operators' ports (URLs by service), all at once."""
    async with httpx.AsyncClient(timeout=_SECONDS, trust_env=False) as client:
        wanted = [(name, url) for name, urls in places.items() for url in urls]
        return list(await asyncio.gather(*(_instance(client, *each) for each in wanted)))


async def _instance(client: httpx.AsyncClient, service: str, url: str) -> Instance:
    try:
        paths = ("healthz", "readyz", "metrics")
        alive, ready, metrics = await asyncio.gather(*(client.get(f"{url}/{path}") for path in paths))
        parts = dict(ready.json().get("parts", {}))
        return Instance(
            service,
            url,
            is_alive=alive.status_code == _OK,
            is_ready=ready.status_code == _OK,
            version=str(alive.json().get("version", "")),
            missing=tuple(name for name, there in parts.items() if not there),
            figures=_figures(metrics.text) if metrics.status_code == _OK else {},
        )
    except (
        httpx.HTTPError,
        httpx.InvalidURL,
        ValueError,
        AttributeError,
        TypeError,
    ):
        # Nobody is there, or no service of ours.
        return Instance(service, url, is_alive=False, is_ready=False)


def _figures(text: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        if family.name.startswith("lumis_") and family.type == "gauge":
            for sample in family.samples:
                if not math.isfinite(sample.value):
                    continue
                label = next(iter(sample.labels.values()), None)
                found[sample.name if label is None else f"{sample.name}{{{label}}}"] = sample.value
    return found
