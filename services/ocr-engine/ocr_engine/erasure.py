"""Erasure of a user's readings, and of what was learnt from them."""

from ocr_engine.handlers import Deps
from shared.contracts.erasure import ErasureCompleted, ErasureRequested
from shared.contracts.message import Event


async def erase_readings(event: ErasureRequested, deps: Deps) -> list[Event]:
    """Delete the readings of what the user handed in until the request; the pictures are gone by themselves."""
    removed = {"readings": await deps.readings.erase(event.user_id, event.requested_at)}
    if deps.learning is not None:
        removed |= await deps.learning.erase(event.user_id, event.requested_at)
    return [
        ErasureCompleted(
            request_id=event.request_id,
            origin=event.origin,
            service="ocr-engine",
            removed=removed,
            kept={},
        )
    ]
