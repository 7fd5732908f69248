"""Notes: credit and debit on comprobantes that SUNAT has accepted."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shared.bus import Reply
from shared.contracts.sunat.emision import ComprobantesPage, IssueNota, ListNotas, NotaInput, ReadNota
from shared.contracts.sunat.emisores import Endpoint
from shared.contracts.sunat.values import TipoComprobante
from shared.errors import Refused, Unavailable
from sunat_emitter.catalogos.tablas import MOTIVO_NOTA_CREDITO, MOTIVO_NOTA_DEBITO
from sunat_emitter.deps import Deps
from sunat_emitter.documents.figures import figures
from sunat_emitter.documents.model import Comprobante, Cuota, Referencia
from sunat_emitter.documents.sale import Nota
from sunat_emitter.documents.taxes import IGV, TASA_IGV
from sunat_emitter.downloads import has_cdr, with_cdr
from sunat_emitter.emision import Order, emit, ready
from sunat_emitter.emisores import issuer_of
from sunat_emitter.series import choose_serie
from sunat_emitter.shown import show_comprobante
from sunat_emitter.store import SourceChanged, StoredComprobante
from sunat_emitter.ventas import check_currency, check_items, checked, digest_of, item_of, same_digest

_ATTEMPTS = 5
_CREDITO: TipoComprobante = "07"
_MOTIVOS: Mapping[str, Mapping[str, str]] = {
    tipo: {entry["codigo"]: entry["descripcion"] for entry in entries}
    for tipo, entries in (("07", MOTIVO_NOTA_CREDITO), ("08", MOTIVO_NOTA_DEBITO))
}
_LETTERS = {"01": "F", "03": "B"}
_LONGEST_MOTIVE = 500


async def issue_nota(call: IssueNota, deps: Deps) -> Reply:
    """Issue a note; where its key was used before, the note that was issued then.

    Raises:
        Refused: as the call says; no number was spent.
        Unavailable: it is not known whether it was issued; a repeat with the same key finds out.
    """
    nota, digest = call.nota, digest_of(call.nota)
    if nota.tipo_nota not in _MOTIVOS[nota.tipo]:
        raise Refused("MOTIVO_INVALIDO", f"El motivo {nota.tipo_nota} no existe en el catálogo")
    check_items(nota.items)
    for _ in range(_ATTEMPTS):
        if call.clave and (first := await deps.comprobantes.by_key(call.company, call.clave)):
            same_digest(first.digest, digest)
            return Reply(show_comprobante(first, cdr=await has_cdr(first, deps)))
        try:
            issued = await _issue(call, digest, deps)
        except SourceChanged:  # another note on the same comprobante was issued: look again whether this one fits
            continue
        same_digest(issued.digest or digest, digest)
        return Reply(show_comprobante(issued, cdr=False))
    raise Unavailable("too many notes on one comprobante")


async def _issue(call: IssueNota, digest: str, deps: Deps) -> StoredComprobante:
    nota = call.nota
    emisor = await issuer_of(call.company, deps)
    key = ready(emisor, deps.now(), deps)
    changed = await _referenced(call, emisor.sol_endpoint, deps)
    check_currency(nota.items, changed.documento.moneda)
    wanted = _note(nota, changed.documento)
    await _check_amount(nota, wanted, changed, deps)
    serie = await choose_serie(call.company, nota.tipo, _LETTERS[nota.comprobante_referencia.tipo], nota.serie, deps)
    order = Order(
        call.request_id,
        call.origin,
        emisor,
        nota.tipo,
        wanted,
        serie,
        referencia=changed.nombre_archivo,
        notes_seen=changed.notas,
        clave=call.clave,
        digest=digest,
        motivo=_motivo(nota),
        key=key,
    )
    return await emit(order, deps)


async def _referenced(call: IssueNota, ambiente: Endpoint, deps: Deps) -> StoredComprobante:
    wanted = call.nota.comprobante_referencia
    found = await deps.comprobantes.by_number(call.company, wanted.tipo, wanted.serie, wanted.numero)
    number = f"{wanted.serie}-{wanted.numero}"
    if found is None:
        raise Refused("COMPROBANTE_NO_ENCONTRADO", f"El comprobante {number} no existe")
    if found.ambiente != ambiente:
        raise Refused(
            "COMPROBANTE_NO_ACEPTADO",
            f"El comprobante {number} se emitió en {found.ambiente} y el emisor está ahora en {ambiente}",
        )
    if found.estado != "ACEPTADO":
        raise Refused(
            "COMPROBANTE_NO_ACEPTADO",
            f"El comprobante {number} está {found.estado}: solo se emiten notas sobre comprobantes aceptados",
        )
    if found.resumen is not None:
        _, _, identificador = found.resumen.partition("-")
        raise Refused(
            "COMPROBANTE_NO_ACEPTADO",
            f"El comprobante {number} está en {identificador}, que SUNAT aún no ha resuelto: espere su resultado",
        )
    return found


def _motivo(nota: NotaInput) -> str:
    return nota.motivo or _MOTIVOS[nota.tipo][nota.tipo_nota]


def _note(nota: NotaInput, changed: Comprobante) -> Nota:
    """The note as it is issued: the customer, currency and rate are those of the comprobante that it changes."""
    text = " - ".join(part for part in (_motivo(nota), nota.descripcion) if part)[:_LONGEST_MOTIVE]
    reference = nota.comprobante_referencia
    values: dict[str, Any] = {
        "cliente": changed.cliente,
        "items": tuple(item_of(position, each) for position, each in enumerate(nota.items)),
        "descuento_global": nota.descuento_global,
        "moneda": changed.moneda,
        "tasa_igv": _rate(changed),
        "cuotas": tuple(Cuota(monto=each.monto, vencimiento=each.fecha_vencimiento) for each in nota.cuotas),
        "observaciones": nota.observaciones,
        "referencia": Referencia(
            tipo=reference.tipo,
            serie=reference.serie,
            numero=reference.numero,
            motivo_codigo=nota.tipo_nota,
            motivo=text,
        ),
    }
    return checked(Nota, values)


def _rate(changed: Comprobante) -> Decimal:
    rates = (tax.tasa for line in changed.lineas for tax in line.tributos if tax.codigo == IGV)
    return next(rates, TASA_IGV)


async def _check_amount(nota: NotaInput, wanted: Nota, changed: StoredComprobante, deps: Deps) -> None:
    """All credit notes together may not take more than was charged."""
    if nota.tipo != _CREDITO:
        return
    credited, charged = await deps.comprobantes.noted(changed.company, changed.nombre_archivo)
    left = changed.documento.totales.total + charged - credited
    if figures(wanted).totales.total > left:
        raise Refused(
            "NOTA_EXCEDE_COMPROBANTE",
            f"La nota excede lo que queda del comprobante {changed.documento.numero_completo}: {left:.2f}",
            {"disponible": str(left)},
        )


async def read_nota(call: ReadNota, deps: Deps) -> Reply:
    """One note. Raises Refused: `NOTA_NO_ENCONTRADA`."""
    found = await deps.comprobantes.by_id(call.company, call.tipo, call.id)
    if found is None:
        raise Refused("NOTA_NO_ENCONTRADA", "La nota no existe")
    return Reply(show_comprobante(found, cdr=await has_cdr(found, deps)))


async def list_notas(call: ListNotas, deps: Deps) -> Reply:
    """Notes of a type, newest first."""
    wanted: dict[str, Any] = {"company": call.company, "tipo": call.tipo}
    if call.serie:
        wanted["serie"] = call.serie.upper()
    if call.fecha_desde or call.fecha_hasta:
        bounds = {"$gte": call.fecha_desde, "$lte": call.fecha_hasta}
        wanted["fecha_emision"] = {name: day.isoformat() for name, day in bounds.items() if day}
    if call.comprobante_referencia:
        serie, _, numero = call.comprobante_referencia.strip().upper().partition("-")
        wanted["documento.referencia.serie"] = serie
        if numero:
            wanted["documento.referencia.numero"] = int(numero) if numero.isdecimal() and numero.isascii() else -1
    found, total = await deps.comprobantes.page(wanted, (call.page - 1) * call.per_page, call.per_page)
    kept = await with_cdr(found, deps)
    shown = tuple(show_comprobante(each, cdr=each.nombre_archivo in kept) for each in found)
    return Reply(ComprobantesPage(comprobantes=shown, total=total))
