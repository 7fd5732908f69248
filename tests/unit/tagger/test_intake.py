"""Rows from a file: checked one by one, bad ones named, good ones written by their natural key."""

import json
from pathlib import Path

import pytest

from shared.mongo import Database
from tagger.cache import CatalogueCache
from tagger.command import SOME_BAD, import_rows, rebuild, review
from tagger.command import main as command
from tagger.deps import Deps
from tagger.handlers import tag_buyer
from tagger.intake import UnreadableFile, check_rows, read_documents
from tagger.match import match_line
from tagger.rows import BrandRow, ProductRow
from tagger.starter import shorthand, starter_rows
from tagger.store import CatalogueStore
from tests.unit.tagger.conftest import Invoice


def test_a_csv_has_lists_between_semicolons_and_leaves_empty_cells_out() -> None:
    documents = read_documents("\ufeffcode,name,aliases,brand\nX1, Equis ,uno; dos,\n", as_json=False)
    assert list(documents) == [{"code": "X1", "name": "Equis", "aliases": ["uno", "dos"]}]


@pytest.mark.parametrize("text", ["{", '{"code": "X"}', '["X"]'])
def test_a_json_that_is_no_list_of_objects_is_refused(text: str) -> None:
    with pytest.raises(UnreadableFile):
        read_documents(text, as_json=True)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"name": "Sin código"}, "code"),
        ({"code": "con espacio", "name": "X"}, "upper case"),
        ({"code": "X", "name": "X", "gtin": "4006381333932"}, "GTIN"),
        ({"code": "X", "name": "X", "brand": "nadie"}, "nadie"),
        ({"code": "X", "name": "X", "l1": "lacteos"}, "not a category of level 1"),
        ({"code": "X", "name": "X", "l1": "bebidas", "l2": "lacteos"}, "does not belong"),
    ],
)
def test_a_bad_product_is_named_with_its_reason(row: dict[str, object], reason: str) -> None:
    checked = check_rows("products", [{"code": "OK", "name": "Bueno"}, row], starter_rows())
    assert [row.key for row in checked.good] == ["OK"]
    (bad,) = checked.bad
    assert bad.number == 2
    assert reason in bad.reason


@pytest.mark.parametrize(
    "row",
    [
        {"slug": "x", "level": 2},
        {"slug": "x", "level": 2, "parent": "lacteos"},
        {"slug": "x", "level": 1, "parent": "bebidas"},
        {"slug": "x", "level": 3},
        {"slug": "Con Espacio", "level": 1},
    ],
)
def test_a_category_needs_a_level_and_the_right_parent(row: dict[str, object]) -> None:
    assert len(check_rows("categories", [row], starter_rows()).bad) == 1


def test_rows_may_name_others_of_the_same_file_and_no_key_comes_twice() -> None:
    rows = [{"slug": "juguetes", "level": 1}, {"slug": "munecas", "level": 2, "parent": "juguetes"}]
    assert len(check_rows("categories", rows, starter_rows()).good) == 2
    assert check_rows("categories", [rows[0], rows[0]], starter_rows()).bad[0].reason == "this key came before"


async def test_an_import_writes_by_key_counts_and_names_bad_rows(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"slug": "zyx", "name": "Zyx"}, {"slug": "cocacola", "name": "Coca-Cola", "l1": "bebidas"}, {"slug": "X Y"}]
    assert await import_rows(database, "brands", rows) == SOME_BAD
    printed = capsys.readouterr()
    assert printed.out == "brands: 3 rows, 1 new, 1 replaced, 1 bad\n"
    assert printed.err.startswith("row 3 (X Y): ")
    brands = {row.slug: row for row in (await CatalogueStore(database).load()).brands}
    assert len(brands) == len(starter_rows().brands) + 1
    assert brands["cocacola"].aliases == ()


async def test_the_starter_set_is_written_once_and_never_over_what_is_there(database: Database) -> None:
    store = CatalogueStore(database)
    assert await store.seed(starter_rows()) > 900
    await store.upsert("brands", [BrandRow(slug="cocacola", name="Otra")])
    await database["brands"].delete_one({"_id": "pepsi"})
    assert await store.seed(starter_rows()) == 0
    brands = {row.slug: row.name for row in (await store.load()).brands}
    assert brands["cocacola"] == "Otra"
    assert "pepsi" not in brands


async def test_the_catalogue_is_built_again_only_when_it_changed(database: Database) -> None:
    store = CatalogueStore(database)
    await store.seed(starter_rows())
    cache = CatalogueCache(store.version, store.load, shorthand(), check_seconds=0)
    first = await cache.current()
    assert await cache.current() is first
    await store.upsert("products", [ProductRow(code="ZYX", name="Zyx Desconocido")])
    second = await cache.current()
    assert second is not first
    assert match_line(second, "zyx desconocido").code is not None
    patient = CatalogueCache(store.version, store.load, shorthand(), check_seconds=60)
    kept = await patient.current()
    await store.upsert("products", [ProductRow(code="ZYX2", name="Zyx")])
    assert await patient.current() is kept


async def test_the_review_list_shows_what_is_unknown_and_forgets_what_was_learned(
    database: Database, deps: Deps, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(3):
        lines = ("Zyx Desconocido", "Qwertyuiop") if number else ("Zyx Desconocido",)
        await tag_buyer(Invoice(lines, request=f"r{number}", number=f"i{number}").event, deps)
    await review(database, 10)
    assert capsys.readouterr().out == "3\t2024-12-15\tZyx Desconocido\n2\t2024-12-15\tQwertyuiop\n"
    await CatalogueStore(database).upsert("products", [ProductRow(code="ZYX", name="Zyx Desconocido")])
    await review(database, 10)
    assert capsys.readouterr().out == "2\t2024-12-15\tQwertyuiop\n"
    assert await rebuild(database) == 0


def test_the_command_refuses_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command(["import", str(tmp_path / "none.csv"), "--kind", "brands"])
    assert ended.value.code == 2
    assert "none.csv" in capsys.readouterr().err


def test_json_and_csv_give_the_same_rows() -> None:
    rows = [{"slug": "zyx", "name": "Zyx", "aliases": ["a", "b"]}]
    assert list(read_documents("slug,name,aliases\nzyx,Zyx,a;b\n", as_json=False)) == rows
    assert list(read_documents(json.dumps(rows), as_json=True)) == rows
