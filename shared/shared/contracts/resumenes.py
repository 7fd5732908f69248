"""Events in the life of a daily summary (RC) and of a voiding (RA): issued, sent, resolved. No customer's data."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.comprobantes import ComprobanteOf
from shared.contracts.message import Contract, Event


class ResumenOf(Contract):
    """Which summary, and whose: what all events about one share."""

    company: str
    """The tenant that the issuer belongs to."""
    emisor_id: int
    nombre_archivo: str = Field(max_length=64)
    """`RUC-RC-20251013-001`; tells it apart from every other one in the country."""
    clase: Literal["RC", "RA"]
    identificador: str
    """`RC-20251013-001`."""
    fecha_referencia: date
    """When its comprobantes were issued, by the clock of Lima."""
    cantidad: int = Field(ge=1)
    """Comprobantes in it."""


class ResumenIssued(Event, ResumenOf):
    """sunat-emitter → itself: an RC or RA has its number and its lines; SUNAT is to have it."""

    NAME: ClassVar[str] = "resumen.issued.v1"


class TicketOf(ResumenOf):
    """With the ticket that SUNAT gave."""

    ticket: str


class ResumenSent(Event, TicketOf):
    """sunat-emitter → itself (asks after the ticket), followers: SUNAT took an RC and gave its ticket."""

    NAME: ClassVar[str] = "resumen.sent.v1"


class BajaSent(Event, TicketOf):
    """sunat-emitter → itself (asks after the ticket), followers: SUNAT took an RA and gave its ticket."""

    NAME: ClassVar[str] = "baja.sent.v1"


class Resolution(ResumenOf):
    """What SUNAT decided: the whole of it, or nothing."""

    ticket: str | None
    estado: Literal["ACEPTADO", "RECHAZADO"]
    codigo: str
    """SUNAT's code, `0` where accepted."""
    mensaje: str
    """SUNAT's own words."""
    observaciones: tuple[str, ...] = ()
    """Each as SUNAT writes it, `4031 - text`."""


class ResumenResolved(Event, Resolution):
    """sunat-emitter → followers: an RC was accepted or rejected, and its comprobantes stand accordingly."""

    NAME: ClassVar[str] = "resumen.resolved.v1"


class BajaResolved(Event, Resolution):
    """sunat-emitter → followers: an RA was accepted or rejected, and its comprobantes stand accordingly."""

    NAME: ClassVar[str] = "baja.resolved.v1"


class ComprobanteVoided(Event, ComprobanteOf):
    """sunat-emitter → followers: SUNAT took a comprobante as void, by an RA or by an RC's line."""

    NAME: ClassVar[str] = "comprobante.voided.v1"

    motivo: str
    """As its issuer worded it."""
    identificador: str
    """Of the RA or RC."""
