"""Requests that wait in this process for the event that ends them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from shared.contracts.comprobantes import ComprobanteAccepted, ComprobanteRejected
from shared.contracts.documents import DocumentReconciled, DocumentUnreadable, Outcome, Unreadable
from shared.contracts.message import Event
from shared.contracts.resumenes import BajaResolved, BajaSent, ResumenResolved, ResumenSent


@dataclass(frozen=True)
class Conclusion:
    """How a request ended: an outcome, or why there is none."""

    outcome: Outcome | None = None
    unreadable: Unreadable | None = None
    provider: str | None = None
    annotations_id: str | None = None
    """The kept file of what OpenRouter parsed."""


def conclusion_of(event: Event | None) -> Conclusion | None:
    """What an event concludes; None where it ends nothing."""
    match event:
        case DocumentReconciled():
            return Conclusion(outcome=event.outcome, provider=event.provider, annotations_id=event.annotations_id)
        case DocumentUnreadable():
            return Conclusion(unreadable=event.reason)
        case ComprobanteAccepted() | ComprobanteRejected():  # whoever waits reads how the comprobante stands
            return Conclusion()
        case ResumenSent() | BajaSent() | ResumenResolved() | BajaResolved():
            return Conclusion()
        case _:
            return None


class Waiters:
    """One future per waiting request. Register before publishing: the answer may come before publish returns."""

    def __init__(self) -> None:
        self._futures: dict[str, asyncio.Future[Conclusion]] = {}

    @contextmanager
    def expect(self, request_id: str) -> Iterator[asyncio.Future[Conclusion]]:
        """Wait for a request's end inside this block."""
        future: asyncio.Future[Conclusion] = asyncio.get_running_loop().create_future()
        self._futures[request_id] = future
        try:
            yield future
        finally:
            self._futures.pop(request_id, None)

    def resolve(self, event: Event | None) -> None:
        """Wake whoever waits for this event's request; a second event changes nothing."""
        conclusion = conclusion_of(event)
        if event is None or conclusion is None:
            return
        future = self._futures.get(event.request_id)
        if future is not None and not future.done():
            future.set_result(conclusion)

    def __len__(self) -> int:
        return len(self._futures)
