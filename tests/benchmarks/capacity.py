"""What so many uploads an hour need, out of what one was measured to cost: `capacity.py [UPLOADS_PER_HOUR …]`.

Reads the figures that `bench_upload_costs` has written. `python -m tests.benchmarks.capacity 250 4000` prints a table.
"""

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

FIGURES = Path(__file__).parents[2] / "docs" / "how-to" / "plan-capacity.json"
PEAK = 3
"""The busiest seconds against the hour's average."""
BUSY = 0.6
"""Share of a processor that is planned for; over it, waits grow fast."""
LEAST = 2
"""Processes of each service, so that one may end."""
SERVERS = ("mongod", "rabbitmq")
_SIMULATED = ("sunat-simulator",)
KEPT_DAYS = 90
_HOUR, _MS, _GIB = 3600, 1000, 1 << 30


class Cost(BaseModel):
    """One upload's cost, measured."""

    model_config = ConfigDict(frozen=True)

    way: str
    """Which model read it."""
    uploads: int
    cpu_ms: Mapping[str, float]
    """By service or server, child processes included, beyond what it takes at rest."""
    resting_ms: Mapping[str, float]
    """Processor time of one process in a second without uploads."""
    memory_mib: Mapping[str, float]
    """Of one process with its children (PSS), after the uploads."""
    paper_bytes: int
    events: float
    event_bytes: float
    """Bodies of all its events together."""
    kept_bytes: float
    """Documents and index entries that stay in the databases, before the database packs them."""
    written_bytes: float
    """By the two servers to their disks."""
    database_bytes: float
    """Between the services and the database, both ways."""
    load_average: float


class Figures(BaseModel):
    """All that was measured in one run."""

    model_config = ConfigDict(frozen=True)

    command: str
    measured_at: str
    processors: int
    costs: tuple[Cost, ...]


class Plan(BaseModel):
    """What a number of uploads an hour needs."""

    model_config = ConfigDict(frozen=True)

    processors: float
    """Busy ones in the busiest seconds, divided by BUSY."""
    processes: Mapping[str, int]
    memory_mib: float
    kept_gib: float
    """After KEPT_DAYS."""
    events_per_second: float
    """In the busiest seconds."""
    written_per_day_gib: float


def plan(cost: Cost, per_hour: float) -> Plan:
    """A process has one thread, and so one processor at most, but for ocr-engine's children."""
    peak = per_hour / _HOUR * PEAK
    parts = {name: ms for name, ms in cost.cpu_ms.items() if name not in _SIMULATED}
    wanted = {name: peak * ms / _MS / BUSY for name, ms in parts.items()}
    processes = {name: max(LEAST, math.ceil(each)) for name, each in wanted.items() if name not in SERVERS}
    resting = sum(cost.resting_ms.get(name, 0) * processes.get(name, 1) for name in parts) / _MS
    memory = sum(cost.memory_mib.get(name, 0) * count for name, count in processes.items())
    return Plan(
        processors=sum(wanted.values()) + resting / BUSY,
        processes=processes,
        memory_mib=memory + sum(cost.memory_mib.get(name, 0) for name in SERVERS),
        kept_gib=per_hour * 24 * KEPT_DAYS * cost.kept_bytes / _GIB,
        events_per_second=peak * cost.events,
        written_per_day_gib=per_hour * 24 * cost.written_bytes / _GIB,
    )


def table(costs: Sequence[Cost], hours: Sequence[float]) -> str:
    """The plans as a table in Markdown."""
    return "\n".join(_rows(costs, hours))


def _rows(costs: Sequence[Cost], hours: Sequence[float]) -> Iterator[str]:
    columns = ["uploads an hour", "read by", "processors", "processes", "memory", "events/s at the peak"]
    columns += [f"kept after {KEPT_DAYS} days", "written a day"]
    yield f"| {' | '.join(columns)} |"
    yield "|" + "---|" * len(columns)
    for per_hour in hours:
        for cost in costs:
            each = plan(cost, per_hour)
            more = ", ".join(f"{name} {count}" for name, count in each.processes.items() if count > LEAST)
            processes = f"{LEAST} of each" + (f", but {more}" if more else "")
            yield (
                f"| {per_hour:,.0f} | {cost.way} | {_short(each.processors)} | {processes} | "
                f"{each.memory_mib / 1024:.1f} GiB | {_short(each.events_per_second)} | "
                f"{_short(each.kept_gib)} GiB | {_short(each.written_per_day_gib)} GiB |"
            )


def _short(value: float) -> str:
    return f"{value:.2f}" if value < 1 else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def read() -> Figures:
    """The figures of the last measurement."""
    return Figures.model_validate_json(FIGURES.read_bytes())


if __name__ == "__main__":
    figures = read()
    print(table(figures.costs, [float(word) for word in sys.argv[1:]] or [10, 1000, 100_000]))
    print(f"\nmeasured {figures.measured_at} on {figures.processors} processors by `{figures.command}`")
