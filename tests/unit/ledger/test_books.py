"""An account looked through page by page is found wrong exactly where one whose whole history is at hand would be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.accounts import GIVEN_KINDS, HOLD_KINDS, Entry, Kind, Leg, entry_id, legs
from ledger.invariants import Books, judges
from tests.support.ledger import ORIGIN, START

REQUESTS = ("r1", "r2", "r3", "r4")
KINDS: tuple[Kind, ...] = (*GIVEN_KINDS, *HOLD_KINDS)


def at_hand(document: Mapping[str, Any], entries: Sequence[Entry]) -> Iterator[str]:
    """The rules as one would write them with every entry in memory."""
    balance, kinds = 0, dict[str, dict[str, int]]()
    last_at = None
    for entry in entries:
        if last_at is not None and entry.at < last_at:
            yield f"entry {entry.id}: is older than the one before it"
        last_at = entry.at
        if sum(leg.amount for leg in entry.legs) != 0:
            yield f"entry {entry.id}: its legs do not sum to 0"
        if entry.legs != legs(entry.kind, entry.user_id, entry.amount):
            yield f"entry {entry.id}: its legs do not say what its amount says"
        balance += entry.change
        if entry.balance_after != balance:
            yield f"entry {entry.id}: balance_after is {entry.balance_after}, the entries so far sum to {balance}"
        kinds.setdefault(entry.request_id, {})[entry.kind] = entry.amount
    if document["balance"] != balance:
        yield f"balance is {document['balance']}, the entries sum to {balance}"
    open_requests = {hold["request_id"] for hold in document["open"]}
    for request_id, ends in kinds.items():
        yield from _of_request(request_id, ends, is_open=request_id in open_requests)


def _of_request(request_id: str, ends: Mapping[str, int], *, is_open: bool) -> Iterator[str]:
    closed = ends.keys() - {*GIVEN_KINDS}
    if {*GIVEN_KINDS} <= ends.keys():
        yield f"request {request_id}: granted and adjusted"
    if is_open and closed:
        yield f"request {request_id}: its hold is open, yet it has {sorted(closed)}"
    if {"charge", "release"} <= closed:
        yield f"request {request_id}: charged and released"
    if "refund" in closed and ends["refund"] != ends.get("charge"):
        yield f"request {request_id}: refunded {ends['refund']}, charged {ends.get('charge', 0)}"


def page_by_page(document: Mapping[str, Any], entries: Sequence[Entry], size: int) -> Iterator[str]:
    by_id = {entry.id: entry for entry in entries}

    def some(ids: Sequence[str]) -> dict[str, Entry]:
        return {each: by_id[each] for each in ids if each in by_id}

    books = Books(document)
    for start in range(0, len(entries), size):
        page = entries[start : start + size]
        others = some(judges(page))
        for entry in page:
            yield from books.entry_violations(entry, others)
    yield from books.end_violations(some(books.judges_of_holds))


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[str, Any], list[Entry]]:
    """Any operations of a few requests, one of them perhaps written down wrongly, and a document perhaps wrong too."""
    done = draw(st.lists(st.tuples(st.sampled_from(REQUESTS), st.sampled_from(KINDS)), unique=True, max_size=12))
    entries: list[Entry] = []
    balance = 0
    for number, (request, kind) in enumerate(done):
        amount = draw(st.sampled_from([0, 5, 15]))
        entry = Entry(
            id=entry_id(request, kind),
            request_id=request,
            origin=ORIGIN,
            user_id="ana",
            kind=kind,
            amount=amount,
            legs=legs(kind, "ana", amount),
            sequence=2 * number + 1,
            balance_after=balance,
            held_after=0,
            at=START + timedelta(seconds=number // 2),
            reason="upload",
        )
        balance += entry.change
        entries.append(replace(entry, balance_after=balance))
    where = draw(st.integers(0, 12))
    if where < len(entries):
        entries[where] = replace(entries[where], **draw(st.sampled_from(WRONG)))
    held = draw(st.lists(st.sampled_from(REQUESTS), max_size=3))
    off = draw(st.sampled_from([0, 0, 1]))
    return {"balance": balance + off, "open": [{"request_id": request} for request in held]}, entries


WRONG: tuple[dict[str, Any], ...] = (
    {"amount": 7},
    {"balance_after": 3},
    {"legs": ()},
    {"legs": (Leg("revenue", 1),)},
    {"at": START - timedelta(days=1)},
    {"at": START + timedelta(days=1)},
)


@given(histories(), st.integers(1, 5))
def test_pages_show_what_the_whole_history_shows(history: tuple[dict[str, Any], list[Entry]], size: int) -> None:
    document, entries = history
    assert sorted(page_by_page(document, entries, size)) == sorted(at_hand(document, entries))
