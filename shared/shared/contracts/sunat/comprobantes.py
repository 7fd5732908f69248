"""A comprobante as sunat-emitter shows it."""

from datetime import date, datetime, time

from shared.contracts.message import Contract
from shared.contracts.sunat.values import EstadoSunat, Importe, TipoComprobante


class ComprobanteShown(Contract):
    """A comprobante as it stands."""

    nombre_archivo: str
    id: int
    venta_id: int | None
    tipo: TipoComprobante
    tipo_nombre: str
    serie: str
    numero: int
    numero_completo: str
    fecha_emision: date
    hora_emision: time
    """Both by the clock of Lima."""
    total: Importe
    moneda: str
    hash: str
    referencia: str | None
    """Of a note: the number of the document that it changes."""
    tipo_nota: str | None
    motivo: str | None
    estado_sunat: EstadoSunat
    motivo_pendiente: str | None = None
    """Why SUNAT has not decided yet; None where it was not tried yet."""
    fuera_de_plazo: str | None = None
    """What can still be done where its legal time is over and it is pending; else None."""
    codigo_sunat: str | None
    mensaje_sunat: str | None
    observaciones: tuple[str, ...]
    """SUNAT's, of an accepted one."""
    fecha_envio_sunat: datetime | None
    tiene_cdr: bool
    por_resumen: bool = False
    """SUNAT is told of it in a daily summary."""
    resumen: str | None = None
    """The RC or RA that it is in, or by which it stands as it does: `RC-20251013-001`."""
    aviso: str | None = None
    """Why SUNAT refused the last RC or RA that it was in."""
    motivo_anulacion: str | None = None
    """Why it is void."""
