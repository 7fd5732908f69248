"""Runs a service: settings, logs, traces, database, bus, operators' port, signals, and an orderly end."""

import asyncio
import contextlib
import gc
import secrets
import signal
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any, Generic, TypeVar

import structlog
import uvloop

from shared import mongo
from shared.bus import Bus, Follower, Operation, OwnEvents, Subscription
from shared.ops import start_ops_server
from shared.settings import ServiceSettings, load_settings
from shared.telemetry import configure_logging, configure_tracing

_log = structlog.get_logger()

SettingsT = TypeVar("SettingsT", bound=ServiceSettings)
DepsT = TypeVar("DepsT")

_START_SECONDS = 60.0
_PING_SECONDS = 2.0
_GC_THRESHOLD = 20_000


@dataclass(frozen=True)
class Platform:
    """What the runner gives to a service to build its Deps with."""

    name: str
    instance: str
    """This process; the origin of the requests that it begins."""
    bus: Bus
    client: mongo.Client

    def database(self, name: str) -> mongo.Database:
        """A database with our codecs."""
        return mongo.database(self.client, name)


@dataclass(frozen=True)
class Service(Generic[SettingsT, DepsT]):
    """A service as a table: what it needs, what it listens to, what it answers."""

    name: str
    settings: type[SettingsT]
    build: Callable[[SettingsT, Platform], Awaitable[DepsT]]
    """Opens what the handlers need and makes the indexes."""
    subscriptions: tuple[Subscription, ...] = ()
    operations: tuple[Operation, ...] = ()
    followers: tuple[Follower, ...] = ()
    own_events: OwnEvents | None = None
    background: tuple[Callable[[DepsT], Awaitable[None]], ...] = ()
    """Each runs until it is cancelled; one that ends by an error is started again."""
    serve: Callable[[DepsT], AbstractAsyncContextManager[None]] | None = None
    """Holds a server open; the first thing to end on SIGTERM."""
    close: Callable[[DepsT], Awaitable[None]] | None = None
    checks: Mapping[str, Callable[[DepsT], bool]] = field(default_factory=dict)
    """More parts that /readyz names."""

    def rows(self) -> Iterator[Subscription | Operation | Follower | OwnEvents]:
        """Everything that the bus delivers to this service."""
        yield from self.subscriptions
        yield from self.operations
        yield from self.followers
        if self.own_events is not None:
            yield self.own_events


def run(service: Service[Any, Any]) -> None:
    """Run a service until SIGTERM or SIGINT.

    Raises:
        SystemExit: a setting is missing or wrong (2), or the service could not start (1).
    """
    settings = load_settings(service.settings, service.name)
    instance = f"{service.name}-{secrets.token_hex(4)}"
    configure_logging(settings, service.name, instance)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        started = runner.run(_run(service, settings, instance))
    if not started:
        raise SystemExit(1)


async def _run(service: Service[Any, Any], settings: ServiceSettings, instance: str) -> bool:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        starting = asyncio.create_task(_start(service, settings, instance, stack, stop))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():  # asked to end while it started
            starting.cancel()
            await asyncio.wait({starting})
        elif error := starting.exception():
            _log.error("service could not start", exc_info=error)
            return False
        else:
            _spare_the_collector()
            _log.info("service started", ops_port=settings.ops_port)
        await stopping
        _log.info("service stopping")
    _log.info("service stopped")
    return True


def _spare_the_collector() -> None:
    """Leave what the start made out of garbage collection, and collect less often: messages die young by themselves."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)


async def _start(
    service: Service[Any, Any], settings: ServiceSettings, instance: str, stack: AsyncExitStack, stop: asyncio.Event
) -> None:
    """Open everything in order; the stack closes it the other way round. Ready from the end of this until `stop`."""
    started = asyncio.Event()
    traces = configure_tracing(settings, service.name, instance)
    if traces is not None:
        stack.callback(traces.shutdown)
    client = mongo.connect(settings.mongodb_url, app=instance)
    stack.push_async_callback(client.close)
    bus = Bus(settings.rabbitmq_url, service=service.name, origin=instance)
    platform = Platform(service.name, instance, bus, client)
    deps = await service.build(settings, platform)
    if service.close is not None:
        stack.push_async_callback(service.close, deps)

    async def checks() -> Mapping[str, bool]:
        parts = {name: check(deps) for name, check in service.checks.items()}
        is_open = started.is_set() and not stop.is_set()
        return {"open": is_open, "bus": bus.connected, "database": await _answers(client), **parts}

    # Before the bus, so that it goes on to say what there is until all that is in hand has ended.
    about = {"service": service.name, "instance": instance, "version": _version(service.name)}
    ops = await start_ops_server(settings.ops_host, settings.ops_port, checks, about)
    stack.push_async_callback(ops.cleanup)
    for row in service.rows():
        bus.add(row, deps)
    await bus.start()
    stack.push_async_callback(bus.close, settings.drain_seconds)
    tasks = [asyncio.create_task(_keep_running(step, deps)) for step in service.background]
    stack.push_async_callback(_cancel, tasks)
    await bus.wait_until_connected(_START_SECONDS)
    if service.serve is not None:
        await stack.enter_async_context(service.serve(deps))
    started.set()


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:  # run from a folder
        return "unknown"


async def _keep_running(step: Callable[[Any], Awaitable[None]], deps: Any) -> None:
    while True:
        try:
            await step(deps)
        except Exception:
            _log.exception("background work failed", work=getattr(step, "__name__", "background"))
        await asyncio.sleep(1)


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _answers(client: mongo.Client) -> bool:
    with contextlib.suppress(mongo.PyMongoError, TimeoutError):
        async with asyncio.timeout(_PING_SECONDS):
            await client.admin.command("ping")
            return True
    return False


async def every(seconds: float, step: Callable[[], Awaitable[object]]) -> None:
    """Run a step again and again, `seconds` apart; an error is logged and the next turn comes all the same."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await step()
        except Exception:
            _log.exception("periodic work failed", work=getattr(step, "__name__", "step"))
