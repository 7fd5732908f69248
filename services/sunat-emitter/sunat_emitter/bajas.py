"""Voidings: facturas and their notes by RAs, boletas and theirs by RCs with lines of condition 3."""

from functools import partial

from shared.bus import Reply
from shared.contracts.sunat.resumenes import BajaInput, CreateBaja, ListBajas, ReadBaja
from shared.errors import Refused
from sunat_emitter.deps import Deps
from sunat_emitter.eleccion import ANULAR, today
from sunat_emitter.emision import ready
from sunat_emitter.emisores import issuer_of
from sunat_emitter.pedidos import (
    Deseado,
    Eleccion,
    Lista,
    Pedido,
    bounded,
    carry_out,
    choose_named,
    left_standing,
    marco_of,
)
from sunat_emitter.resumenes import page_of, show_all, with_siblings
from sunat_emitter.store import StoredEmisor
from sunat_emitter.ventas import digest_of

_INVALID = "BAJA_INVALIDA"


async def create_baja(call: CreateBaja, deps: Deps) -> Reply:
    """Have comprobantes voided; where its key was used before, what was made then.

    Raises:
        Refused: as the call says; nothing was made.
        Unavailable: it is not known what was made; a repeat finds out.
    """
    emisor = await issuer_of(call.company, deps)
    ready(emisor, deps.now(), deps)
    pedido = Pedido(call.request_id, call.origin, emisor, call.clave, digest_of(call.baja), baja=True)
    made = await carry_out(pedido, partial(_chosen, call.baja, emisor, deps), deps)
    return Reply(await show_all(made, deps))


async def _chosen(asked: BajaInput, emisor: StoredEmisor, deps: Deps, done: frozenset[str]) -> Eleccion:
    wanted = tuple(Deseado(each.tipo, each.serie, each.numero, ANULAR, each.motivo) for each in asked.comprobantes)
    chosen = await choose_named(Lista(wanted, marco_of(emisor, deps), _INVALID), emisor, done, deps)
    elegidos = tuple(elegido for _, elegido in chosen)
    return Eleccion(elegidos, bounded([*_about_day(asked, deps), *await left_standing(elegidos, emisor, deps)]))


def _about_day(asked: BajaInput, deps: Deps) -> tuple[str, ...]:
    day = today(deps.now())
    if asked.fecha_baja in {None, day}:
        return ()
    return (f"La baja lleva la fecha de hoy en Lima, {day.isoformat()}: SUNAT no admite otra",)


async def read_baja(call: ReadBaja, deps: Deps) -> Reply:
    """One RA, or RC of a voiding, with those that were made with it. Raises Refused: `BAJA_NO_ENCONTRADA`."""
    found = await deps.resumenes.by_ticket(call.company, call.ticket, {"baja": True})
    if found is None:
        raise Refused("BAJA_NO_ENCONTRADA", "No hay una comunicación de baja con ese ticket o identificador")
    return Reply(await with_siblings(found, deps))


async def list_bajas(call: ListBajas, deps: Deps) -> Reply:
    """RAs, and RCs of voidings, newest first."""
    return Reply(await page_of(call, {"baja": True}, "fecha_generacion", deps))
