"""Rules on when a document may be sent, which need today's date in Lima."""

from dataclasses import dataclass
from datetime import date, timedelta

from sunat_emitter.documents.model import Comprobante
from sunat_emitter.documents.rules.rule import Violation, severidad


@dataclass(frozen=True)
class Deadlines:
    """Days between issue and sending."""

    factura: int = 3
    """Counted from the day after issue (RS 000003-2023)."""
    boleta: int = 5
    """RS 114-2019, art. 12."""
    ahead: int = 2
    """How far in the future an issue date may be."""


def late(comprobante: Comprobante, hoy: date, deadlines: Deadlines) -> list[Violation]:
    """Whether the document comes too late (2108) or too early (2329) where today is `hoy` in Lima."""
    days = deadlines.factura if comprobante.serie.startswith("F") else deadlines.boleta
    if hoy > comprobante.fecha_emision + timedelta(days=days):
        return [Violation("2108", "Presentacion fuera de fecha", severidad("2108"))]
    if comprobante.fecha_emision > hoy + timedelta(days=deadlines.ahead):
        message = "La fecha de emision se encuentra fuera del limite permitido"
        return [Violation("2329", message, severidad("2329"))]
    return []
