"""The invariants over live data: `ledger check` on demand, and now and then by the service itself."""

import asyncio
import contextlib
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from ledger import metrics
from ledger.deps import Deps, now
from ledger.invariants import Books, document_violations, judges
from ledger.settings import LedgerSettings
from ledger.store import Store
from shared import mongo
from shared.bus import Reply
from shared.contracts.credits import AccountsChecked, CheckAccounts
from shared.redaction import pseudonym
from shared.settings import load_settings

_log = structlog.get_logger()

_SHOWN = 20
"""Violations that the log names; `ledger check` names more."""
_NAMED = 1000
"""Violations of one account that are named; the others are counted."""
_SWEEPS = 4
"""Turns of the sweep that an old hold may outlive, beside the hold time that the sweep waits at a start."""


async def find_violations(store: Store, at: datetime, grace: timedelta) -> tuple[int, list[str]]:
    """How many accounts there are, and what is wrong with them; users are named by the pseudonym that logs show."""
    accounts, found = 0, await _orphans(store)
    async for document in store.documents():
        accounts += 1
        found += await _account_violations(store, document, at, grace)
    return accounts, found


async def check_accounts(call: CheckAccounts, deps: Deps) -> Reply:
    """Check accounts one after another for as long as was asked for; at least one, where one is left."""
    started, checked, last = time.monotonic(), 0, None
    found = await _orphans(deps.store) if call.after is None else []
    async with contextlib.aclosing(deps.store.documents(call.after)) as documents:
        async for document in documents:
            checked += 1
            found += await _account_violations(deps.store, document, deps.now(), _grace(deps))
            if time.monotonic() - started >= call.seconds:
                last = document["_id"]
                break
    total = await deps.store.count_accounts()
    return Reply(AccountsChecked(checked=checked, total=total, violations=tuple(found), next_after=last))


async def _orphans(store: Store) -> list[str]:
    return [f"entry {entry}: its user has no account" for entry in await store.orphans()]


async def _account_violations(store: Store, document: Mapping[str, Any], at: datetime, grace: timedelta) -> list[str]:
    """What is wrong with an account, with its user's pseudonym; the memory for it does not grow with its history."""
    books, found = Books(document), _Found(document["_id"])
    found.add(document_violations(document, at, grace))
    async for page in store.pages(document):
        others = await store.some(document, judges(page))
        for entry in page:
            found.add(books.entry_violations(entry, others))
        await asyncio.sleep(0)  # the service has calls to answer meanwhile
    found.add(books.end_violations(await store.some(document, books.judges_of_holds)))
    return found.named()


class _Found:
    """What is wrong with one account: the first violations, and how many more, since one slip may be in all entries."""

    def __init__(self, user_id: str) -> None:
        self._user_id = user_id
        self._first: list[str] = []
        self._more = 0

    def add(self, violations: Iterable[str]) -> None:
        for each in violations:
            if len(self._first) < _NAMED:
                self._first.append(each)
            else:
                self._more += 1

    def named(self) -> list[str]:
        said = [*self._first, f"{self._more} more violations"] if self._more else self._first
        return [f"account {pseudonym(self._user_id)}: {each}" for each in said]


async def watch_balance(deps: Deps) -> None:
    """Check at the start and then again and again, until cancelled.

    What is found is looked at again sooner: after a long rest, holds are overdue until the sweep has had its time.
    """
    while True:
        found = await measure(deps)
        await asyncio.sleep(min(deps.check_seconds, _grace(deps).total_seconds()) if found else deps.check_seconds)


def _grace(deps: Deps) -> timedelta:
    return deps.terms.hold_time + timedelta(seconds=_SWEEPS * deps.sweep_seconds)


async def measure(deps: Deps) -> int:
    """Check the whole ledger once and show the result to operators: how many violations there are."""
    accounts, found = await find_violations(deps.store, deps.now(), _grace(deps))
    for each in found[:_SHOWN]:
        _log.error("ledger out of balance", violation=each)
    _log.info("ledger checked", accounts=accounts, violations=len(found))
    metrics.VIOLATIONS.set(len(found))
    metrics.CHECKED.set(deps.now().timestamp())
    return len(found)


def main() -> int:
    """Check the configured database and print the result. Returns the exit status: 1 where something is violated."""
    settings = load_settings(LedgerSettings, "ledger")
    accounts, found = asyncio.run(_check(settings))
    sys.stdout.write("".join(f"VIOLATED {each}\n" for each in found))
    sys.stdout.write(f"{accounts} accounts checked, {len(found)} violations\n")
    return 1 if found else 0


async def _check(settings: LedgerSettings) -> tuple[int, list[str]]:
    grace = timedelta(seconds=settings.hold_seconds + _SWEEPS * settings.sweep_seconds)
    async with mongo.connect(settings.mongodb_url, app="ledger-check") as client:
        return await find_violations(Store(mongo.database(client, "ledger")), now(), grace)
