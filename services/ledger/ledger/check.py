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
from ledger.invariants import violations
from ledger.settings import LedgerSettings
from ledger.store import Store
from shared import mongo
from shared.bus import Reply
from shared.contracts.credits import AccountsChecked, CheckAccounts
from shared.redaction import pseudonym
from shared.settings import load_settings

_log = structlog.get_logger()

_SHOWN = 20
"""Violations that the log names; `ledger check` names all."""
_SWEEPS = 4
"""Turns of the sweep that an old hold may outlive, beside the hold time that the sweep waits at a start."""


async def find_violations(store: Store, at: datetime, grace: timedelta) -> tuple[int, list[str]]:
    """How many accounts there are, and what is wrong with them; users are named by the pseudonym that logs show."""
    accounts, found = 0, await _orphans(store)
    async for document, entries in store.histories():
        accounts += 1
        found += _named(document, violations(document, entries, at, grace))
    return accounts, found


async def check_accounts(call: CheckAccounts, deps: Deps) -> Reply:
    """Check accounts one after another for as long as was asked for; at least one, where one is left."""
    started, checked, last = time.monotonic(), 0, None
    found = await _orphans(deps.store) if call.after is None else []
    async with contextlib.aclosing(deps.store.histories(call.after)) as histories:
        async for document, entries in histories:
            checked += 1
            found += _named(document, violations(document, entries, deps.now(), _grace(deps)))
            if time.monotonic() - started >= call.seconds:
                last = document["_id"]
                break
    total = await deps.store.count_accounts()
    return Reply(AccountsChecked(checked=checked, total=total, violations=tuple(found), next_after=last))


async def _orphans(store: Store) -> list[str]:
    return [f"entry {entry}: its user has no account" for entry in await store.orphans()]


def _named(document: Mapping[str, Any], found: Iterable[str]) -> list[str]:
    """What is wrong with an account, with its user's pseudonym."""
    return [f"account {pseudonym(document['_id'])}: {each}" for each in found]


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
