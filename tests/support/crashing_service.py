"""A service that dies once, at a chosen point of its first handled event: `crashing_service PACKAGE POINT FLAG`.

POINT is `before-publish` (the state is changed, nothing is published) or `before-ack` (all is published, nothing is
acked, or, by the gateway, marked as published). FLAG is a file that remembers, for the process started after it, that
the death has happened.
"""

import importlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from shared import service
from shared.bus import Bus
from shared.contracts.message import Event

BEFORE_PUBLISH, BEFORE_ACK = "before-publish", "before-ack"


def dying_bus(point: str, flag: Path) -> type[Bus]:
    """A bus that kills its process at that point, unless it was done before."""

    def die_once() -> None:
        if not flag.exists():
            flag.write_text("died", encoding="utf-8")
            os.kill(os.getpid(), signal.SIGKILL)

    class Dying(Bus):
        async def publish(self, *events: Event, cause: str | None = None) -> None:
            begins_request = self.service == "gateway"
            if begins_request and point == BEFORE_PUBLISH:
                die_once()
            await super().publish(*events, cause=cause)
            if begins_request and point == BEFORE_ACK:
                die_once()

        async def _publish_outputs(self, events: Sequence[Event], cause: str) -> None:
            handles_event = not cause.startswith("ledger.")  # a call's outputs have the call's name in their cause
            if handles_event and point == BEFORE_PUBLISH:
                die_once()
            await super()._publish_outputs(events, cause)
            if handles_event and point == BEFORE_ACK:
                die_once()

    return Dying


def main() -> None:
    package, point, flag = sys.argv[1:4]
    setattr(service, "Bus", dying_bus(point, Path(flag)))  # noqa: B010 - the one seam where a death can be put in
    service.run(importlib.import_module(f"{package}.app").SERVICE)


if __name__ == "__main__":
    main()
