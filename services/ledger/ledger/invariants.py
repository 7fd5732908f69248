"""What must hold of an account and its entries at any moment, told without keeping the entries. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from ledger.accounts import HOLD_KINDS, Entry, Kind, entry_id, legs

_JUDGED_BY: Mapping[Kind, Kind] = {"adjust": "grant", "release": "charge", "refund": "charge"}
"""Which other entry of its request says whether an entry may be there. Charges and grants, which are most, need none,
so what is looked up grows with what was given back alone."""


def document_violations(document: Mapping[str, Any], now: datetime, grace: timedelta) -> Iterator[str]:
    """Say what is wrong with an account's document by itself.

    `grace` is how much longer than its time a hold may stay open (the sweep waits for one hold time after a start),
    and how long an entry may wait in the account.
    """
    holds = document.get("open") or []
    if document["held"] != sum(hold["amount"] for hold in holds):
        yield f"held is {document['held']}, the open holds sum to {sum(hold['amount'] for hold in holds)}"
    if document["open_holds"] != len(holds):
        yield f"open_holds is {document['open_holds']}, there are {len(holds)}"
    if document["balance"] - document["held"] < 0:
        yield f"available is {document['balance'] - document['held']}"
    if len({hold["request_id"] for hold in holds}) != len(holds):
        yield "a request has two open holds"
    for hold in holds:
        if now - hold["expires_at"] > grace:
            yield f"hold {hold['request_id']}: open long after {hold['expires_at'].isoformat()}"
    for entry in document.get("unfiled") or []:
        if now - entry["at"] > grace:
            yield f"entry {entry['_id']}: waits in the account since {entry['at'].isoformat()}"


class Books:
    """An account's entries, held to the rules one after another; what went before is a balance and a time.

    What a rule has to know of other entries is asked for by their ids; an id stands for one request and kind, which is
    a rule of its own.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Takes the account's document."""
        self._document = document
        self._open = dict.fromkeys(hold["request_id"] for hold in document.get("open") or [])
        self._balance = 0
        self._last_at: datetime | None = None

    @property
    def judges_of_holds(self) -> list[str]:
        """Ids of the entries that must not be there while the account's holds are open."""
        return [entry_id(request, kind) for request in self._open for kind in HOLD_KINDS]

    def entry_violations(self, entry: Entry, others: Mapping[str, Entry]) -> Iterator[str]:
        """Say what is wrong with the entry that follows in the order of sequence; `others` holds its judge, if any."""
        if entry.id != entry_id(entry.request_id, entry.kind):
            yield f"entry {entry.id}: its id does not name its request and kind"
        if self._last_at is not None and entry.at < self._last_at:
            yield f"entry {entry.id}: is older than the one before it"
        self._last_at = entry.at
        if sum(leg.amount for leg in entry.legs) != 0:
            yield f"entry {entry.id}: its legs do not sum to 0"
        if entry.legs != legs(entry.kind, entry.user_id, entry.amount):
            yield f"entry {entry.id}: its legs do not say what its amount says"
        self._balance += entry.change
        if entry.balance_after != self._balance:
            yield f"entry {entry.id}: balance_after is {entry.balance_after}, the entries so far sum to {self._balance}"
        if kind := _JUDGED_BY.get(entry.kind):
            yield from _judged(entry, _of_request(entry.request_id, kind, others))

    def end_violations(self, others: Mapping[str, Entry]) -> Iterator[str]:
        """Say what is wrong with the account after its last entry; `others` holds the judges of its holds, if any."""
        if self._document["balance"] != self._balance:
            yield f"balance is {self._document['balance']}, the entries sum to {self._balance}"
        for request_id in self._open:
            if ends := sorted(kind for kind in HOLD_KINDS if _of_request(request_id, kind, others)):
                yield f"request {request_id}: its hold is open, yet it has {ends}"


def judges(entries: Iterable[Entry]) -> list[str]:
    """Ids of the entries, if they are there, that say whether these may be."""
    return [entry_id(entry.request_id, kind) for entry in entries if (kind := _JUDGED_BY.get(entry.kind))]


def _of_request(request_id: str, kind: Kind, others: Mapping[str, Entry]) -> Entry | None:
    found = others.get(entry_id(request_id, kind))
    return found if found and (found.request_id, found.kind) == (request_id, kind) else None


def _judged(entry: Entry, judge: Entry | None) -> Iterator[str]:
    if entry.kind == "refund":
        charged = judge.amount if judge else 0
        if judge is None or entry.amount != charged:
            yield f"request {entry.request_id}: refunded {entry.amount}, charged {charged}"
    elif judge is not None:
        done = "granted and adjusted" if entry.kind == "adjust" else "charged and released"
        yield f"request {entry.request_id}: {done}"
