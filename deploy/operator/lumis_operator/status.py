"""What `lumis status` finds: services, broker, database, queues, parked messages, holds, SUNAT."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lumis_operator.desk import Desk, away
from lumis_operator.health import Instance, look_at
from lumis_operator.places import Places
from lumis_operator.problem import Exit, Problem
from lumis_operator.views import DatabaseView, look_at_database
from shared.bus.parking import list_parked
from shared.bus.queues import BrokerState, QueueState, look
from shared.contracts.topology import CALLS, EVENTS
from shared.errors import Unavailable

SERVICES = tuple(sorted({row.sender for row in EVENTS} | {row.server for row in CALLS}))
_LOOKED_AT = 100
"""Parked messages among which the oldest is looked for."""
OPEN_HOLDS, HELD_LUMIS = "lumis_ledger_open_holds", "lumis_ledger_held_lumis"
OLDEST_HOLD = "lumis_ledger_oldest_hold_seconds"
VIOLATIONS, CHECKED = "lumis_ledger_violations", "lumis_ledger_checked_timestamp_seconds"
SUNAT = (
    ("held_back", "lumis_sunat_held_back"),
    ("stopped_accounts", "lumis_sunat_stopped_emisores"),
    ("summaries_held", "lumis_sunat_summaries_held"),
    ("tickets_open", "lumis_sunat_summaries_open{enviado}"),
    ("oldest_ticket_seconds", "lumis_sunat_oldest_ticket_seconds"),
    ("factura_deadline_seconds", "lumis_sunat_deadline_seconds{factura}"),
    ("boleta_deadline_seconds", "lumis_sunat_deadline_seconds{boleta}"),
    ("baja_deadline_seconds", "lumis_sunat_deadline_seconds{baja}"),
)
BREAKER = "lumis_provider_breaker{"
_STATES = ("closed", "half open", "open", "off")


@dataclass(frozen=True)
class Standing:
    """A service: its processes as far as their ports are known, and who consumes its queues."""

    name: str
    instances: tuple[Instance, ...]
    queues: int
    unattended: int

    @property
    def state(self) -> str:
        """`ready`, `not ready` or `away`; without a known port `consuming` or `absent`, by its queues; or `unknown`."""
        if self.instances:
            up = [each for each in self.instances if each.is_alive]
            return "away" if not up else "ready" if all(each.is_ready for each in self.instances) else "not ready"
        if not self.queues:
            return "unknown"
        return "absent" if self.unattended else "consuming"

    @property
    def is_well(self) -> bool:
        """Whether every process is ready and every queue has a consumer."""
        return self.state in {"ready", "consuming"} and not self.unattended


@dataclass(frozen=True)
class Part:
    """The broker or the database."""

    version: str = ""
    problem: str | None = None
    """Why nothing is known of it; None where it answered."""


@dataclass(frozen=True)
class Status:
    """Everything; what could not be looked at is None."""

    looked_at: datetime
    services: tuple[Standing, ...]
    broker: Part
    database: Part
    queues: tuple[QueueState, ...]
    parked: int | None
    oldest_parked: datetime | None
    unpublished: int | None
    oldest_unpublished: datetime | None
    open_holds: int | None
    held_lumis: int | None
    oldest_hold_seconds: float | None
    violations: int | None
    """Of the ledger's invariants, when it last looked."""
    ledger_checked: datetime | None
    providers: dict[str, str]
    """Each provider's breaker: closed, half open, open, off."""
    sunat: dict[str, float]

    @property
    def is_well(self) -> bool:
        """Whether all parts are there and every service works."""
        parts = self.broker.problem is None and self.database.problem is None
        return parts and all(each.is_well for each in self.services)


async def find_status(desk: Desk) -> Status:
    """Look at everything at once.

    Raises:
        Problem: no address is known.
    """
    places = desk.places
    if places.is_nowhere:
        message = "Lumis does not run on this machine (make up), and no RABBITMQ_URL, MONGODB_URL or OPS_URLS is set"
        raise Problem(Exit.AWAY, message)
    broker, database, instances = await asyncio.gather(_broker(places), _database(desk), look_at(places.ops_urls))
    state, parked, oldest_parked = broker if isinstance(broker, tuple) else (None, None, None)
    seen = None if isinstance(database, Problem) else database
    figures = _largest(instances)
    queues = state.queues if state else ()
    return Status(
        looked_at=datetime.now(UTC),
        services=tuple(_standing(name, instances, queues) for name in SERVICES),
        broker=Part(problem=str(broker)) if isinstance(broker, Problem) else Part(state.version if state else ""),
        database=Part(seen.version) if seen else Part(problem=str(database)),
        queues=queues,
        parked=parked,
        oldest_parked=oldest_parked,
        unpublished=seen.unpublished if seen else None,
        oldest_unpublished=seen.oldest_unpublished if seen else None,
        open_holds=_whole(figures.get(OPEN_HOLDS)),
        held_lumis=_whole(figures.get(HELD_LUMIS)),
        oldest_hold_seconds=figures.get(OLDEST_HOLD),
        violations=_whole(figures.get(VIOLATIONS)),
        ledger_checked=_time(figures.get(CHECKED)),
        providers=_breakers(figures),
        sunat={name: figures[key] for name, key in SUNAT if key in figures},
    )


def _largest(instances: Sequence[Instance]) -> dict[str, float]:
    """Of processes that tell the same figure differently, because they looked at different times, the worst."""
    found: dict[str, float] = {}
    for each in instances:
        for name, value in each.figures.items():
            found[name] = max(value, found.get(name, value))
    return found


def _whole(figure: float | None) -> int | None:
    return None if figure is None else int(figure)


def _time(figure: float | None) -> datetime | None:
    """Of Unix time; nothing where a process has just started and not looked yet."""
    return datetime.fromtimestamp(figure, UTC) if figure else None


def _breakers(figures: Mapping[str, float]) -> dict[str, str]:
    found = ((key.removeprefix(BREAKER), value) for key, value in figures.items() if key.startswith(BREAKER))
    return {name.rstrip("}"): _STATES[int(value)] for name, value in found if int(value) in range(len(_STATES))}


async def _broker(places: Places) -> tuple[BrokerState, int, datetime | None] | Problem:
    try:
        url = places.broker()
    except Problem as problem:
        return problem
    try:
        state = await look(url)
        parked = next(each.messages for each in state.queues if each.kind == "parked")
        messages = await list_parked(url, _LOOKED_AT) if parked else []
        times = [each.parked_at for each in messages if each.parked_at is not None]
        return state, parked, min(times, default=None)
    except Unavailable as error:
        return away("the broker", url, str(error))


async def _database(desk: Desk) -> DatabaseView | Problem:
    try:
        async with desk.database() as client:
            return await look_at_database(client)
    except Problem as problem:
        return problem


def _standing(name: str, instances: Sequence[Instance], queues: Sequence[QueueState]) -> Standing:
    own = [each for each in queues if each.service == name]
    mine = tuple(each for each in instances if each.service == name)
    return Standing(name, mine, len(own), sum(each.is_unattended for each in own))
