"""What a resumen diario (RC) and a comunicación de baja (RA) say: the documents of one day, a line each. Pure figures.

Both are made out of comprobantes as they were issued, never out of what somebody says that they come to.
"""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from shared.contracts.message import Contract
from sunat_emitter.documents.model import Emisor, Totales
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


class Receptor(Contract):
    """The customer of a boleta, by the document that names him (catalog 06)."""

    tipo_documento: str
    numero_documento: Text


class Referido(Contract):
    """The document that a note changes."""

    tipo: str
    serie: str
    numero: int


class LineaRC(Contract):
    """A boleta, or a note on one."""

    tipo: str
    """Catalog 01: 03, 07, 08."""
    serie: str
    numero: int
    condicion: Condicion = AGREGAR
    receptor: Receptor | None = None
    referencia: Referido | None = None
    """Of a note."""
    moneda: str = "PEN"
    totales: Totales
    """As they were issued."""

    @property
    def numero_completo(self) -> str:
        """`B001-150`."""
        return f"{self.serie}-{self.numero}"

    @property
    def gravado(self) -> Decimal:
        """What is sold with IGV or with IVAP, before ISC."""
        return self.totales.gravado + self.totales.ivap_base

    @property
    def nombrado(self) -> Receptor | None:
        """The customer where the line shows one: he is known, or the total asks for a name."""
        known = self.receptor is not None and _NOBODY not in {
            self.receptor.tipo_documento,
            self.receptor.numero_documento,
        }
        return self.receptor if known or self.totales.total > IDENTIFIED_ABOVE else None


class LineaRA(Contract):
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

    lineas: tuple[LineaRC, ...]

    @property
    def identificador(self) -> str:
        """`RC-20251013-001`."""
        return identificador("RC", self.fecha_generacion, self.correlativo)


class Baja(_Envio):
    """An RA."""

    lineas: tuple[LineaRA, ...]

    @property
    def identificador(self) -> str:
        """`RA-20251013-001`."""
        return identificador("RA", self.fecha_generacion, self.correlativo)


def identificador(clase: Literal["RC", "RA"], fecha: date, correlativo: int) -> str:
    """The id in the XML and in the file's name: three digits, or more where they do not do (up to five are allowed)."""
    return f"{clase}-{fecha:%Y%m%d}-{correlativo:03d}"
