"""What must hold of an account and its entries at any moment. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ledger.accounts import GIVEN_KINDS, Entry, legs


def violations(document: Mapping[str, Any], entries: Sequence[Entry], now: datetime, grace: timedelta) -> Iterator[str]:
    """Say what is wrong with an account document, given its entries in order of their sequence.

    `grace` is how much longer than its time a hold may stay open (the sweep waits for one hold time after a start),
    and how long an entry may wait in the account.
    """
    yield from _document(document, now, grace)
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
    open_requests = {hold["request_id"] for hold in document.get("open") or []}
    for request_id, ends in kinds.items():
        yield from _request(request_id, ends, is_open=request_id in open_requests)


def _document(document: Mapping[str, Any], now: datetime, grace: timedelta) -> Iterator[str]:
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


def _request(request_id: str, ends: Mapping[str, int], *, is_open: bool) -> Iterator[str]:
    closed = ends.keys() - {*GIVEN_KINDS}
    if {*GIVEN_KINDS} <= ends.keys():
        yield f"request {request_id}: granted and adjusted"
    if is_open and closed:
        yield f"request {request_id}: its hold is open, yet it has {sorted(closed)}"
    if {"charge", "release"} <= closed:
        yield f"request {request_id}: charged and released"
    if "refund" in closed and ends["refund"] != ends.get("charge"):
        yield f"request {request_id}: refunded {ends['refund']}, charged {ends.get('charge', 0)}"
