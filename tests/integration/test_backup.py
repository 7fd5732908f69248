"""A backup and its way back: what was there is there again, and nothing that is broken passes for a backup."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from bson.decimal128 import Decimal128
from pymongo import MongoClient

from deploy.backup.dump import SYSTEM, BackupFailed, Client, dump
from deploy.backup.manifest import NAME, BackupBroken, read, write
from deploy.backup.restore import NotEmpty, ServerTooOld, restore
from deploy.local.servers import Mongod
from tests.support.servers import Private

SECOND = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Client, Client]]:
    """One with data and one without."""
    private = Private(Mongod, tmp_path_factory.mktemp("backup"))
    one: Client = MongoClient(private().url)
    two: Client = MongoClient(private().url)
    fill(one)
    yield one, two
    one.close()
    two.close()
    private.end()


def fill(client: Client) -> None:
    entries = client["ledger"]["entries"]
    rows = [{"_id": f"r{n}:charge", "amount": -15, "at": SECOND, "nested": {"b": 1, "a": [n]}} for n in range(2500)]
    entries.insert_many(rows)
    entries.create_index([("amount", 1), ("at", -1)], name="by_amount", partialFilterExpression={"amount": {"$lt": 0}})
    client["reconciler"]["invoices"].insert_one({"total": Decimal128(Decimal("5.60")), "b": b"\x00\xff"})
    client["reconciler"]["invoices"].create_index("number", unique=True, sparse=True)
    client["documents"]["files"].insert_many([{"_id": n, "content": os.urandom(3 << 20)} for n in range(4)])
    client["documents"]["files"].create_index("expires_at", expireAfterSeconds=0)
    client["gateway"].create_collection("audit", collation={"locale": "es"}, validator={"at": {"$exists": True}})


def state_of(client: Client) -> dict[str, Any]:
    """Hashes of all documents by the server's own reckoning, with the indexes and the collections' options."""
    found = {}
    for name in sorted(set(client.list_database_names()) - SYSTEM):
        database = client[name]
        found[name] = {
            "hashes": database.command("dbHash")["collections"],
            "options": {info["name"]: info["options"] for info in database.list_collections()},
            "indexes": {each: database[each].index_information() for each in database.list_collection_names()},
        }
    return found


def test_what_was_there_before_is_there_again(servers: tuple[Client, Client], tmp_path: Path) -> None:
    full, empty = servers
    taken = dump(full, tmp_path / "new")
    assert taken.documents == 2500 + 1 + 4
    restore(empty, read(tmp_path / "new"))
    assert state_of(empty) == state_of(full)
    assert set(state_of(full)) == {"documents", "gateway", "ledger", "reconciler"}
    with pytest.raises(NotEmpty, match="documents, gateway, ledger, reconciler"):
        restore(empty, read(tmp_path / "new"))


@pytest.mark.parametrize(("taken", "is_taken"), [("99.0.1", False), ("0.9.30", True), ("unknown", True)])
def test_a_backup_goes_into_no_server_that_is_older_than_the_one_it_was_taken_from(
    servers: tuple[Client, Client], tmp_path: Path, taken: str, *, is_taken: bool
) -> None:
    full, _ = servers
    backup = dump(full, tmp_path / "new")
    manifest = backup.manifest.model_copy(update={"server_version": taken})
    with pytest.raises(NotEmpty if is_taken else ServerTooOld) as refused:
        restore(full, write(backup.folder, manifest))
    assert is_taken or "of 99.0.1: restore into a server of that version" in str(refused.value)


def test_all_collections_are_of_one_moment_whatever_is_written_meanwhile(
    servers: tuple[Client, Client], tmp_path: Path
) -> None:
    full, _ = servers
    written = []

    def write_on(_part: object) -> None:
        written.append(full["ledger"]["entries"].insert_one({"late": True}).inserted_id)
        full["reconciler"]["invoices"].insert_one({"_id": written[-1], "late": True})

    taken = dump(full, tmp_path / "new", write_on)
    full["ledger"]["entries"].delete_many({"late": True})
    full["reconciler"]["invoices"].delete_many({"late": True})
    assert written
    assert {part.collection: part.documents for part in taken.manifest.parts} == {
        "entries": 2500,
        "invoices": 1,
        "files": 4,
        "audit": 0,
    }


def test_a_backup_is_for_its_owner_alone_and_never_goes_over_another(
    servers: tuple[Client, Client], tmp_path: Path
) -> None:
    folder = tmp_path / "new"
    dump(servers[0], folder)
    assert {path.stat().st_mode & 0o077 for path in folder.rglob("*.gz")} == {0}
    assert folder.stat().st_mode & 0o077 == 0
    with pytest.raises(BackupFailed, match="not empty"):
        dump(servers[0], folder)


def test_a_backup_that_was_cut_off_or_changed_is_none(servers: tuple[Client, Client], tmp_path: Path) -> None:
    folder = tmp_path / "new"
    backup = dump(servers[0], folder)
    data = folder / backup.manifest.parts[0].data
    whole = data.read_bytes()
    data.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(BackupBroken, match="SHA-256"):
        read(folder)
    data.unlink()
    with pytest.raises(BackupBroken, match="missing"):
        read(folder)
    (folder / NAME).unlink()
    with pytest.raises(BackupBroken, match="no finished backup"):
        read(folder)


def test_the_command_says_what_it_did_and_what_is_wrong(servers: tuple[Client, Client], tmp_path: Path) -> None:
    host, port = servers[0].address or ("", 0)
    environment = {**os.environ, "MONGODB_URL": f"mongodb://{host}:{port}/?directConnection=true"}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "deploy.backup", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - ours

    folder = str(tmp_path / "new")
    assert "2505 documents" in run("take", folder).stdout
    assert "2505 documents" in run("check", folder).stdout
    refused = run("restore", folder)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "restore into an empty server" in refused.stderr
