"""What every command has: places, screen, audit; and how its errors become exit codes and words."""

import asyncio
import contextlib
import functools
import getpass
import json
import logging
import os
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Concatenate, ParamSpec

import click
import structlog

from lumis_operator.places import Places
from lumis_operator.problem import Exit, Problem
from lumis_operator.screen import Screen, hush, plain
from shared import mongo
from shared.bus import Bus
from shared.errors import Refused, Unavailable
from shared.redaction import redact_text

ORIGIN = "operator"
_CONNECT_SECONDS = 5.0
Given = ParamSpec("Given")


@dataclass(frozen=True)
class Desk:
    """What a command works with."""

    places: Places
    screen: Screen

    @contextlib.asynccontextmanager
    async def bus(self) -> AsyncIterator[Bus]:
        """A way to call services.

        Raises:
            Problem: the broker is not known, or not there.
        """
        url = self.places.broker()
        bus = Bus(url, service=ORIGIN, origin=f"{ORIGIN}-{uuid.uuid4().hex[:8]}")
        await bus.start()
        try:
            await bus.wait_until_connected(_CONNECT_SECONDS)
            yield bus
        except Unavailable as error:
            if bus.connected:
                raise
            raise away("the broker", url, str(error)) from None
        finally:
            await bus.close(drain_seconds=1)

    @contextlib.asynccontextmanager
    async def database(self) -> AsyncIterator[mongo.Client]:
        """The database; for reading.

        Raises:
            Problem: it is not known, or not there.
        """
        url = self.places.database()
        try:
            async with mongo.connect(url, app=ORIGIN) as client:
                async with asyncio.timeout(_CONNECT_SECONDS):
                    await client.admin.command("ping")
                yield client
        except (mongo.PyMongoError, TimeoutError) as error:
            raise away("the database", url, type(error).__name__) from None

    @contextlib.contextmanager
    def visiting_broker(self) -> Iterator[None]:
        """Turns the broker's absence into words with its address."""
        try:
            yield
        except Unavailable as error:
            raise away("the broker", self.places.broker(), str(error)) from None

    def audit(self, event: str, **facts: Any) -> None:
        """Say on standard error, and in LUMIS_AUDIT_LOG, what was changed and by whom."""
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        line = json.dumps({"event": event, "timestamp": now, "operator": who(), **facts})
        sys.stderr.write(f"{line}\n")
        if (path := self.places.settings.lumis_audit_log) is None:
            return
        try:
            with path.open("a", encoding="utf-8") as log:
                log.write(f"{line}\n")
        except OSError as error:  # it is done already: what remains is to say so
            self.screen.say(f"lumis: LUMIS_AUDIT_LOG could not be written ({error}): keep the line above")


def who() -> str:
    """The system's user; in a container whose user has no name, its number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def away(what: str, url: str, why: str) -> Problem:
    """A part cannot be reached; its address is named without its password."""
    address = redact_text(url)
    return Problem(Exit.AWAY, f"{what} at {address} cannot be reached ({why}): is it running, is the address right?")


Work = Callable[Concatenate[Desk, Given], Awaitable[Exit | None]]


def operated(work: Work[Given]) -> Callable[Given, None]:
    """Make a command's callback of an async function: adds `--json` and `--local`, gives it its desk, ends with a code.

    The function returns None where all is well.
    """

    @functools.wraps(work)
    def callback(*args: Given.args, **kwargs: Given.kwargs) -> None:
        as_json, local = bool(kwargs.pop("as_json")), bool(kwargs.pop("local"))
        _quiet()
        screen = Screen(as_json=as_json)
        try:
            desk = Desk(Places.find(local=local), screen)
            raise SystemExit(asyncio.run(_coroutine(work(desk, *args, **kwargs))) or Exit.DONE)
        except BrokenPipeError:
            hush()
            raise SystemExit(Exit.DONE) from None
        except KeyboardInterrupt:
            raise SystemExit(Exit.INTERRUPTED) from None
        except (Problem, Refused, Unavailable, mongo.PyMongoError) as error:
            raise SystemExit(_told(screen, error)) from None

    as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document instead of text.")
    local = click.option("--local", is_flag=True, help="The run on this machine, whatever the environment names.")
    return local(as_json(callback))


async def _coroutine(work: Awaitable[Exit | None]) -> Exit | None:
    return await work


def _told(screen: Screen, error: Exception) -> Exit:
    code, message = _meaning(error)
    if screen.as_json:
        screen.line({"error": {"code": code.name.lower(), "message": plain(message)}}, "")
    else:
        screen.say(f"lumis: {message}")
    return code


def _meaning(error: Exception) -> tuple[Exit, str]:
    match error:
        case Problem():
            return error.code, str(error)
        case Refused():
            return Exit.REFUSED, f"refused: {error}"
        case Unavailable():
            return Exit.AWAY, f"{error}: look with `lumis status`"
        case _:
            return Exit.AWAY, f"the database failed ({type(error).__name__}): look with `lumis status`"


def _quiet() -> None:
    """The bus logs every vain connection; the command says it once, in its own words."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.disable(logging.CRITICAL)
