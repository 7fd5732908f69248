"""A real ledger behind a bus that a test plays: what it answers to another service's calls."""

from collections.abc import Awaitable, Callable
from typing import Any

from ledger.deps import Deps
from ledger.handlers import hold_credits, read_balance, read_prices, release_hold
from shared.contracts.credits import HoldCredits, ReadBalance, ReadPrices, ReleaseHold
from shared.contracts.message import Call

_HANDLERS: dict[type[Call[Any]], Callable[[Any, Deps], Awaitable[Any]]] = {
    HoldCredits: hold_credits,
    ReleaseHold: release_hold,
    ReadBalance: read_balance,
    ReadPrices: read_prices,
}


def answers_of(ledger: Deps) -> dict[type[Call[Any]], Callable[[Any], Awaitable[Any]]]:
    """A fake bus's table of answers, each given by this ledger."""

    def by(handler: Callable[[Any, Deps], Awaitable[Any]]) -> Callable[[Any], Awaitable[Any]]:
        async def answer(call: Any) -> Any:
            return (await handler(call, ledger)).answer

        return answer

    return {call: by(handler) for call, handler in _HANDLERS.items()}
