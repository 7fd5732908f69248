"""Events in a comprobante's life at SUNAT: issued (signed, numbered), then accepted or rejected. No customer's data."""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.message import Contract, Event


class ComprobanteOf(Contract):
    """Which comprobante, and whose: what all events about one share."""

    company: str
    """The tenant that the issuer belongs to."""
    emisor_id: int
    nombre_archivo: str = Field(max_length=64)
    """`RUC-TT-SERIE-NUM`; tells it apart from every other comprobante in the country."""
    tipo: Literal["01", "03", "07", "08"]
    """Catalog 01: factura, boleta, nota de crédito, nota de débito."""
    serie: str
    numero: int = Field(ge=1, le=99_999_999)


class ComprobanteIssued(Event, ComprobanteOf):
    """sunat-emitter → itself: a comprobante has its number and its signature; SUNAT is to have it."""

    NAME: ClassVar[str] = "comprobante.issued.v1"

    fecha_emision: date
    """By the clock of Lima."""
    moneda: str
    total: Decimal


class ComprobanteAccepted(Event, ComprobanteOf):
    """sunat-emitter → followers: SUNAT accepted it, perhaps with observations."""

    NAME: ClassVar[str] = "comprobante.accepted.v1"

    codigo: str
    """SUNAT's code, `0`."""
    mensaje: str
    """SUNAT's own words."""
    observaciones: tuple[str, ...] = ()
    """Each as SUNAT writes it, `4031 - text`."""


class ComprobanteRejected(Event, ComprobanteOf):
    """sunat-emitter → followers: SUNAT rejected it; its number is spent."""

    NAME: ClassVar[str] = "comprobante.rejected.v1"

    codigo: str
    """SUNAT's code, 2000-3999."""
    mensaje: str
    """SUNAT's own words."""
