"""Documents a second of `sunat-emitter import`: `python -m tests.benchmarks.bench_sunat_import [DOCUMENTS]`.

A folder of facturas with their receipts, in the shapes and algorithms of four other systems, is imported into an empty
database and then once more. One process; the database is a real server on this machine.
"""

import argparse
import contextlib
import io
import resource
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import uvloop

from shared import mongo
from sunat_emitter.importacion import command
from tests.support import servers
from tests.support.comprobantes import EMISOR
from tests.support.foreign import STYLES, Sale, pair
from tests.support.sunat import emitter, set_up

_KEPT = timedelta(days=3652)


def write(folder: Path, documents: int) -> None:
    """The history."""
    styles = list(STYLES.values())
    for number in range(1, documents + 1):
        for name, content in pair(Sale(numero=number), styles[number % len(styles)]).items():
            (folder / name).write_bytes(content)


async def run(folder: Path, documents: int, url: str) -> None:
    """Import twice and print both."""
    client = mongo.connect(url, app="bench")
    database = mongo.database(client, "import")
    await set_up(await emitter(database), ruc=EMISOR.ruc)
    parser = argparse.ArgumentParser()
    command.declare(parser.add_subparsers())
    given = parser.parse_args([command.NAME, str(folder), "--ruc", EMISOR.ruc])
    for what in ("new", "again"):
        started, busy = time.perf_counter(), time.process_time()
        with contextlib.redirect_stdout(io.StringIO()):
            status = await command.import_place(database, given, _KEPT)
        took, spent = time.perf_counter() - started, time.process_time() - busy
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{what:6} {documents} documents, {documents / took:5.0f}/s, {spent / documents * 1000:4.1f} ms of this"
            f" process each, {memory:.0f} MB at most, status {status}"
        )
    await client.close()


def main() -> None:
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "history"
        folder.mkdir()
        write(folder, documents)
        with servers.mongodb(Path(place) / "mongodb") as url:
            uvloop.run(run(folder, documents, url))


if __name__ == "__main__":
    main()
