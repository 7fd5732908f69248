"""Accounts, holds and entries as MongoDB documents, and back. Pure."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from ledger.accounts import Account, Entry, Hold, Leg
from ledger.batch import Batch

_HOLD_FIELDS = tuple(each.name for each in fields(Hold))
_ENTRY_FIELDS = tuple(each.name for each in fields(Entry) if each.name not in {"id", "legs"})


def hold_document(hold: Hold) -> dict[str, Any]:
    """A hold as it stands in its account's `open` list."""
    return {name: getattr(hold, name) for name in _HOLD_FIELDS}


def read_hold(document: Mapping[str, Any]) -> Hold:
    """A hold of an account's `open` list."""
    return Hold(**document)


def entry_document(entry: Entry) -> dict[str, Any]:
    """An entry as it stands in `entries`, and in its account's `unfiled` list before."""
    legs = [{"account": leg.account, "amount": leg.amount} for leg in entry.legs]
    said = {name: value for name in _ENTRY_FIELDS if (value := getattr(entry, name)) is not None}
    return {"_id": entry.id, **said, "legs": legs}


def read_entry(document: Mapping[str, Any]) -> Entry:
    """An entry of `entries`, or of an account's `unfiled` list."""
    known = {name: document[name] for name in _ENTRY_FIELDS if name in document}
    return Entry(id=document["_id"], legs=tuple(Leg(**leg) for leg in document["legs"]), **known)


def read_account(user_id: str, document: Mapping[str, Any] | None) -> Account:
    """An account without any request's hold and entries; all 0 where there is no document."""
    if document is None:
        return Account(user_id)
    return Account(
        user_id,
        document["balance"],
        document["held"],
        document["version"],
        open_holds=document["open_holds"],
        last_at=document.get("last_at"),
    )


def requests_projection(request_ids: list[str], entry_ids: list[str]) -> dict[str, Any]:
    """A projection to some requests' holds and entries: reading costs the same however many holds are open."""
    return {
        "balance": 1,
        "held": 1,
        "version": 1,
        "open_holds": 1,
        "last_at": 1,
        "open": {"$filter": {"input": "$open", "cond": {"$in": ["$$this.request_id", {"$literal": request_ids}]}}},
        "unfiled": {"$filter": {"input": "$unfiled", "cond": {"$in": ["$$this._id", {"$literal": entry_ids}]}}},
    }


def account_update(batch: Batch) -> list[dict[str, Any]]:
    """The update that makes a batch's account of the document that it was read from.

    A pipeline, because a plain update cannot take holds out of a list and put others in.
    """
    account = batch.account
    kept = {
        "$filter": {
            "input": {"$ifNull": ["$open", []]},
            "cond": {"$not": {"$in": ["$$this.request_id", {"$literal": sorted(batch.closed)}]}},
        }
    }
    placed = [hold_document(hold) for hold in batch.placed.values()]
    made = [entry_document(entry) for entry in batch.made]
    return [
        {
            "$set": {
                "balance": account.balance,
                "held": account.held,
                "version": account.version,
                "open_holds": account.open_holds,
                "last_at": account.last_at,
                "open": {"$concatArrays": [kept, {"$literal": placed}]},
                "unfiled": {"$concatArrays": [{"$ifNull": ["$unfiled", []]}, {"$literal": made}]},
            }
        }
    ]
