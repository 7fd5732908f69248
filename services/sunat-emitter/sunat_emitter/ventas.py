"""Sales: made, listed, shown, annulled. Their figures are those that the comprobante will have."""

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError

from shared.bus import Reply
from shared.contracts.message import Contract
from shared.contracts.sunat.emision import FacturarInput
from shared.contracts.sunat.ventas import (
    AnnulVenta,
    ComprobanteOfVenta,
    CreateVenta,
    ItemInput,
    ItemShown,
    ListVentas,
    ReadVenta,
    TotalesShown,
    VentaInput,
    VentaRow,
    VentaShown,
    VentasPage,
)
from shared.errors import Refused
from sunat_emitter.catalogos.tablas import MONEDA, UNIDAD_MEDIDA
from sunat_emitter.clientes import check_cliente
from sunat_emitter.clock import LIMA, end_of_day, start_of_day
from sunat_emitter.deps import Deps
from sunat_emitter.documents.figures import Figures, figures
from sunat_emitter.documents.model import Cliente, Cuota
from sunat_emitter.documents.sale import DetraccionPedida, Item, Venta
from sunat_emitter.documents.taxes import AFECTACIONES, EXPORTACION, TASA_IGV, TASAS_IGV
from sunat_emitter.downloads import has_cdr
from sunat_emitter.shown import show_comprobante
from sunat_emitter.store import StoredComprobante, StoredVenta
from sunat_emitter.store.ventas import VentaHead, filters

_UNITS = frozenset(entry["codigo"] for entry in UNIDAD_MEDIDA)
_CURRENCIES = frozenset(entry["codigo"] for entry in MONEDA)
EXPORT_OPERATION = "0200"
"""Catalog 51: export of goods."""


async def create_venta(call: CreateVenta, deps: Deps) -> Reply:
    """A new draft; where its key was used before, the sale that was made then.

    Raises:
        Refused: `VENTA_INVALIDA`, `CLIENTE_INVALIDO`, `CLAVE_REUTILIZADA`, and what the figures refuse.
    """
    given = call.venta
    digest = digest_of(given)
    if call.clave and (first := await deps.ventas.by_key(call.company, call.clave)):
        return Reply(_repeated(first, digest))
    check_cliente(given.cliente)
    check_items(given.items)
    if given.moneda not in _CURRENCIES:
        raise Refused("VENTA_INVALIDA", f"La moneda {given.moneda} no existe en el catálogo", {"campo": "moneda"})
    check_currency(given.items, given.moneda)
    found = figures(sale(given))
    venta_id, first_item = await deps.ventas.new_ids(call.company, len(given.items))
    now = deps.now()
    venta = StoredVenta(
        id=venta_id,
        company=call.company,
        codigo_venta=f"VEN-{now.astimezone(LIMA).year}-{venta_id:06d}",
        fecha=now,
        estado="PENDIENTE",
        cliente=given.cliente.model_dump(),
        total=found.totales.total,
        moneda=given.moneda,
        entrada=given,
        items=_items(given, found, first_item),
        totales=_totals(found, given.moneda),
        documento_origen=call.documento_origen,
        digest=digest if call.clave else None,
        created_at=now,
        updated_at=now,
    )
    stored = await deps.ventas.insert(venta, call.clave)
    return Reply(_repeated(stored, digest) if stored is not venta else show(stored))


async def list_ventas(call: ListVentas, deps: Deps) -> Reply:
    """Sales, newest first."""
    since = start_of_day(call.fecha_desde) if call.fecha_desde else None
    until = end_of_day(call.fecha_hasta) if call.fecha_hasta else None
    wanted = filters(call, since, until)
    found, total = await deps.ventas.page(wanted, (call.page - 1) * call.per_page, call.per_page)
    return Reply(VentasPage(ventas=tuple(_row(each) for each in found), total=total))


