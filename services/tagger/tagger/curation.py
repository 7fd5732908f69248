"""Calls by which the catalogue grows: import rows, read them, see what no rule knows."""

from collections.abc import Callable, Sequence
from typing import Any

from shared import cursor
from shared.bus import Reply
from shared.contracts.tags import (
    BadCatalogRow,
    CatalogImported,
    CatalogRows,
    ImportCatalog,
    ListUnresolved,
    ReadCatalogRows,
    UnresolvedName,
    UnresolvedNames,
)
from shared.errors import Refused
from tagger.deps import Deps
from tagger.intake import Checked, UnreadableFile, check_rows, read_documents
from tagger.rows import Kind
from tagger.store import CatalogueStore

MOST_ROWS = 1000


async def import_catalog(call: ImportCatalog, deps: Deps) -> Reply:
    """Write the good rows, name the bad ones. Raises Refused: `UNREADABLE_CSV`, `TOO_MANY_ROWS`."""
    documents: Sequence[dict[str, Any]] = call.rows
    if call.csv is not None:
        try:
            documents = read_documents(call.csv, as_json=False)
        except UnreadableFile as error:
            raise Refused("UNREADABLE_CSV", f"No es un CSV con una línea de encabezado: {error}") from None
    if len(documents) > MOST_ROWS:
        raise Refused("TOO_MANY_ROWS", f"Como máximo {MOST_ROWS} filas a la vez", {"rows": len(documents)})
    checked, new, replaced = await store_rows(deps.rows, call.kind, documents)
    bad = (BadCatalogRow(number=row.number, key=row.key, reason=row.reason) for row in checked.bad)
    return Reply(CatalogImported(stored=len(checked.good), new=new, replaced=replaced, bad_rows=tuple(bad)))


async def store_rows(
    store: CatalogueStore, kind: Kind, documents: Sequence[dict[str, Any]], written: Callable[[int], None] | None = None
) -> tuple[Checked, int, int]:
    """Check rows and write the good ones: what the check said, how many are new, how many replaced others.

    Args:
        store: the catalogue.
        kind: of the rows.
        documents: the rows, unchecked.
        written: told now and then how many rows are written.
    """
    checked = check_rows(kind, documents, await store.references())
    new, replaced = await store.upsert(kind, checked.good, written) if checked.good else (0, 0)
    return checked, new, replaced


async def read_catalog_rows(call: ReadCatalogRows, deps: Deps) -> Reply:
    """Rows by their natural keys. Raises Refused: `INVALID_CURSOR`."""
    place = cursor.decode(call.kind, call.cursor, 1)
    rows = await deps.rows.page(call.kind, call.limit, place[0] if place else None)
    shown = rows[: call.limit]
    more = cursor.encode(call.kind, shown[-1].key) if len(rows) > len(shown) else None
    return Reply(CatalogRows(rows=tuple(row.model_dump(mode="json") for row in shown), next_cursor=more))


async def list_unresolved(call: ListUnresolved, deps: Deps) -> Reply:
    """The review list: printed lines that no rule knows, the most frequent first."""
    found = await deps.review.most_frequent(call.limit)
    names = (UnresolvedName(name=name, count=count, last_seen=day.date()) for name, count, day in found)
    return Reply(UnresolvedNames(names=tuple(names)))
