"""Sales become comprobantes, once; and drafts again where SUNAT rejects them."""

from shared.bus import Reply
from shared.contracts.comprobantes import ComprobanteRejected
from shared.contracts.message import Event
from shared.contracts.sunat.emision import IssueComprobante, ReadComprobante
from shared.errors import Refused, Unavailable
from sunat_emitter.clientes import check_cliente, check_for_factura
from sunat_emitter.deps import Deps
from sunat_emitter.downloads import has_cdr
from sunat_emitter.emision import Order, emit, ready
from sunat_emitter.emisores import issuer_of
from sunat_emitter.series import choose_serie
from sunat_emitter.shown import show_comprobante
from sunat_emitter.store import SourceChanged, StoredComprobante, StoredVenta
from sunat_emitter.ventas import sale, standing, there

_ATTEMPTS = 5
FACTURA = "01"
_LETTERS = {FACTURA: "F", "03": "B"}
_EXPORTS = "02"
"""How codes of exports begin in catalog 51."""


async def issue_comprobante(call: IssueComprobante, deps: Deps) -> Reply:
    """Give a sale its comprobante. A sale that has one, and was not rejected, answers with it.

    Raises:
        Refused: as the call says; no number was spent.
        Unavailable: it is not known whether it was issued; a repeat finds out.
    """
    for _ in range(_ATTEMPTS):
        venta = there(await deps.ventas.find(call.company, call.venta_id))
        if venta.estado == "ANULADO":
            raise Refused("VENTA_ANULADA", "La venta está anulada")
        issued = await standing(venta, deps)
        if issued is None:
            venta = there(await deps.ventas.find(call.company, call.venta_id))
            try:
                issued = await _issue(call, venta, deps)
            except SourceChanged:  # somebody else was quicker
                continue
        else:
            _check_same(call, issued)
        return Reply(show_comprobante(issued, cdr=await has_cdr(issued, deps)))
    raise Unavailable("the sale kept changing")


def _check_same(call: IssueComprobante, issued: StoredComprobante) -> None:
    documento = issued.documento
    if documento.tipo != call.datos.tipo_comprobante or call.datos.serie not in {None, documento.serie}:
        raise Refused("VENTA_FACTURADA", f"La venta ya fue facturada con {documento.numero_completo}")


async def _issue(call: IssueComprobante, venta: StoredVenta, deps: Deps) -> StoredComprobante:
    emisor = await issuer_of(call.company, deps)
    key = ready(emisor, deps.now(), deps)
    tipo = call.datos.tipo_comprobante
    wanted = sale(venta.entrada, call.datos)
    check_cliente(venta.entrada.cliente)
    if tipo == FACTURA:
        check_for_factura(venta.entrada.cliente, export=wanted.tipo_operacion.startswith(_EXPORTS))
    serie = await choose_serie(call.company, tipo, _LETTERS[tipo], call.datos.serie, deps)
    order = Order(
        call.request_id,
        call.origin,
        emisor,
        tipo,
        wanted,
        serie,
        venta_id=venta.id,
        metodo_pago=call.datos.metodo_pago or venta.entrada.metodo_pago,
        key=key,
    )
    return await emit(order, deps)


async def read_comprobante(call: ReadComprobante, deps: Deps) -> Reply:
    """One comprobante. Raises Refused: `COMPROBANTE_NO_ENCONTRADO`."""
    found = await deps.comprobantes.find(call.nombre_archivo, call.company)
    if found is None:
        raise Refused("COMPROBANTE_NO_ENCONTRADO", "El comprobante no existe")
    return Reply(show_comprobante(found, cdr=await has_cdr(found, deps)))


async def reopen_venta(event: ComprobanteRejected, deps: Deps) -> list[Event]:
    """Make the sale of a rejected comprobante a draft again: its number is spent, it may have another."""
    rejected = await deps.comprobantes.find(event.nombre_archivo)
    if rejected is not None and rejected.venta_id is not None and rejected.estado == "RECHAZADO":
        await deps.ventas.reopen(rejected.company, rejected.venta_id, rejected.nombre_archivo, deps.now())
    return []
