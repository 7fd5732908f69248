"""The check finds every way in which the books could be wrong."""

import asyncio
import os
import sys
from datetime import timedelta
from typing import Any

import pytest

from ledger.check import check_accounts, find_violations
from ledger.deps import Deps
from ledger.store import INDEXES
from shared.contracts.credits import AccountsChecked, CheckAccounts
from shared.mongo import Database, ensure_indexes
from tests.support.ledger import START, Clock, abandoned, adjust, deliver, grant, hold, ledger, reconciled, unreadable

GRACE = timedelta(seconds=60)


@pytest.fixture
async def deps(database: Database) -> Deps:
    """Books in which everything has happened."""
    await ensure_indexes(database, INDEXES)
    deps = ledger(database, Clock())
    await deliver(grant("ana", 100), deps)
    for request in ("charged", "refunded", "released", "open"):
        await deliver(hold("ana", request), deps)
    await deliver(reconciled("ana", "charged"), deps)
    await deliver(reconciled("ana", "refunded"), deps)
    await deliver(abandoned("ana", "refunded"), deps)
    await deliver(unreadable("ana", "released"), deps)
    await deliver(adjust("ana", -5), deps)
    return deps


async def _found(deps: Deps, later: timedelta = timedelta()) -> list[str]:
    accounts, found = await find_violations(deps.store, deps.now() + later, GRACE)
    assert accounts == 1
    return found


async def test_sound_books_violate_nothing(deps: Deps) -> None:
    assert await _found(deps) == []


@pytest.mark.parametrize(
    ("wanted", "update", "said"),
    [
        ("accounts:ana", {"$inc": {"balance": 1}}, "the entries sum to 80"),
        ("accounts:ana", {"$inc": {"held": 1}}, "the open holds sum to 15"),
        ("accounts:ana", {"$inc": {"open_holds": 1}}, "there are 1"),
        ("accounts:ana", {"$set": {"open.0.amount": 81, "held": 81}}, "available is -1"),
        ("accounts:ana", {"$set": {"open.0.request_id": "charged"}}, "yet it has ['charge']"),
        ("accounts:ana", {"$unset": {"open": 1}}, "the open holds sum to 0"),
        ("entries:charged:charge", {"$set": {"legs.0.amount": -14}}, "do not sum to 0"),
        ("entries:charged:charge", {"$set": {"legs": []}}, "do not say what its amount says"),
        ("entries:charged:charge", {"$set": {"balance_after": 3}}, "balance_after is 3"),
        ("entries:charged:charge", {"$set": {"request_id": "other"}}, "does not name its request and kind"),
        ("entries:grant-1:grant", {"$set": {"user_id": "eva"}}, "its user has no account"),
        ("entries:released:release", {"$set": {"request_id": "charged"}}, "charged and released"),
        ("entries:refunded:charge", {"$set": {"request_id": "other"}}, "refunded 15, charged 0"),
        ("entries:adjust-1:adjust", {"$set": {"amount": 5}}, "do not say what its amount says"),
        ("entries:adjust-1:adjust", {"$set": {"legs.1.account": "grants"}}, "do not say what its amount says"),
        ("entries:adjust-1:adjust", {"$set": {"request_id": "grant-1"}}, "granted and adjusted"),
        ("entries:adjust-1:adjust", {"$set": {"at": START - GRACE}}, "is older than the one before it"),
    ],
)
async def test_each_wrong_figure_is_found(
    deps: Deps, database: Database, wanted: str, update: dict[str, Any], said: str
) -> None:
    collection, _, key = wanted.partition(":")
    assert (await database[collection].update_one({"_id": key}, update)).modified_count == 1
    assert said in "\n".join(await _found(deps))


async def test_a_hold_that_nothing_ended_is_found(deps: Deps) -> None:
    assert await _found(deps, timedelta(seconds=660)) == []
    assert "open long after" in (await _found(deps, timedelta(seconds=661)))[0]


async def test_an_entry_that_was_never_filed_is_found(deps: Deps, database: Database) -> None:
    entry = await database["entries"].find_one_and_delete({"_id": "charged:charge"})
    await database["accounts"].update_one({}, {"$push": {"unfiled": entry}})
    assert await _found(deps) == []
    assert "waits in the account" in (await _found(deps, timedelta(seconds=61)))[0]


async def test_no_user_is_named(deps: Deps, database: Database) -> None:
    await database["accounts"].update_one({}, {"$inc": {"balance": 1}})
    assert "ana" not in "\n".join(await _found(deps))


async def test_the_command_says_what_is_wrong_by_its_status(mongodb_url: str, mongodb_client: Any) -> None:
    async def check() -> tuple[int | None, str]:
        environment = {
            **os.environ,
            "MONGODB_URL": mongodb_url,
            "RABBITMQ_URL": "amqp://127.0.0.1:1/",
            "OPS_PORT": "0",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ledger", "check", env=environment, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
        return process.returncode, output.decode()

    accounts = mongodb_client["ledger"]["accounts"]
    wrong = {"_id": "check-test", "balance": 1, "held": 0, "version": 1, "open_holds": 0}
    try:
        status, output = await check()
        assert (status, "0 violations" in output) == (0, True)
        await accounts.insert_one(wrong)
        status, output = await check()
        assert (status, "the entries sum to 0" in output) == (1, True)
    finally:
        await accounts.delete_one({"_id": "check-test"})


async def test_a_check_in_parts_finds_what_a_whole_one_finds(deps: Deps, database: Database) -> None:
    await deliver(grant("bea", 10, "grant-2"), deps)
    await database["accounts"].update_one({"_id": "bea"}, {"$inc": {"balance": 1}})
    await database["entries"].insert_one({"_id": "stray", "user_id": "nobody", "sequence": 1})

    async def part(after: str | None) -> AccountsChecked:
        answer = (await check_accounts(CheckAccounts(after=after, seconds=0), deps)).answer
        assert isinstance(answer, AccountsChecked)
        return answer

    answers = [await part(None)]
    while after := answers[-1].next_after:
        answers.append(await part(after))
    assert [each.checked for each in answers] == [1, 1, 0]
    assert {each.total for each in answers} == {2}
    in_parts = [found for each in answers for found in each.violations]
    _, whole = await find_violations(deps.store, deps.now(), timedelta(hours=1))
    assert len(in_parts) == 2
    assert sorted(in_parts) == sorted(whole)
