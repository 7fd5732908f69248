"""`ledger check`: the invariants over live data."""

import asyncio
import sys
from datetime import datetime, timedelta

from ledger.deps import now
from ledger.invariants import violations
from ledger.settings import LedgerSettings
from ledger.store import Store
from shared import mongo
from shared.redaction import pseudonym
from shared.settings import load_settings

_SWEEPS = 4
"""Turns of the sweep that an old hold may outlive, beside the hold time that the sweep waits at a start."""


async def find_violations(store: Store, at: datetime, grace: timedelta) -> tuple[int, list[str]]:
    """How many accounts there are, and what is wrong with them; users are named by the pseudonym that logs show."""
    accounts, found = 0, [f"entry {entry}: its user has no account" for entry in await store.orphans()]
    async for document, entries in store.histories():
        accounts += 1
        found += [f"account {pseudonym(document['_id'])}: {each}" for each in violations(document, entries, at, grace)]
    return accounts, found


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
