"""The ledger's collections: `accounts` (one document per user) and `entries` (append-only); `prices` is beside them.

Every operation, or batch of operations that wait for one account, is one compare-and-set of the account's document, so
it is exact without a transaction; those of several accounts go in one message:

    1. accounts: balance, held, version, open holds and, in `unfiled`, the whole entry: from here on it has happened
    2. entries:  insert that entry; its id `<request_id>:<kind>` is unique
    3. accounts: take it out of `unfiled`

A crash before 1 changed nothing. A crash before 2 or 3 leaves the entry in `unfiled`: the redelivered event, or the
sweep, finds it there, does 2 (a duplicate means that it was done) and 3. An entry leaves the account only after it is
in `entries`, so whoever reads the account first and `entries` second never misses a finished operation; if the account
changed in between, the compare-and-set on `version` fails and the rule is asked again. Open holds live in the account
alone; closed ones only as entries, so the document is bounded by the open holds. What the sweep decides by itself
(`Entry.awaits_publication`) stays in `unfiled` until its event is confirmed.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import UpdateMany
from pymongo.errors import BulkWriteError

from ledger.accounts import HOLD_KINDS, Account, Entry, Hold, Kind, entry_id
from ledger.batch import Batch, Outcome, Rule
from ledger.documents import (
    account_update,
    entry_document,
    read_account,
    read_entry,
    read_hold,
    requests_projection,
)
from ledger.prices import PriceList
from shared.errors import LumisError, Rejected, Unavailable
from shared.lanes import Lane
from shared.mongo import Database, DuplicateKeyError, Index, PyMongoError

INDEXES = (
    Index("accounts", (("open.expires_at", 1),), partial={"open.expires_at": {"$exists": True}}),
    Index("accounts", (("unfiled.at", 1),), partial={"unfiled.at": {"$exists": True}}),
    Index("entries", (("user_id", 1), ("sequence", -1)), unique=True),
)

_ATTEMPTS_TOGETHER = 3
_ATTEMPTS = 100
"""Lost compare-and-sets of one batch, of one account; only other processes can win them."""

_PAGE = 1000
"""Entries that a look through an account's whole history keeps in memory at a time."""
_ACCOUNTS_OF_PAGE = 100

_DUPLICATE_KEY = 11000
_FAILURES = (PyMongoError, LumisError, AttributeError, LookupError, TypeError, ValueError)
"""What the database says, and what a damaged document brings about."""


@dataclass(frozen=True)
class _Asked:
    user_id: str
    request_id: str
    rule: Rule
    kinds: tuple[Kind, ...]

    @property
    def ids(self) -> list[str]:
        return [entry_id(self.request_id, kind) for kind in self.kinds]


@dataclass(frozen=True)
class _Read:
    batch: Batch
    unfiled: list[Entry]


_ByUser = Mapping[str, Sequence[_Asked]]
_Results = Sequence[Outcome | Exception]


