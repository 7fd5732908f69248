"""An account's past as its user sees it: movements page by page, and the statement of a month."""

from datetime import UTC, datetime

from ledger.accounts import Entry
from ledger.deps import Deps
from shared import cursor
from shared.bus import Reply
from shared.contracts.credits import ListMovements, Movement, Movements, ReadStatement, Statement

_MOVEMENTS, _STATEMENT = "movements", "statement"
_DECEMBER = 12


async def list_movements(call: ListMovements, deps: Deps) -> Reply:
    """A page of an account's history, newest first.

    Raises:
        Refused: `INVALID_CURSOR`.
    """
    place = cursor.decode(_MOVEMENTS, call.cursor, 1)
    before = cursor.number(place[0]) if place else None
    entries = await deps.store.movements(call.user_id, call.limit + 1, before)
    page = entries[: call.limit]
    more = len(entries) > len(page)
    return Reply(
        Movements(
            movements=tuple(_movement(entry) for entry in page),
            next_cursor=cursor.encode(_MOVEMENTS, str(page[-1].sequence)) if more else None,
        )
    )


async def read_statement(call: ReadStatement, deps: Deps) -> Reply:
    """A page of a month's movements, oldest first, with the month's opening and closing balance.

    The first page fixes where the month ends, so what is charged while a caller turns the pages of the current month
    is on none of them, and the balances always agree with the movements.

    Raises:
        Refused: `INVALID_CURSOR`.
    """
    place = cursor.decode(_STATEMENT, call.cursor, 3)
    if place is None:
        before, last = await _month(call, deps)
        after = before
    else:
        after, before, last = map(cursor.number, place)
    entries = await deps.store.movements_between(call.user_id, after, last, call.limit + 1)
    page = entries[: call.limit]
    more = len(entries) > len(page)
    return Reply(
        Statement(
            opening_balance=await _balance_at(call.user_id, before, deps),
            closing_balance=await _balance_at(call.user_id, last, deps),
            movements=tuple(_movement(entry) for entry in page),
            next_cursor=cursor.encode(_STATEMENT, *map(str, (page[-1].sequence, before, last))) if more else None,
        )
    )


async def _month(call: ReadStatement, deps: Deps) -> tuple[int, int]:
    """The sequences of the last entry before the month and of the last one in it, or before it."""
    start = datetime(call.year, call.month, 1, tzinfo=UTC)
    is_december = call.month == _DECEMBER
    end = datetime(call.year + is_december, 1 if is_december else call.month + 1, 1, tzinfo=UTC)
    version = await deps.store.file_waiting(call.user_id)
    before = await deps.store.sequence_before(call.user_id, start, version)
    return before, await deps.store.sequence_before(call.user_id, end, version)


async def _balance_at(user_id: str, sequence: int, deps: Deps) -> int:
    entry = await deps.store.entry_up_to(user_id, sequence)
    return entry.balance_after if entry else 0


def _movement(entry: Entry) -> Movement:
    return Movement.model_validate(
        {
            "id": entry.id,
            "request_id": entry.request_id,
            "kind": entry.kind,
            "amount": entry.change,
            "balance_after": entry.balance_after,
            "at": entry.at,
            "reason": entry.reason,
            "administrator": entry.administrator,
        }
    )
