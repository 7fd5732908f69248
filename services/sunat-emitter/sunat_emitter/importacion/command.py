"""The command `sunat-emitter import`: a folder or a zip on disk, of any size, told file by file as it goes."""

import argparse
import json
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from shared import mongo
from shared.contracts.sunat.importaciones import ArchivoImportado, SerieContinuada
from sunat_emitter.clock import utc_now
from sunat_emitter.importacion.books import Books
from sunat_emitter.importacion.pairs import Broken, Pair, in_place, pairs
from sunat_emitter.importacion.rows import Into
from sunat_emitter.importacion.run import Importing
from sunat_emitter.store import INDEXES, Contadores, Emisores, StoredEmisor

if TYPE_CHECKING:
    from argparse import _SubParsersAction

NAME = "import"
OK, SOME_LEFT, UNUSABLE = 0, 1, 2
_TOLD_EVERY = 5.0
"""Seconds between two words on how far it is."""


def declare(commands: "_SubParsersAction[argparse.ArgumentParser]") -> None:
    """What the command is called with."""
    parser = commands.add_parser(NAME, help="take over XMLs and CDRs that another system issued; again changes nothing")
    parser.add_argument("place", type=Path, metavar="FOLDER|ZIP", help="with RUC-TT-SERIE-NUM.xml and R-….zip")
    parser.add_argument("--ruc", required=True, help="of the issuer; it must be set up")
    parser.add_argument("--company", help="where several accounts have that RUC: which, as in its token")
    parser.add_argument("--ambiente", choices=("beta", "prod"), help="which SUNAT had them; else the issuer's own")
    parser.add_argument("--json", action="store_true", help="a JSON line for each file, then one with the sums")
    parser.add_argument("--all", action="store_true", help="tell also of what was imported without a remark")


async def import_place(database: mongo.Database, given: argparse.Namespace, file_time: timedelta) -> int:
    """Take over what is there. 0: all of it; 1: something was not imported; 2: nothing could be begun."""
    emisor = await _issuer(database, given)
    if emisor is None:
        return UNUSABLE
    try:
        found = pairs(in_place(given.place))
    except (Broken, OSError) as error:
        return _unusable(str(error))
    if not found:
        return _unusable(f"en {given.place} no hay ningún XML ni constancia (R-….zip, R-….xml)")
    await mongo.ensure_indexes(database, INDEXES)
    into = Into(emisor, given.ambiente or emisor.sol_endpoint, uuid.uuid4().hex, utc_now(), file_time)
    importing = Importing(Books.over(database), into)
    await _tell_all(importing, found, given)
    _close(importing, given)
    return SOME_LEFT if importing.counts["NO_IMPORTADO"] else OK


async def _issuer(database: mongo.Database, given: argparse.Namespace) -> StoredEmisor | None:
    """The one that is meant; None, and said why, where it is not one."""
    everyone = await Emisores(database, Contadores(database)).all()
    found = [each for each in everyone if each.ruc == given.ruc and given.company in {None, each.company}]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(each.company for each in found)
        _unusable(f"varias cuentas tienen el RUC {given.ruc}: elija una con --company ({names})")
    else:
        _unusable(f"no hay un emisor con el RUC {given.ruc}: configúrelo primero (PUT /api/facturacion/emisor)")
    return None


def _unusable(why: str) -> int:
    sys.stderr.write(f"sunat-emitter import: {why}\n")
    return UNUSABLE


async def _tell_all(importing: Importing, found: list[Pair], given: argparse.Namespace) -> None:
    done, since = 0, time.monotonic()
    async for told in importing.run(found):
        done += 1
        if given.json:
            sys.stdout.write(f"{told.model_dump_json()}\n")
        elif given.all or told.motivo or told.advertencias:
            sys.stdout.write(f"{_line(told)}\n")
        if time.monotonic() - since >= _TOLD_EVERY:
            since = time.monotonic()
            sys.stderr.write(f"{done} de {len(found)}\n")


def _line(told: ArchivoImportado) -> str:
    said = "; ".join(each for each in (told.motivo, *told.advertencias) if each)
    return "\t".join((told.resultado, told.archivo, told.documento or "", told.estado_sunat or "", said))


def _close(importing: Importing, given: argparse.Namespace) -> None:
    """The sums, and where each series goes on."""
    counts, series = importing.counts, importing.continued.told.values()
    names = {
        "importados": "IMPORTADO",
        "actualizados": "ACTUALIZADO",
        "ya_estaban": "YA_ESTABA",
        "no_importados": "NO_IMPORTADO",
    }
    if given.json:
        sums = {name: counts[which] for name, which in names.items()}
        shown = [each.model_dump(mode="json") for each in series]
        sys.stdout.write(f"{json.dumps({**sums, 'series': shown}, ensure_ascii=False)}\n")
        return
    sys.stdout.write("".join(f"{name.replace('_', ' ')}: {counts[which]}\n" for name, which in names.items()))
    sys.stdout.write("".join(f"{_shown(each)}\n" for each in series))


def _shown(serie: SerieContinuada) -> str:
    how = "nueva" if serie.creada else f"antes {serie.correlativo_anterior}"
    return f"serie {serie.tipo_comprobante} {serie.serie}: sigue con {serie.proximo_numero} ({how})"
