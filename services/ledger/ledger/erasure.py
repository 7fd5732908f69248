"""Erasure of a user's data: the ledger says what it has to keep."""

from ledger.deps import Deps
from shared.contracts.erasure import ErasureCompleted, ErasureRequested
from shared.contracts.message import Event

_WHY = "Los movimientos y el saldo de Lümis se conservan por obligación contable."


async def keep_movements(event: ErasureRequested, deps: Deps) -> list[Event]:
    """Remove nothing: balances and movements are books, and hold no document's data."""
    del deps
    return [
        ErasureCompleted(
            request_id=event.request_id,
            origin=event.origin,
            service="ledger",
            removed={},
            kept={"movements": _WHY},
        )
    ]
