"""The table of every metric (`docs/metrics.md`), read off the modules that define them."""

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client.metrics import MetricWrapperBase

SERVICES = ("gateway", "ledger", "ocr_engine", "reconciler", "sunat_emitter", "tagger")
_SHARED = "shared"

_INTRODUCTION = """\
# Metrics

Every service shows its metrics at `/metrics` on its operators' port (`OPS_PORT`), in Prometheus' text format. This page
is generated from the code (`make specs`); `make check` fails where it is stale. What is watched by them, and how to
start Prometheus, stands in [watch Lumis](how-to/watch-lumis.md).

A counter only grows, until its process starts again; ask for its `rate`. A histogram shows `_bucket`, `_sum` and
`_count`. Seconds, bytes and Unix times are told by the end of a name. No label holds a user or a document. Beside
these, each process shows `process_…` and `python_…` of the Prometheus client, and RabbitMQ shows `rabbitmq_…` on a port
of its own.
"""


@dataclass(frozen=True, order=True)
class Metric:
    """A metric as Prometheus sees it."""

    service: str
    """The package that has it; `shared` where every service does."""
    name: str
    kind: str
    labels: tuple[str, ...]
    help: str

    @property
    def samples(self) -> tuple[str, ...]:
        """The names that a query may use."""
        return (
            tuple(f"{self.name}_{end}" for end in ("bucket", "sum", "count"))
            if self.kind == "histogram"
            else (self.name,)
        )


def metrics() -> list[Metric]:
    """Every metric of the six services and of what they share, in order."""
    for service in SERVICES:
        importlib.import_module(f"{service}.app")
    found = {(metric.name, metric.service): metric for metric in _defined()}
    shared = {name for name, package in found if package == _SHARED}
    # A service that uses a shared metric has it in a module of its own, too.
    return sorted(each for (name, package), each in found.items() if package == _SHARED or name not in shared)


def _defined() -> Iterator[Metric]:
    for name, module in sorted(sys.modules.items()):
        package = name.partition(".")[0]
        if package in {*SERVICES, _SHARED}:
            for value in vars(module).values():
                if isinstance(value, MetricWrapperBase):
                    yield _described(package, value)


def _described(package: str, metric: MetricWrapperBase) -> Metric:
    (family,) = metric.describe()
    total = "_total" if family.type == "counter" else ""
    labels = metric._labelnames  # noqa: SLF001 - the client library tells a metric's labels in no other way
    return Metric(package, f"{family.name}{total}", family.type, tuple(labels), family.documentation)


def metrics_text() -> str:
    """The page."""
    parts = [_INTRODUCTION]
    for package in (_SHARED, *SERVICES):
        title = "Every service" if package == _SHARED else package.replace("_", "-")
        rows = [_row(metric) for metric in metrics() if metric.service == package]
        parts.append(
            "\n".join([f"## {title}\n", "| metric | kind | labels | what it says |", "|---|---|---|---|", *rows, ""])
        )
    return "\n".join(parts)


def _row(metric: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels) or "none"
    return f"| `{metric.name}` | {metric.kind} | {labels} | {metric.help.replace('|', '/')} |"
