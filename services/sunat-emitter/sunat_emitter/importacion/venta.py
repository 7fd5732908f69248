"""The sale behind a comprobante that was taken over, so that it stands in the list of sales like all others."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from shared.contracts.sunat.ventas import ItemShown, TotalesShown, VentaInput
from sunat_emitter.clock import LIMA
from sunat_emitter.documents.amounts import per_unit
from sunat_emitter.documents.model import Comprobante, Linea
from sunat_emitter.documents.taxes import AFECTACIONES, ICBPER, IGV
from sunat_emitter.store import StoredVenta
from sunat_emitter.store.ventas import VentaComprobante

_LONGEST_CODE, _LONGEST_TEXT, _UNSPSC = 30, 500, 8
_OPERATION = 4
"""Digits of catalog 51's codes."""


def venta(
    comprobante: Comprobante, company: str, *, ids: tuple[int, int], comprobante_id: int, now: datetime
) -> StoredVenta | None:
    """The sale; None where the API has no shape for it, as of one with more lines than a sale may have.

    Args:
        comprobante: What it became.
        company: The tenant.
        ids: The sale's id, and the first of its lines'.
        comprobante_id: The comprobante's.
        now: When it is taken over.
    """
    venta_id, first_item = ids
    issued = datetime.combine(comprobante.fecha_emision, comprobante.hora_emision, LIMA)
    try:
        given = VentaInput.model_validate(_given(comprobante))
    except ValidationError:
        return None
    return StoredVenta(
        id=venta_id,
        company=company,
        codigo_venta=f"VEN-{issued.year}-{venta_id:06d}",
        fecha=issued,
        estado="FACTURADO",
        cliente={**given.cliente.model_dump(), "nombre": comprobante.cliente.nombre or given.cliente.nombre},
        total=comprobante.totales.total,
        moneda=comprobante.moneda,
        comprobante=_became(comprobante, comprobante_id),
        entrada=given,
        items=tuple(
            _shown(first_item + position, line, item)
            for position, (line, item) in enumerate(zip(comprobante.lineas, given.items, strict=True))
        ),
        totales=_totals(comprobante),
        created_at=now,
        updated_at=now,
    )


def _became(comprobante: Comprobante, comprobante_id: int) -> VentaComprobante:
    return VentaComprobante(
        id=comprobante_id,
        tipo=comprobante.tipo,
        serie=comprobante.serie,
        numero=comprobante.numero,
        numero_completo=comprobante.numero_completo,
        nombre_archivo=comprobante.nombre_archivo,
    )


def _totals(comprobante: Comprobante) -> TotalesShown:
    totales = comprobante.totales
    return TotalesShown(
        subtotal=totales.subtotal,
        descuento_items=totales.descuento_items,
        descuento_global=totales.descuento_global,
        subtotal_neto=totales.subtotal_neto,
        igv=totales.igv + totales.ivap,
        total=totales.total,
        moneda=comprobante.moneda,
    )


def _given(comprobante: Comprobante) -> dict[str, Any]:
    cliente, rate = comprobante.cliente, _rate(comprobante)
    operation = comprobante.tipo_operacion
    return {
        "cliente": {
            "tipo_documento": cliente.tipo_documento,
            "numero_documento": cliente.numero_documento,
            "nombre": cliente.nombre or "-",
            "direccion": cliente.direccion[:200],
            "email": cliente.email[:254],
            "telefono": cliente.telefono[:50],
        },
        "items": tuple(_item(line) for line in comprobante.lineas),
        "descuento_global": comprobante.totales.descuento_global,
        "observaciones": comprobante.observaciones[:1000],
        "moneda": comprobante.moneda,
        "tasa_igv": rate,
        "tipo_operacion": operation if len(operation) == _OPERATION and operation.isdecimal() else None,
    }


def _rate(comprobante: Comprobante) -> Decimal | None:
    return next((tax.tasa for line in comprobante.lineas for tax in line.tributos if tax.codigo == IGV), None)


def _item(line: Linea) -> dict[str, Any]:
    own = line.tributos[0].afectacion if line.tributos else ""
    bags = sum(tax.bolsas or 0 for tax in line.tributos if tax.codigo == ICBPER)
    return {
        "codigo_producto": line.codigo[:_LONGEST_CODE],
        "codigo_sunat": line.codigo_sunat if len(line.codigo_sunat) == _UNSPSC else "",
        "descripcion": line.descripcion[:_LONGEST_TEXT],
        "unidad_medida": line.unidad,
        "cantidad": line.cantidad,
        "precio_unitario": line.precio_unitario if line.gratuita else per_unit(line.bruto, line.cantidad),
        "tipo_afectacion_igv": own if own in AFECTACIONES else "10",
        "descuento": line.descuento,
        "bolsas": bags,
    }


def _shown(item_id: int, line: Linea, item: Any) -> ItemShown:
    return ItemShown(
        id=item_id,
        **item.model_dump(include=set(ItemShown.model_fields)),
        subtotal=line.bruto,
        igv=line.igv,
        total=line.total,
    )
