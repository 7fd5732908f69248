"""Resúmenes diarios and comunicaciones de baja of every line kind, made of the shapes of `comprobantes`."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sunat_emitter.documents.figures import issue
from sunat_emitter.documents.model import Comprobante, TipoComprobante
from sunat_emitter.documents.summary import (
    AGREGAR,
    Baja,
    Condicion,
    LineaRA,
    LineaRC,
    Receptor,
    Referido,
    Resumen,
)
from tests.support.comprobantes import EMISOR, HOY, PERSONA, SALES, emision

AYER = HOY - timedelta(days=1)
_NOTES = ("credit note on a boleta", "debit note on a boleta")
_KINDS: Mapping[str, str] = {
    "taxed": "factura",
    "to nobody": "boleta to nobody",
    "exempt": "factura of an exempt line with a discount on all",
    "mixed": "factura of mixed affectations",
    "free alone": "factura of free lines alone",
    "with free lines": "factura with free lines",
    "export in dollars": "factura for export in dollars",
    "bags": "factura with bags",
    "at 10.5 percent": "factura at 10.5 percent",
    "milled rice": "factura of milled rice",
    "ISC": "factura with ISC on the value",
    "exempt with ISC": "factura with an exempt line with ISC",
    "global discount": "factura with a global discount",
}


def boleta(shape: str, numero: int = 1, fecha: date = AYER) -> Comprobante:
    """A boleta (or the note on one) of a kind of `LINES`."""
    if shape in _NOTES:
        venta, given = SALES[shape]
        return issue(venta, given.model_copy(update={"numero": numero, "fecha": fecha}))
    venta, _ = SALES[_KINDS[shape]]
    known = {"cliente": PERSONA} if venta.cliente.tipo_documento == "6" else {}
    return issue(venta.model_copy(update=known), emision("03", numero=numero).model_copy(update={"fecha": fecha}))


LINES = (*_KINDS, *_NOTES)
"""What is special about each kind of line."""


def linea(document: Comprobante, condicion: Condicion = AGREGAR) -> LineaRC:
    """The line of a boleta or of a note on one."""
    changed, cliente = document.referencia, document.cliente
    return LineaRC(
        tipo=document.tipo,
        serie=document.serie,
        numero=document.numero,
        condicion=condicion,
        receptor=Receptor(tipo_documento=cliente.tipo_documento, numero_documento=cliente.numero_documento),
        referencia=Referido(tipo=changed.tipo, serie=changed.serie, numero=changed.numero) if changed else None,
        moneda=document.moneda,
        totales=document.totales,
    )


def resumen(*lineas: LineaRC, **fields: Any) -> Resumen:
    """An RC made today of yesterday's documents."""
    given = {"correlativo": 1, "fecha_referencia": AYER, "fecha_generacion": HOY, "emisor": EMISOR}
    return Resumen(**{**given, "lineas": lineas, **fields})


def every_line(condicion: Condicion = AGREGAR) -> tuple[LineaRC, ...]:
    """A line of each kind."""
    return tuple(linea(boleta(shape, number), condicion) for number, shape in enumerate(LINES, 1))


def linea_baja(tipo: TipoComprobante = "01", serie: str = "F001", numero: int = 88, motivo: str = "ERROR") -> LineaRA:
    """A document to void."""
    return LineaRA(tipo=tipo, serie=serie, numero=numero, motivo=motivo)


def baja(lineas: Iterable[LineaRA] = (), **fields: Any) -> Baja:
    """An RA made today of yesterday's documents."""
    given = {"correlativo": 1, "fecha_referencia": AYER, "fecha_generacion": HOY, "emisor": EMISOR}
    return Baja(**{**given, "lineas": tuple(lineas) or (linea_baja(),), **fields})
