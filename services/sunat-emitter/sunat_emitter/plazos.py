"""Until when SUNAT takes a comprobante: calendar days of Lima, counted from the day after its issue."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sunat_emitter.clock import start_of_day


@dataclass(frozen=True)
class Plazos:
    """Days for facturas (RS 000003-2023) and for boletas (RS 114-2019), notes with what they change."""

    factura: int = 3
    boleta: int = 5

    def end(self, serie: str, fecha_emision: date) -> datetime:
        """The moment from which on SUNAT does not take it any more: the end of the last day, Lima."""
        days = self.boleta if serie.startswith("B") else self.factura
        return start_of_day(fecha_emision + timedelta(days=days + 1))