async def read_venta(call: ReadVenta, deps: Deps) -> Reply:
    """One sale. Raises Refused: `VENTA_NO_ENCONTRADA`."""
    venta = there(await deps.ventas.find(call.company, call.id))
    issued = await deps.comprobantes.find(venta.comprobante.nombre_archivo) if venta.comprobante else None
    if issued is None:
        return Reply(show(venta))
    comprobante = show_comprobante(issued, cdr=await has_cdr(issued, deps))
    return Reply(show(venta).model_copy(update={"comprobante": comprobante}))


async def annul_venta(call: AnnulVenta, deps: Deps) -> Reply:
    """Annul a draft. Raises Refused: `VENTA_NO_ENCONTRADA`, `VENTA_FACTURADA`."""
    venta = there(await deps.ventas.annul(call.company, call.id, call.motivo, deps.now()))
    if venta.estado == "FACTURADO" and await standing(venta, deps) is None:
        venta = there(await deps.ventas.annul(call.company, call.id, call.motivo, deps.now()))
    if venta.estado == "FACTURADO":
        raise Refused(
            "VENTA_FACTURADA",
            "No se puede anular una venta facturada. Debe emitir una Nota de Crédito o Comunicación de Baja.",
        )
    return Reply(show(venta))


async def standing(venta: StoredVenta, deps: Deps) -> StoredComprobante | None:
    """The comprobante that a sale has. One that SUNAT rejected makes the sale a draft again, if nobody did so yet."""
    if venta.comprobante is None:
        return None
    issued = await deps.comprobantes.find(venta.comprobante.nombre_archivo)
    if issued is None or issued.estado != "RECHAZADO":
        return issued
    await deps.ventas.reopen(venta.company, venta.id, issued.nombre_archivo, deps.now())
    return None


def sale(given: VentaInput, how: FacturarInput | None = None) -> Venta:
    """A sale as it is issued, with what was said when it was invoiced.

    Raises:
        Refused: `VENTA_INVALIDA`: a value that no comprobante can have.
    """
    detraccion = how.detraccion if how else None
    cuotas = [Cuota(monto=each.monto, vencimiento=each.fecha_vencimiento) for each in (how.cuotas if how else ())]
    values = {
        "cliente": Cliente.model_validate(given.cliente.model_dump()),
        "items": tuple(item_of(position, each) for position, each in enumerate(given.items)),
        "descuento_global": given.descuento_global,
        "moneda": given.moneda,
        "tasa_igv": rate_of(given),
        "tipo_operacion": given.tipo_operacion or _operation(given),
        "fecha_vencimiento": how.fecha_vencimiento if how else None,
        "cuotas": tuple(cuotas),
        "detraccion": DetraccionPedida.model_validate(detraccion.model_dump()) if detraccion else None,
        "observaciones": (how.observaciones if how else "") or given.observaciones,
        "orden_compra": how.orden_compra if how else "",
        "guias": how.guias if how else (),
    }
    return checked(Venta, values)


ContractT = TypeVar("ContractT", bound=Contract)


_SAID = {"less_than_equal": "debe ser {le} o menos", "value_error": "{error}"}


