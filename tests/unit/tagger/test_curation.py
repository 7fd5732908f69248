"""Catalogue calls: the same checks as the command, bad rows named, pages by key, the review list."""

from datetime import date
from typing import Any

import pytest

from shared.contracts.tags import (
    CatalogImported,
    CatalogRows,
    ImportCatalog,
    ListUnresolved,
    ReadCatalogRows,
    UnresolvedName,
    UnresolvedNames,
)
from shared.errors import Refused
from shared.mongo import Database
from tagger.command import import_rows
from tagger.curation import import_catalog, list_unresolved, read_catalog_rows
from tagger.deps import Deps
from tagger.handlers import tag_buyer
from tagger.intake import check_rows
from tagger.starter import starter_rows
from tests.unit.tagger.conftest import Invoice


async def imported(deps: Deps, **given: Any) -> CatalogImported:
    answer = (await import_catalog(ImportCatalog(**given), deps)).answer
    assert isinstance(answer, CatalogImported)
    return answer


async def test_rows_and_csv_are_checked_stored_and_bad_ones_named(deps: Deps) -> None:
    rows = ({"slug": "zyx", "name": "Zyx"}, {"slug": "cocacola", "name": "Coca-Cola"}, {"slug": "X Y", "name": "x"})
    done = await imported(deps, kind="brands", rows=rows)
    assert (done.stored, done.new, done.replaced) == (2, 1, 1)
    assert [(row.number, row.key) for row in done.bad_rows] == [(3, "X Y")]
    text = 'code,name,aliases,brand\nZYX-1,"Zyx, el\nnuevo",uno;dos,zyx\nZYX-2,Zyx,,nadie\n'
    done = await imported(deps, kind="products", csv=text)
    assert (done.stored, [row.reason for row in done.bad_rows]) == (1, ["brand: nadie is not in the catalogue"])
    found = {row.code: row for row in (await deps.rows.load()).products}["ZYX-1"]
    assert (found.aliases, found.brand) == (("uno", "dos"), "zyx")


async def test_an_import_that_is_no_csv_or_too_long_is_refused(deps: Deps) -> None:
    with pytest.raises(Refused) as refused:
        await imported(deps, kind="brands", csv="slug,name\n" + "x" * 200_000)
    assert refused.value.code == "UNREADABLE_CSV"
    with pytest.raises(Refused) as refused:
        await imported(deps, kind="brands", csv="slug,name\n" + "x,X\n" * 1001)
    assert refused.value.code == "TOO_MANY_ROWS"


def test_an_issuer_whose_name_gives_no_key_is_bad() -> None:
    (bad,) = check_rows("issuers", [{"l1": "farmacia", "names": ["***"]}], starter_rows()).bad
    assert "letter or digit" in bad.reason


async def test_the_catalogue_is_read_page_by_page(deps: Deps) -> None:
    found: list[str] = []
    call: ReadCatalogRows | None = ReadCatalogRows(kind="categories", limit=40)
    while call is not None:
        page = (await read_catalog_rows(call, deps)).answer
        assert isinstance(page, CatalogRows)
        found += [row["slug"] for row in page.rows]
        call = call.model_copy(update={"cursor": page.next_cursor}) if page.next_cursor else None
    assert found == sorted(row.slug for row in starter_rows().categories)
    with pytest.raises(Refused) as refused:
        await read_catalog_rows(ReadCatalogRows(kind="brands", cursor="x"), deps)
    assert refused.value.code == "INVALID_CURSOR"


async def test_the_review_list_shows_the_most_frequent_first(deps: Deps) -> None:
    for number in range(3):
        lines = ("Zyx Desconocido", "Qwertyuiop") if number else ("Zyx Desconocido",)
        await tag_buyer(Invoice(lines, request=f"r{number}", number=f"i{number}").event, deps)
    found = (await list_unresolved(ListUnresolved(limit=1), deps)).answer
    assert found == UnresolvedNames(
        names=(UnresolvedName(name="Zyx Desconocido", count=3, last_seen=date(2024, 12, 15)),)
    )


async def test_a_long_import_says_how_far_it_is(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"code": f"ZYX-{number}", "name": f"Zyx {number}"} for number in range(2500)]
    assert await import_rows(database, "products", rows) == 0
    printed = capsys.readouterr()
    assert printed.err.splitlines() == [f"{done} of 2,500 rows written" for done in ("1,000", "2,000", "2,500")]
    assert printed.out == "products: 2500 rows, 2500 new, 0 replaced, 0 bad\n"
