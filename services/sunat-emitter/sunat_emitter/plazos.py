"""Until when SUNAT takes a file: calendar days of Lima, counted from the day after the comprobantes' issue."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sunat_emitter.clock import LIMA, start_of_day

Clase = Literal["factura", "boleta", "baja"]
"""Facturas and their notes; boletas and theirs, singly or in an RC; voidings (RA, RC with lines to void)."""
CLASES: tuple[Clase, ...] = ("factura", "boleta", "baja")


def clase_of(serie: str) -> Clase:
    """Notes go with what they change: their series begins with its letter."""
    return "boleta" if serie.startswith("B") else "factura"


@dataclass(frozen=True)
class Plazos:
    """Days for facturas (RS 000003-2023), for boletas (RS 114-2019, art. 12) and for voidings (2957)."""

    factura: int = 3
    boleta: int = 5
    baja: int = 7

    def end(self, serie: str, fecha_emision: date) -> datetime:
        """The moment from which on SUNAT does not take a comprobante any more: the end of the last day, Lima."""
        return self.end_of(clase_of(serie), fecha_emision)

    def end_of(self, clase: Clase, fecha_emision: date) -> datetime:
        """The same for any class; `fecha_emision` is the day on which the comprobantes were issued."""
        return start_of_day(fecha_emision + timedelta(days=self.days(clase) + 1))

    def days(self, clase: Clase) -> int:
        """How many days after the day of issue are still in time."""
        return {"factura": self.factura, "boleta": self.boleta, "baja": self.baja}[clase]

    def last_over(self, clase: Clase, moment: datetime) -> date:
        """The last day of issue whose time is over at this moment; that of every later day is not."""
        return moment.astimezone(LIMA).date() - timedelta(days=self.days(clase) + 1)

    def remedy(self, clase: Clase, fecha_emision: date, *, en_duda: bool, resumen: bool = False) -> str:
        """What can still be done about a file whose time is over. `en_duda`: SUNAT may have it all the same.

        `resumen`: it is a daily summary itself and not a boleta.
        """
        last = fecha_emision + timedelta(days=self.days(clase))
        over = f"El plazo para enviarlo a SUNAT venció el {last:%d/%m/%Y} ({self.days(clase)} días)."
        doubt = " SUNAT pudo haberlo recibido: concilie primero; si no lo tiene, siga así:" if en_duda else ""
        return f"{over}{doubt} {_OF_SUMMARY if resumen else _REMEDIES[clase]}"


_REMEDIES: dict[Clase, str] = {
    "factura": (
        "Ya no se puede enviar: emita la operación de nuevo, con otro número y la fecha de hoy."
        " Este número queda sin uso y no se comunica de baja, porque SUNAT no lo tiene."
    ),
    "boleta": (
        "Ya no se puede enviar sola: inclúyala cuanto antes en un resumen diario de su fecha de emisión."
        " SUNAT decide si lo acepta fuera de plazo; si lo rechaza, emita la operación de nuevo, con otro número."
    ),
    "baja": (
        "Ya no se puede dar de baja: los comprobantes siguen vigentes."
        " Si la operación no se realizó, anúlela con una nota de crédito."
    ),
}
_OF_SUMMARY = (
    "El resumen se sigue enviando y SUNAT decide si lo acepta fuera de plazo."
    " Si lo rechaza, sus boletas quedan pendientes: emita esas operaciones de nuevo, con otro número."
)