class Store:
    """Accounts and entries in one database."""

    def __init__(self, database: Database) -> None:
        self._accounts = database["accounts"]
        self._entries = database["entries"]
        self.prices = PriceList(database)
        self._changing: Lane[_Asked, Outcome] = Lane(self._carry_out)
        self._filing: Lane[list[Entry], None] = Lane(self._file_all)

    async def change(self, user_id: str, request_id: str, rule: Rule, kinds: tuple[Kind, ...] = HOLD_KINDS) -> Outcome:
        """Carry out what a rule makes of the account; `kinds` are the entries of the request that the rule asks for.

        Raises:
            Refused: what the rule raises.
            Rejected: the request belongs to another user.
            Unavailable: other processes kept changing the account.
        """
        return await self._changing.do(_Asked(user_id, request_id, rule, kinds))

    async def _carry_out(self, asked: Sequence[_Asked]) -> Sequence[Outcome | Exception]:
        """The operations of several accounts together, so that all of them cost a few round trips.

        Where that fails for one, which somebody else changed or with which something is wrong, each account is tried
        again by itself; what had been written all the same is found there, as it is when a message comes twice.
        """
        by_user: dict[str, list[_Asked]] = {}
        for each in asked:
            by_user.setdefault(each.user_id, []).append(each)
        done = await self._carry_out_together(by_user)
        if done is None:
            alone = (self._carry_out_alone(user_id, works) for user_id, works in by_user.items())
            done = dict(zip(by_user, await asyncio.gather(*alone), strict=True))
        results = {user_id: iter(each) for user_id, each in done.items()}
        return [next(results[each.user_id]) for each in asked]

    async def _carry_out_together(self, by_user: _ByUser) -> dict[str, _Results] | None:
        try:
            for _ in range(_ATTEMPTS_TOGETHER):
                if done := await self._try(by_user):
                    return done
        except _FAILURES:
            pass
        return None

    async def _carry_out_alone(self, user_id: str, works: Sequence[_Asked]) -> _Results:
        try:
            for _ in range(_ATTEMPTS):
                if done := await self._try({user_id: works}):
                    return done[user_id]
        except _FAILURES as error:
            return [error] * len(works)
        return [Unavailable("the account changes too fast")] * len(works)

    async def _try(self, by_user: _ByUser) -> dict[str, _Results] | None:
        """Ask the rules, write what they changed. None where an account changed in between."""
        reads = await self._read(by_user)
        results: dict[str, _Results] = {
            user_id: [_outcome(reads[user_id].batch, each) for each in works] for user_id, works in by_user.items()
        }
        changed = [read.batch for read in reads.values() if read.batch.changed]
        if changed and not await self._apply(changed):
            return None
        if entries := [entry for read in reads.values() for entry in (*read.unfiled, *read.batch.made)]:
            await self._filing.do(entries)
        return results

    async def _read(self, by_user: _ByUser) -> dict[str, _Read]:
        """The accounts for these requests, and their entries that may not be in `entries` yet."""
        asked = [each for works in by_user.values() for each in works]
        projection = requests_projection(
            [each.request_id for each in asked], [each_id for each in asked for each_id in each.ids]
        )
        found = self._accounts.find({"_id": {"$in": list(by_user)}}, projection)
        documents = {document["_id"]: document async for document in found}
        # An open hold has no entry yet, so the most frequent operation, a settlement, is spared the second look.
        is_open = {hold["request_id"] for document in documents.values() for hold in document.get("open") or []}
        wanted = [
            each_id
            for each in asked
            if each.kinds != HOLD_KINDS or each.request_id not in is_open
            for each_id in each.ids
        ]
        filed = (
            {document["_id"]: read_entry(document) async for document in self._entries.find({"_id": {"$in": wanted}})}
            if wanted
            else {}
        )
        return {
            user_id: _account_read(user_id, documents.get(user_id), works, filed) for user_id, works in by_user.items()
        }

    async def _apply(self, batches: Sequence[Batch]) -> bool:
        """Compare and set each account. False where one had changed: others may have been set all the same."""
        # As updates of many, each of one account: without the server's record of each for the driver's retry. Where the
        # primary changes, the accounts are tried one by one and find what was written.
        updates = [
            UpdateMany(
                {"_id": batch.read.user_id, "version": batch.read.version},
                account_update(batch),
                upsert=batch.read.version == 0,
            )
            for batch in batches
        ]
        try:
            result = await self._accounts.bulk_write(updates, ordered=False)
        except BulkWriteError as error:
            if all(each["code"] == _DUPLICATE_KEY for each in error.details["writeErrors"]):
                return False  # another process made the account's document first
            raise
        return result.matched_count + len(result.upserted_ids or {}) == len(batches)

    async def _file_all(self, works: Sequence[list[Entry]]) -> Sequence[Exception | None]:
        """File the entries of several accounts, then take them out of their accounts: two round trips for all."""
        results: list[Exception | None] = [None] * len(works)
        try:
            await self._entries.insert_many([entry_document(entry) for work in works for entry in work], ordered=False)
        except PyMongoError:  # one is there already, or worse: one by one tells whose it is
            results = [await self._try_to_file(work) for work in works]
        filed = [work for work, result in zip(works, results, strict=True) if result is None]
        await self.forget([entry for work in filed for entry in work if not entry.awaits_publication])
        return results

    async def _try_to_file(self, entries: list[Entry]) -> Exception | None:
        try:
            for entry in entries:
                await self.file(entry)
        except (LumisError, PyMongoError) as error:
            return error
        return None

    async def file(self, entry: Entry) -> None:
        """Put an entry into `entries`, where it may be already.

        Raises:
            Rejected: its id stands for an operation of another user.
        """
        try:
            await self._entries.insert_one(entry_document(entry))
        except DuplicateKeyError:
            filed = await self._entries.find_one({"_id": entry.id})
            if filed is None or filed["user_id"] != entry.user_id:
                raise Rejected("another operation has the entry's id or place") from None

    async def forget(self, entries: Sequence[Entry]) -> None:
        """Take filed entries out of their accounts' `unfiled` lists."""
        if entries:
            users, ids = sorted({entry.user_id for entry in entries}), [entry.id for entry in entries]
            await self._accounts.update_many({"_id": {"$in": users}}, {"$pull": {"unfiled": {"_id": {"$in": ids}}}})

    async def account(self, user_id: str) -> Account:
        """An account without any request's hold; all 0 for a user who was never seen."""
        fields = {"balance": 1, "held": 1, "version": 1, "open_holds": 1}
        return read_account(user_id, await self._accounts.find_one({"_id": user_id}, fields))

    async def movements(self, user_id: str, limit: int, before: int | None) -> list[Entry]:
        """The account's entries that moved Lümis, newest first, older than the sequence `before`."""
        await self.file_waiting(user_id)
        wanted: dict[str, Any] = {"user_id": user_id, "kind": {"$ne": "release"}}
        if before is not None:
            wanted["sequence"] = {"$lt": before}
        found = self._entries.find(wanted).sort("sequence", -1).limit(limit)
        return [read_entry(document) async for document in found]

    async def file_waiting(self, user_id: str) -> int:
        """File what waits in the account. Returns its version: every entry up to it is in `entries` now."""
        document = await self._accounts.find_one({"_id": user_id}, {"version": 1, "unfiled": 1}) or {}
        for entry in document.get("unfiled") or []:
            await self.file(read_entry(entry))
        return int(document.get("version", 0))

    async def entry_up_to(self, user_id: str, sequence: int) -> Entry | None:
        """The account's last entry that is not after a sequence; None where there is none."""
        wanted = {"user_id": user_id, "sequence": {"$lte": sequence}}
        document = await self._entries.find_one(wanted, sort=[("sequence", -1)])
        return read_entry(document) if document else None

    async def sequence_before(self, user_id: str, moment: datetime, version: int) -> int:
        """The sequence of the last entry before a moment, among those up to a version; 0 where there is none.

        Searched by halves: an account's entries are in the order of their times, so no index on `at` is needed.
        """
        found, low, high = 0, 1, version
        while low <= high:
            middle = (low + high) // 2
            entry = await self.entry_up_to(user_id, middle)
            if entry is None:
                low = middle + 1
            elif entry.at < moment:
                found, low = entry.sequence, middle + 1
            else:
                high = entry.sequence - 1
        return found

    async def movements_between(self, user_id: str, after: int, last: int, limit: int) -> list[Entry]:
        """The account's entries that moved Lümis, oldest first, after a sequence up to another."""
        wanted = {"user_id": user_id, "kind": {"$ne": "release"}, "sequence": {"$gt": after, "$lte": last}}
        found = self._entries.find(wanted).sort("sequence", 1).limit(limit)
        return [read_entry(document) async for document in found]

    async def expired(self, now: datetime, limit: int) -> list[tuple[str, Hold]]:
        """Holds older than their time, with their users; at most `limit`, the rest the next time."""
        found = self._accounts.find({"open.expires_at": {"$lte": now}}, {"open": 1}).limit(limit)
        old = [
            (document["_id"], read_hold(hold))
            async for document in found
            for hold in document["open"]
            if hold["expires_at"] <= now
        ]
        return old[:limit]

    async def unfinished(self, before: datetime, limit: int) -> list[Entry]:
        """Entries that wait in their accounts since before that time; of at most `limit` accounts."""
        found = self._accounts.find({"unfiled.at": {"$lte": before}}, {"unfiled": 1}).limit(limit)
        entries = [read_entry(entry) async for document in found for entry in document["unfiled"]]
        return [entry for entry in entries if entry.at <= before]

    async def open_holds(self) -> tuple[int, int]:
        """How many holds are open in all accounts, and the Lümis in them."""
        sums = {"_id": None, "holds": {"$sum": "$open_holds"}, "lumis": {"$sum": "$held"}}
        pipeline: list[dict[str, Any]] = [{"$match": {"open.expires_at": {"$exists": True}}}, {"$group": sums}]
        async for total in await self._accounts.aggregate(pipeline):
            return total["holds"], total["lumis"]
        return 0, 0

    async def oldest_hold(self) -> datetime | None:
        """When the hold was placed that is the next to end, or should have ended longest ago; None without holds."""
        found = await self._accounts.find_one(
            {"open.expires_at": {"$exists": True}}, {"open.placed_at": 1}, sort=[("open.expires_at", 1)]
        )
        return min(hold["placed_at"] for hold in found["open"]) if found else None

    async def count_accounts(self) -> int:
        """How many accounts there are, about."""
        return await self._accounts.estimated_document_count()

    async def documents(self, after: str | None = None) -> AsyncGenerator[dict[str, Any]]:
        """Account documents in the order of their ids; `after` leaves out the accounts up to that one."""
        following = {} if after is None else {"_id": {"$gt": after}}
        async for document in self._accounts.find(following).sort("_id", 1).batch_size(_ACCOUNTS_OF_PAGE):
            yield document

    async def pages(self, document: Mapping[str, Any]) -> AsyncGenerator[list[Entry]]:
        """An account's entries in order, a page in memory at a time; consistent with its document at any moment.

        An entry up to the document's version is in its `unfiled` list or was in `entries` before it was read.
        """
        waiting = deque(sorted(_waiting(document), key=lambda entry: entry.sequence))
        page: list[Entry] = []
        found = self._entries.find(_up_to_version(document)).sort("sequence", 1).batch_size(_PAGE)
        async for each in found:
            entry = read_entry(each)
            while waiting and waiting[0].sequence <= entry.sequence:
                if (first := waiting.popleft()).id != entry.id:  # else it was filed since
                    page.append(first)
            page.append(entry)
            if len(page) >= _PAGE:
                yield page
                page = []
        yield [*page, *waiting]

    async def some(self, document: Mapping[str, Any], ids: Sequence[str]) -> dict[str, Entry]:
        """Those of an account's entries that have these ids, consistent with its document as `pages` is."""
        if not ids:
            return {}
        found = {entry.id: entry for entry in _waiting(document) if entry.id in ids}
        for start in range(0, len(ids), _PAGE):
            wanted = {"_id": {"$in": ids[start : start + _PAGE]}, **_up_to_version(document)}
            # Named, because the other index would have all of the account's entries looked through.
            async for each in self._entries.find(wanted).hint([("_id", 1)]):
                found[each["_id"]] = read_entry(each)
        return found

    async def orphans(self) -> list[str]:
        """Ids of entries whose user has no account document."""
        pipeline: list[dict[str, Any]] = [
            {"$sort": {"user_id": 1, "sequence": -1}},  # so that the index leads to one entry of each user
            {"$group": {"_id": "$user_id", "entry": {"$first": "$_id"}}},
            {"$lookup": {"from": "accounts", "localField": "_id", "foreignField": "_id", "as": "account"}},
            {"$match": {"account": []}},
        ]
        return [each["entry"] async for each in await self._entries.aggregate(pipeline, allowDiskUse=True)]


def _waiting(document: Mapping[str, Any]) -> list[Entry]:
    return [read_entry(each) for each in document.get("unfiled") or []]


def _up_to_version(document: Mapping[str, Any]) -> dict[str, Any]:
    return {"user_id": document["_id"], "sequence": {"$lte": document["version"]}}


def _account_read(
    user_id: str, document: dict[str, Any] | None, works: Sequence[_Asked], filed: Mapping[str, Entry]
) -> _Read:
    unfiled = [read_entry(each) for each in (document or {}).get("unfiled") or []]
    holds = [read_hold(each) for each in (document or {}).get("open") or []]
    known = [filed[each_id] for each in works for each_id in each.ids if each_id in filed]
    return _Read(Batch(read_account(user_id, document), holds, [*unfiled, *known]), unfiled)


def _outcome(batch: Batch, asked: _Asked) -> Outcome | Exception:
    try:
        return batch.carry_out(asked.request_id, asked.kinds, asked.rule)
    except LumisError as error:
        return error
