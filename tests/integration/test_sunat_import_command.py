"""`sunat-emitter import`: a folder or a zip on disk, told file by file."""

import argparse
import json
from datetime import timedelta
from pathlib import Path

import pytest

from shared.mongo import Database
from sunat_emitter.importacion import command
from tests.integration.test_sunat_import import BOLETA, business, state
from tests.support.comprobantes import EMISOR
from tests.support.foreign import Sale, pair


async def by_command(database: Database, place: Path, *more: str) -> int:
    parser = argparse.ArgumentParser()
    command.declare(parser.add_subparsers())
    given = parser.parse_args([command.NAME, str(place), *more])
    return await command.import_place(database, given, timedelta(days=3652))


async def test_the_command_takes_a_folder_and_tells_what_it_came_to(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deps = await business(database)
    folder = tmp_path / "2026"
    folder.mkdir()
    for name, content in {**pair(Sale()), **pair(BOLETA), "nada.xml": b"<nada/>"}.items():
        (folder / name).write_bytes(content)
    assert await by_command(database, folder, "--ruc", EMISOR.ruc) == command.SOME_LEFT
    said = capsys.readouterr().out
    assert "NO_IMPORTADO\tnada.xml" in said
    assert "importados: 2\n" in said
    assert "serie 01 F001: sigue con F001-89 (nueva)" in said
    assert await state(deps, Sale()) == "ACEPTADO"
    (folder / "nada.xml").unlink()
    assert await by_command(database, folder, "--ruc", EMISOR.ruc, "--json") == command.OK
    *files, sums = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert [each["resultado"] for each in files] == ["YA_ESTABA", "YA_ESTABA"]
    assert (sums["ya_estaban"], sums["importados"]) == (2, 0)


async def test_the_command_says_what_it_lacks(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await by_command(database, tmp_path, "--ruc", EMISOR.ruc) == command.UNUSABLE
    await business(database)
    assert await by_command(database, tmp_path, "--ruc", EMISOR.ruc) == command.UNUSABLE
    assert await by_command(database, tmp_path / "x", "--ruc", EMISOR.ruc) == command.UNUSABLE
    said = capsys.readouterr().err.splitlines()
    assert [
        part in line for part, line in zip(("configúrelo", "no hay ningún XML", "no existe"), said, strict=True)
    ] == [
        True,
        True,
        True,
    ]
