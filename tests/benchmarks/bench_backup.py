"""How long a backup takes, and its way back into an empty server: `bench_backup [REQUESTS]`, six documents for each."""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from deploy.backup.dump import Client, dump
from deploy.backup.manifest import read
from deploy.backup.restore import restore
from deploy.local.servers import Mongod

COLLECTIONS = {"gateway": 2, "reconciler": 1, "ledger": 2, "ocr_engine": 1}
"""Documents of a request by database."""
_TEXT = "Coca Cola 500 ml Pan Integral Super Xtra "
_MIB = 1 << 20


def documents(database: str, requests: int, each: int) -> Iterator[dict[str, Any]]:
    """Some 2 KB each, no two alike."""
    for number in range(requests * each):
        fields = {
            f"field{n}": {"value": f"{_TEXT}{sha256(b'%d' % (number * 31 + n)).hexdigest()}", "confidence": n / 20}
            for n in range(12)
        }
        yield {"_id": f"{database}-{number:012}", "user_id": f"user-{number % 997}", "at": number, "fields": fields}


def main() -> None:
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder, Mongod(Path(folder) / "1") as one, Mongod(Path(folder) / "2") as two:
        full: Client = MongoClient(one.url)
        empty: Client = MongoClient(two.url)
        for database, each in COLLECTIONS.items():
            full[database]["rows"].insert_many(documents(database, requests, each))
            full[database]["rows"].create_index([("user_id", 1), ("at", -1)])
        target = Path(folder) / "backup"
        started = time.perf_counter()
        taken = dump(full, target)
        dumped = time.perf_counter()
        backup = read(target)
        checked = time.perf_counter()
        restore(empty, backup)
        ended = time.perf_counter()
        packed = sum(path.stat().st_size for path in target.rglob("*.gz"))
        print(f"{taken.documents} documents, {taken.size / _MIB:.0f} MiB, {packed / _MIB:.0f} MiB packed:", end=" ")
        print(f"taken in {dumped - started:.1f} s, checked in {checked - dumped:.1f} s,", end=" ")
        print(f"restored in {ended - checked:.1f} s (load average {os.getloadavg()[0]:.1f})")
        full.close()
        empty.close()


if __name__ == "__main__":
    main()
