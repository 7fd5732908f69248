"""Daily summaries (RC): made of a list or of all that is pending of a day, read, listed."""

from decimal import Decimal
from functools import partial

from shared.bus import Reply
from shared.contracts.sunat.resumenes import (
    MAX_COMPROBANTES,
    CreateResumen,
    LineaInput,
    LineaShown,
    ListResumenes,
    ReadResumen,
    ResumenesFilter,
    ResumenesPage,
    ResumenesShown,
    ResumenInput,
    ResumenShown,
)
from shared.errors import Refused
from sunat_emitter.deps import Deps
from sunat_emitter.downloads import cdr_name
from sunat_emitter.eleccion import ADICIONAR, Elegido, today
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
from sunat_emitter.store import StoredEmisor, StoredResumen
from sunat_emitter.store.informables import Informable
from sunat_emitter.store.resumenes import RC
from sunat_emitter.ventas import digest_of

_INVALID = "RESUMEN_INVALIDO"


async def create_resumen(call: CreateResumen, deps: Deps) -> Reply:
    """Put comprobantes into RCs; where its key was used before, what was made then.

    Raises:
        Refused: as the call says; nothing was made.
        Unavailable: it is not known what was made; a repeat finds out.
    """
    emisor = await issuer_of(call.company, deps)
    ready(emisor, deps.now(), deps)
    if call.resumen.fecha > today(deps.now()):
        raise Refused("FECHA_INVALIDA", f"La fecha {call.resumen.fecha.isoformat()} aún no llega en Lima")
    digest = digest_of(call.resumen)
    pedido = Pedido(call.request_id, call.origin, emisor, call.clave, digest)
    listed = bool(call.resumen.comprobantes)
    choose = partial(_chosen if listed else _pending, call.resumen, emisor, deps)
    made = await carry_out(pedido, choose, deps, whole_day=not listed)
    if not made:
        day = call.resumen.fecha.isoformat()
        raise Refused("SIN_COMPROBANTES", f"No hay boletas ni notas del {day} que esperen un resumen diario")
    return Reply(await show_all(made, deps))


async def _pending(asked: ResumenInput, emisor: StoredEmisor, deps: Deps, done: frozenset[str]) -> Eleccion:
    del done  # what is in a summary is not pending
    found = await deps.informables.pending(emisor.id, emisor.sol_endpoint, asked.fecha, MAX_COMPROBANTES)
    return Eleccion(tuple(Elegido(each, ADICIONAR) for each in found))


async def _chosen(asked: ResumenInput, emisor: StoredEmisor, deps: Deps, done: frozenset[str]) -> Eleccion:
    lines = {(str(each.tipo), each.serie, each.numero): each for each in asked.comprobantes}
    wanted = tuple(
        Deseado(each.tipo, each.serie, each.numero, each.estado, each.motivo or None) for each in asked.comprobantes
    )
    lista = Lista(wanted, marco_of(emisor, deps, asked.fecha), _INVALID)
    chosen = await choose_named(lista, emisor, done, deps)
    told = [
        line
        for each, elegido in chosen
        for line in differences(lines[each.tipo, each.serie, each.numero], elegido.comprobante)
    ]
    elegidos = tuple(elegido for _, elegido in chosen)
    return Eleccion(elegidos, bounded([*await left_standing(elegidos, emisor, deps), *told]))


def differences(line: LineaInput, found: Informable) -> list[str]:
    """What the client said of a comprobante and was not issued so; SUNAT is told what was issued."""
    documento, number = found.documento, found.numero_completo
    issued_tax = documento.totales.igv + documento.totales.ivap
    pairs: tuple[tuple[str, Decimal | int | str | None, Decimal | int | str], ...] = (
        ("id", line.id, found.id),
        ("total", line.total, documento.totales.total),
        ("igv", line.igv, issued_tax),
        ("moneda", line.moneda and line.moneda.upper(), documento.moneda),
        ("cliente_tipo_doc", line.cliente_tipo_doc, documento.cliente.tipo_documento),
        ("cliente_num_doc", line.cliente_num_doc, documento.cliente.numero_documento),
    )
    return [
        f"{number}: {name} enviado {given}, emitido {issued}; se informa lo emitido"
        for name, given, issued in pairs
        if given is not None and given != issued
    ]


