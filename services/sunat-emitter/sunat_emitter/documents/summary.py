"""What a resumen diario (RC) and a comunicación de baja (RA) say: the documents of one day, a line each. Pure figures.

Both are made out of comprobantes as they were issued, never out of what somebody says that they come to.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from shared.contracts.message import Contract
from sunat_emitter.documents.model import Comprobante, Emisor, Tributo
from sunat_emitter.documents.taxes import IGV, TASA_IGV
from sunat_emitter.documents.text import Text

Condicion = Literal["1", "2", "3"]
"""Catalog 19: what is done with the document."""
AGREGAR: Condicion = "1"
MODIFICAR: Condicion = "2"
ANULAR: Condicion = "3"
MOST_LINES = 500
"""Of one RC or RA (0158)."""
IDENTIFIED_ABOVE = Decimal(700)
"""A line with a larger total names its customer (2514)."""
_NOBODY = "-"
_NONE = Decimal(0)


class Receptor(Contract):
    """The customer of a boleta, by the document that names him (catalog 06)."""

    tipo_documento: str
    numero_documento: Text


class Referido(Contract):
    """The document that a note changes."""

    tipo: str
    serie: str
    numero: int


class LineaResumen(Contract):
    """A boleta, or a note on one. Amounts of two decimals in the document's currency."""

    tipo: str
    """Catalog 01: 03, 07, 08."""
    serie: str
    numero: int
    condicion: Condicion = AGREGAR
    receptor: Receptor | None = None
    """None only where nobody was named, and the total does not ask for a name."""
    referencia: Referido | None = None
    """Of a note."""
    moneda: str = "PEN"
    total: Decimal
    gravado: Decimal = _NONE
    """What is sold with IGV or IVAP, before ISC."""
    exonerado: Decimal = _NONE
    inafecto: Decimal = _NONE
    exportacion: Decimal = _NONE
    gratuito: Decimal = _NONE
    igv: Decimal = _NONE
    tasa_igv: Decimal = TASA_IGV
    """Percent."""
    ivap: Decimal = _NONE
    isc: Decimal = _NONE
    icbper: Decimal = _NONE
    otros_tributos: Decimal = _NONE
    otros_cargos: Decimal = _NONE

    @property
    def numero_completo(self) -> str:
        """`B001-150`."""
        return f"{self.serie}-{self.numero}"


class LineaBaja(Contract):
    """A factura, or a note on one, that is to be voided."""

    tipo: str
    """Catalog 01: 01, 07, 08."""
    serie: str
    numero: int
    motivo: Text

    @property
    def numero_completo(self) -> str:
        """`F001-88`."""
        return f"{self.serie}-{self.numero}"


class _Envio(Contract):
    """What both have."""

    correlativo: int = Field(ge=1, le=99_999)
    """Of the issuer, the class and the day of generation."""
    fecha_referencia: date
    """When its documents were issued, all the same day."""
    fecha_generacion: date
    """By the clock of Lima; the date in its name."""
    emisor: Emisor


class Resumen(_Envio):
    """An RC."""

    lineas: tuple[LineaResumen, ...]

    @property
    def identificador(self) -> str:
        """`RC-20251013-001`."""
        return identificador("RC", self.fecha_generacion, self.correlativo)


class Baja(_Envio):
    """An RA."""

    lineas: tuple[LineaBaja, ...]

    @property
    def identificador(self) -> str:
        """`RA-20251013-001`."""
        return identificador("RA", self.fecha_generacion, self.correlativo)


def identificador(clase: Literal["RC", "RA"], fecha: date, correlativo: int) -> str:
    """The id in the XML and in the file's name: three digits, or more where they do not do (up to five are allowed)."""
    return f"{clase}-{fecha:%Y%m%d}-{correlativo:03d}"


def linea_resumen(comprobante: Comprobante, condicion: Condicion = AGREGAR) -> LineaResumen:
    """The line of a boleta or of a note on one, as it was issued."""
    totales, cliente, changed = comprobante.totales, comprobante.cliente, comprobante.referencia
    named = _NOBODY not in {cliente.tipo_documento, cliente.numero_documento}
    return LineaResumen(
        tipo=comprobante.tipo,
        serie=comprobante.serie,
        numero=comprobante.numero,
        condicion=condicion,
        receptor=Receptor(tipo_documento=cliente.tipo_documento, numero_documento=cliente.numero_documento)
        if named or totales.total > IDENTIFIED_ABOVE
        else None,
        referencia=None if changed is None else Referido(tipo=changed.tipo, serie=changed.serie, numero=changed.numero),
        moneda=comprobante.moneda,
        total=totales.total,
        gravado=totales.gravado + totales.ivap_base,
        exonerado=totales.exonerado,
        inafecto=totales.inafecto,
        exportacion=totales.exportacion,
        gratuito=totales.gratuito,
        igv=totales.igv,
        tasa_igv=_rate(tax for linea in comprobante.lineas for tax in linea.tributos),
        ivap=totales.ivap,
        isc=totales.isc,
        icbper=totales.icbper,
        otros_tributos=totales.otros_tributos,
        otros_cargos=totales.otros_cargos,
    )


def linea_baja(comprobante: Comprobante, motivo: str) -> LineaBaja:
    """The line of a factura or of a note on one, and why it is voided."""
    return LineaBaja(tipo=comprobante.tipo, serie=comprobante.serie, numero=comprobante.numero, motivo=motivo)


def _rate(tributos: Iterable[Tributo]) -> Decimal:
    """Percent of the document's IGV, which is one (3462)."""
    return next((tax.tasa for tax in tributos if tax.codigo == IGV), TASA_IGV)