def checked(model: type[ContractT], values: dict[str, Any], within: str = "") -> ContractT:
    """A domain model, which is part of what stands at `within`.

    Raises:
        Refused: `VENTA_INVALIDA` with the first thing that is wrong.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in (*([within] if within else ()), *problem["loc"]))
        said = _SAID.get(problem["type"], "no es válido").format_map(problem.get("ctx", {}))
        raise Refused("VENTA_INVALIDA", f"{place}: {said}".lstrip(": "), {"campo": place}) from None


def item_of(position: int, given: ItemInput) -> Item:
    """A line as it is issued. Raises Refused: `VENTA_INVALIDA`."""
    return checked(Item, given.model_dump(), f"items.{position}")


def check_items(items: Sequence[ItemInput]) -> None:
    """Codes of catalogues. Raises Refused: `VENTA_INVALIDA` naming the line."""
    for position, item in enumerate(items):
        if item.tipo_afectacion_igv not in AFECTACIONES:
            _bad_item(position, "tipo_afectacion_igv", f"{item.tipo_afectacion_igv} no existe en el catálogo 07")
        if item.unidad_medida not in _UNITS:
            _bad_item(position, "unidad_medida", f"{item.unidad_medida} no existe en el catálogo 03")


def check_currency(items: Sequence[ItemInput], moneda: str) -> None:
    """Taxes of a fixed amount, which the law names in soles. Raises Refused: `VENTA_INVALIDA` naming the line."""
    if moneda == "PEN":
        return
    for position, item in enumerate(items):
        if item.bolsas:
            _bad_item(position, "bolsas", "el ICBPER se fija en soles: venda las bolsas en PEN")
        if item.isc and item.isc.sistema == "02":
            _bad_item(position, "isc", "el ISC de monto fijo se fija en soles: venda el ítem en PEN")


def _bad_item(position: int, field: str, what: str) -> NoReturn:
    place = f"items.{position}.{field}"
    raise Refused("VENTA_INVALIDA", f"{place}: {what}", {"campo": place})


def rate_of(given: VentaInput) -> Decimal:
    """Percent of IGV. Raises Refused: `VENTA_INVALIDA`."""
    rate = TASA_IGV if given.tasa_igv is None else given.tasa_igv
    if rate not in TASAS_IGV:
        raise Refused("VENTA_INVALIDA", f"tasa_igv: {rate} no es una tasa del IGV", {"campo": "tasa_igv"})
    return rate


def _operation(given: VentaInput) -> str:
    exports = all(AFECTACIONES[item.tipo_afectacion_igv].tributo == EXPORTACION for item in given.items)
    return EXPORT_OPERATION if exports else "0101"


def digest_of(given: Contract) -> str:
    """What makes two requests with one idempotency key the same."""
    return hashlib.sha256(given.model_dump_json().encode()).hexdigest()


def same_digest(stored: str | None, digest: str) -> None:
    """Raises Refused: `CLAVE_REUTILIZADA`."""
    if stored != digest:
        raise Refused("CLAVE_REUTILIZADA", "La clave Idempotency-Key ya se usó con otros datos: use una clave nueva")


def there(venta: StoredVenta | None) -> StoredVenta:
    """The sale. Raises Refused: `VENTA_NO_ENCONTRADA`."""
    if venta is None:
        raise Refused("VENTA_NO_ENCONTRADA", "La venta no existe")
    return venta


def _repeated(first: StoredVenta, digest: str) -> VentaShown:
    same_digest(first.digest, digest)
    return show(first)


def _items(given: VentaInput, found: Figures, first_id: int) -> tuple[ItemShown, ...]:
    return tuple(
        ItemShown(
            id=first_id + position,
            **item.model_dump(include=set(ItemShown.model_fields)),
            subtotal=line.bruto,
            igv=line.igv,
            total=line.total,
        )
        for position, (item, line) in enumerate(zip(given.items, found.lineas, strict=True))
    )


def _totals(found: Figures, moneda: str) -> TotalesShown:
    totals = found.totales
    return TotalesShown(
        subtotal=totals.subtotal,
        descuento_items=totals.descuento_items,
        descuento_global=totals.descuento_global,
        subtotal_neto=totals.subtotal_neto,
        igv=totals.igv + totals.ivap,
        total=totals.total,
        moneda=moneda,
    )


def show(venta: StoredVenta) -> VentaShown:
    """A sale as the API shows it."""
    given = venta.entrada
    return VentaShown(
        **venta.model_dump(include={"id", "codigo_venta", "fecha", "estado", "motivo_anulacion", "documento_origen"}),
        cliente=given.cliente,
        items=venta.items,
        totales=venta.totales,
        metodo_pago=given.metodo_pago,
        observaciones=given.observaciones,
        comprobante=None,
        created_at=venta.created_at,
        updated_at=venta.updated_at,
    )


def _row(venta: VentaHead) -> VentaRow:
    return VentaRow(
        **venta.model_dump(include={"id", "codigo_venta", "fecha", "estado", "total", "moneda", "cliente"}),
        comprobante=ComprobanteOfVenta(**became.model_dump()) if (became := venta.comprobante) else None,
    )
