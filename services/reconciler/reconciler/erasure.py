"""Erasure of a user's invoices."""

from reconciler.handlers import Deps
from shared.contracts.erasure import ErasureCompleted, ErasureRequested
from shared.contracts.message import Event


async def erase_invoices(event: ErasureRequested, deps: Deps) -> list[Event]:
    """Delete what the user handed in until the request, reviewed or not; a repeat deletes what is left: mostly 0."""
    removed = await deps.invoices.erase(event.user_id, event.requested_at)
    return [
        ErasureCompleted(
            request_id=event.request_id,
            origin=event.origin,
            service="reconciler",
            removed={"invoices": removed},
            kept={},
        )
    ]
