"""Until when SUNAT takes a comprobante: calendar days of Lima, counted from the day after its issue."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

LIMA = timezone(timedelta(hours=-5))
"""Peru has had no summer time since 1994."""


@dataclass(frozen=True)
class Plazos:
    """Days for facturas (RS 000003-2023) and for boletas (RS 114-2019), notes with what they change."""

    factura: int = 3
    boleta: int = 5

    def end(self, serie: str, fecha_emision: date) -> datetime:
        """The moment from which on SUNAT does not take it any more: the end of the last day, Lima."""
        days = self.boleta if serie.startswith("B") else self.factura
        return datetime.combine(fecha_emision + timedelta(days=days + 1), time(), LIMA)