async def read_resumen(call: ReadResumen, deps: Deps) -> Reply:
    """One RC with those that were made with it. Raises Refused: `RESUMEN_NO_ENCONTRADO`."""
    found = await deps.resumenes.by_ticket(call.company, call.ticket, {"clase": RC})
    if found is None:
        raise Refused("RESUMEN_NO_ENCONTRADO", "No hay un resumen diario con ese ticket o identificador")
    return Reply(await with_siblings(found, deps))


async def list_resumenes(call: ListResumenes, deps: Deps) -> Reply:
    """RCs, newest first."""
    return Reply(await page_of(call, {"clase": RC}, "fecha_referencia", deps))


async def with_siblings(found: StoredResumen, deps: Deps) -> ResumenesShown:
    """An RC or RA first, then those that the same request made."""
    together = await deps.resumenes.of_request(found.company, found.pedido)
    others = [each for each in together if each.nombre_archivo != found.nombre_archivo]
    return await show_all([found, *others], deps)


async def page_of(call: ResumenesFilter, among: dict[str, object], day: str, deps: Deps) -> ResumenesPage:
    """A page of those among which it is asked; `day` is the field that its days are about."""
    wanted: dict[str, object] = {"company": call.company, **among}
    if call.estado:
        wanted["estado"] = call.estado
    if call.fecha_desde or call.fecha_hasta:
        bounds = {"$gte": call.fecha_desde, "$lte": call.fecha_hasta}
        wanted[day] = {name: each.isoformat() for name, each in bounds.items() if each}
    found, total = await deps.resumenes.page(wanted, (call.page - 1) * call.per_page, call.per_page)
    kept = await _with_cdr(found, deps)
    return ResumenesPage(resumenes=tuple(show(each, cdr=each.nombre_archivo in kept) for each in found), total=total)


async def show_all(found: list[StoredResumen], deps: Deps) -> ResumenesShown:
    """Parts of a request as the API shows them."""
    kept = await _with_cdr(found, deps)
    partes = tuple(show(each, cdr=each.nombre_archivo in kept) for each in found)
    told = tuple(line for each in found for line in each.advertencias)
    return ResumenesShown(partes=partes, advertencias=told)


async def _with_cdr(found: list[StoredResumen], deps: Deps) -> frozenset[str]:
    names = {cdr_name(each.nombre_archivo): each.nombre_archivo for each in found if each.codigo_sunat}
    kept = await deps.archivos.among(list(names)) if names else []
    return frozenset(names[name] for name in kept)


def show(stored: StoredResumen, *, cdr: bool) -> ResumenShown:
    """An RC or RA as the API shows it; what SUNAT decided is shown once its comprobantes stand accordingly."""
    open_still = stored.estado == "PENDIENTE"
    said = {"codigo_sunat": None, "mensaje_sunat": None, "fecha_procesamiento": None} if open_still else {}
    values = (
        stored.model_dump(include=set(ResumenShown.model_fields) - {"lineas", "observaciones", "fuera_de_plazo"}) | said
    )
    late = stored.fuera_de_plazo if stored.ticket is None else None
    return ResumenShown(
        **values,
        cantidad_comprobantes=stored.cantidad,
        observaciones=() if open_still else stored.observaciones,
        fuera_de_plazo=late.que_hacer if late is not None and open_still else None,
        firmado=stored.hash is not None,
        tiene_cdr=cdr and not open_still,
        lineas=tuple(
            LineaShown(
                **line.model_dump(include=set(LineaShown.model_fields)),
                total=line.totales.total,
                igv=line.totales.igv + line.totales.ivap,
            )
            for line in stored.lineas
        ),
    )
