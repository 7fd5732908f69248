"""A comprobante as the API shows it."""

from shared.contracts.sunat.comprobantes import ComprobanteShown
from shared.contracts.sunat.values import TIPO_NOMBRES
from sunat_emitter.store import StoredComprobante
from sunat_emitter.store.comprobantes import RESUMEN

_WAITS = "Se informará a SUNAT en el resumen diario de su fecha"


def show_comprobante(stored: StoredComprobante, *, cdr: bool) -> ComprobanteShown:
    """A comprobante as the API shows it; `cdr` says whether SUNAT's receipt is kept."""
    documento = stored.documento
    return ComprobanteShown(
        **stored.model_dump(
            include={"nombre_archivo", "id", "venta_id", "hash", "codigo_sunat", "mensaje_sunat", "observaciones"}
        ),
        tipo=documento.tipo,
        tipo_nombre=TIPO_NOMBRES[documento.tipo],
        serie=documento.serie,
        numero=documento.numero,
        numero_completo=documento.numero_completo,
        fecha_emision=documento.fecha_emision,
        hora_emision=documento.hora_emision,
        total=documento.totales.total,
        moneda=documento.moneda,
        referencia=f"{note.serie}-{note.numero}" if (note := documento.referencia) else None,
        tipo_nota=note.motivo_codigo if note else None,
        motivo=stored.motivo,
        estado_sunat=stored.estado,
        motivo_pendiente=_why_pending(stored),
        fuera_de_plazo=late.que_hacer if (late := stored.fuera_de_plazo) and stored.estado == "PENDIENTE" else None,
        fecha_envio_sunat=stored.fecha_envio,
        tiene_cdr=cdr,
        por_resumen=stored.via == RESUMEN,
        resumen=_identificador(stored.resumen or stored.anulado_por or stored.informado_por),
        aviso=stored.aviso,
        motivo_anulacion=stored.motivo_anulacion,
    )


def _identificador(nombre_archivo: str | None) -> str | None:
    """`RC-20251013-001` of `RUC-RC-20251013-001`."""
    return nombre_archivo.partition("-")[2] if nombre_archivo else None


def _why_pending(stored: StoredComprobante) -> str | None:
    if stored.estado != "PENDIENTE":
        return None
    if stored.resumen is not None:
        return f"Está en el resumen {_identificador(stored.resumen)}, que SUNAT aún no ha resuelto"
    return stored.motivo_pendiente or (_WAITS if stored.via == RESUMEN else None)
