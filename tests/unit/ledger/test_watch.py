"""What operators see of the ledger: whether it is in balance, and how old its holds are."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from ledger.check import measure
from ledger.store import INDEXES
from ledger.sweep import Sweep
from shared.mongo import Database, ensure_indexes
from tests.support.ledger import Clock, deliver, grant, hold, ledger, reconciled


@pytest.fixture
async def prepared(database: Database) -> Database:
    await ensure_indexes(database, INDEXES)
    return database


def _shown(name: str) -> float:
    value = REGISTRY.get_sample_value(name)
    assert value is not None
    return value


async def test_a_balance_that_its_entries_do_not_explain_is_shown(prepared: Database) -> None:
    clock = Clock()
    deps = ledger(prepared, clock)
    await deliver(grant("ana", 100), deps)
    assert await measure(deps) == 0
    assert _shown("lumis_ledger_violations") == 0
    await prepared["accounts"].update_one({"_id": "ana"}, {"$inc": {"balance": 1}})
    clock.advance(timedelta(hours=1))
    assert await measure(deps) > 0
    assert _shown("lumis_ledger_violations") > 0
    assert _shown("lumis_ledger_checked_timestamp_seconds") == clock().timestamp()


async def test_the_age_of_the_oldest_hold_is_shown_until_it_ends(prepared: Database) -> None:
    clock = Clock()
    deps = ledger(prepared, clock)
    await deliver(grant("ana", 100), deps)
    await deliver(hold("ana", "old"), deps)
    clock.advance(timedelta(seconds=90))
    await deliver(hold("ana", "young"), deps)
    await Sweep(deps).turn()
    assert _shown("lumis_ledger_oldest_hold_seconds") == 90
    await deliver(reconciled("ana", "old"), deps)
    await Sweep(deps).turn()
    assert _shown("lumis_ledger_oldest_hold_seconds") == 0
