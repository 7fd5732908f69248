"""Events when the legal time in which SUNAT takes a file comes to its end: near, then over. Each once per file."""

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.message import Contract, Event

ClasePlazo = Literal["factura", "boleta", "baja"]
"""Which of the legal times: facturas and their notes, boletas and theirs (singly or in an RC), voidings."""


class PlazoOf(Contract):
    """Which file, and until when SUNAT takes it: what both events share. No customer's data."""

    company: str
    """The tenant that the issuer belongs to."""
    emisor_id: int
    clase: ClasePlazo
    nombre_archivo: str = Field(max_length=64)
    """`RUC-TT-SERIE-NUM`, or `RUC-RC-YYYYMMDD-N` and `RUC-RA-YYYYMMDD-N`."""
    tipo: Literal["01", "03", "07", "08", "RC", "RA"]
    fecha_emision: date
    """Of the comprobantes, by the clock of Lima."""
    fin: datetime
    """From this moment on SUNAT does not take it: the end of the last day, Lima."""


class PlazoNeared(Event, PlazoOf):
    """sunat-emitter → followers: SUNAT does not have it yet, and its legal time ends soon."""

    NAME: ClassVar[str] = "plazo.neared.v1"


class PlazoPassed(Event, PlazoOf):
    """sunat-emitter → followers: its legal time is over, and SUNAT does not have it as far as is known."""

    NAME: ClassVar[str] = "plazo.passed.v1"

    que_hacer: str
    """What can still be done, for a person, in Spanish."""
