"""The `sunat-emitter` command: without arguments the service, else work on what it keeps."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from shared import mongo
from shared.service import run
from sunat_emitter import retiro
from sunat_emitter.app import SERVICE
from sunat_emitter.conciliacion import command as conciliacion
from sunat_emitter.held import list_held, send_again
from sunat_emitter.importacion import command as importacion
from sunat_emitter.nocturno import command as nocturno
from sunat_emitter.reportes import command as reportes
from sunat_emitter.settings import CommandSettings, ReconcileSettings
from sunat_emitter.store import DATABASE, Contadores, Emisores, StoredEmisor
from sunat_emitter.vault import Unsealable, Vault

SettingsT = TypeVar("SettingsT", bound=BaseSettings)

OK, SOME_LEFT, UNUSABLE = 0, 1, 2
_ATTEMPTS = 5


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the service, or one command and exit with its status: 0 done, 1 something was left as it is."""
    parser = argparse.ArgumentParser(prog="sunat-emitter", description="Without a command, run the service.")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("reseal", help="seal every secret with SUNAT_SEAL_KEY; SUNAT_OLD_SEAL_KEYS open them")
    commands.add_parser("held", help="list the comprobantes that are not sent again by themselves, and why")
    resend = commands.add_parser("resend", help="have comprobantes that are held back sent again")
    resend.add_argument("names", nargs="*", metavar="RUC-TT-SERIE-NUM", help="all that are held, where none is given")
    importacion.declare(commands)
    nocturno.declare(commands)
    retiro.declare(commands)
    conciliacion.declare(commands)
    reportes.declare(commands)
    given = parser.parse_args(arguments)
    if given.command is None:
        run(SERVICE)
        return
    settings = _settings(CommandSettings)
    work: Callable[[mongo.Database], Awaitable[int]]
    match given.command:
        case "reseal":
            work = partial(reseal, vault=settings.vault)
        case "held":
            work = list_held
        case reportes.NAME:
            work = partial(reportes.write_report, given=given)
        case conciliacion.NAME:
            work = partial(conciliacion.reconcile, given=given, settings=_settings(ReconcileSettings))
        case importacion.NAME:
            work = partial(importacion.import_place, given=given, file_time=settings.file_time)
        case nocturno.NAME:
            work = partial(nocturno.summarize_now, vault=settings.vault, given=given)
        case retiro.NAME:
            work = partial(retiro.withdraw_all, vault=settings.vault, given=given)
        case _:
            work = partial(send_again, names=given.names)
    sys.exit(asyncio.run(_on_database(settings.mongodb_url, work)))


def _settings(kind: type[SettingsT]) -> SettingsT:
    try:
        return kind()
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            sys.stderr.write(f"sunat-emitter: {str(problem['loc'][0]).upper()}: {problem['msg']}\n")
        raise SystemExit(UNUSABLE) from None


async def reseal(database: mongo.Database, vault: Vault) -> int:
    """Seal anew what an older key sealed; safe while the service runs. Says how many, names those that do not open."""
    emisores = Emisores(database, Contadores(database))
    done, bad = 0, 0
    for emisor in await emisores.all():
        try:
            done += await _reseal_one(emisor, emisores, vault)
        except Unsealable as error:
            sys.stderr.write(f"emisor {emisor.id}: {error}\n")
            bad += 1
    sys.stdout.write(f"reseal: {done} issuers resealed, {bad} left\n")
    return SOME_LEFT if bad else OK


async def _reseal_one(emisor: StoredEmisor | None, emisores: Emisores, vault: Vault) -> bool:
    for _ in range(_ATTEMPTS):
        if emisor is None or not (values := _resealed(emisor, vault)):
            return False
        if await emisores.reseal(emisor, values):
            return True
        emisor = await emisores.find(emisor.id)  # changed meanwhile
    raise Unsealable("it kept changing")


def _resealed(emisor: StoredEmisor, vault: Vault) -> dict[str, str]:
    places = {"sol_clave": (emisor.sol_clave, emisor.clave_place)}
    if emisor.certificado is not None:
        places["certificado.sellado"] = (emisor.certificado.sellado, emisor.certificado_place)
    return {
        field: vault.seal(vault.open(sealed, place), place)
        for field, (sealed, place) in places.items()
        if sealed is not None and not vault.is_current(sealed)
    }


async def _on_database(url: str, work: Callable[[mongo.Database], Awaitable[int]]) -> int:
    client = mongo.connect(url, app="sunat-emitter-command")
    try:
        return await work(mongo.database(client, DATABASE))
    finally:
        await client.close()
