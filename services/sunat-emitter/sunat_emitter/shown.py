"""A comprobante as the API shows it."""

from shared.contracts.sunat.comprobantes import ComprobanteShown
from shared.contracts.sunat.values import TIPO_NOMBRES
from sunat_emitter.store import StoredComprobante


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
        motivo_pendiente=stored.motivo_pendiente if stored.estado == "PENDIENTE" else None,
        fuera_de_plazo=late.que_hacer if (late := stored.fuera_de_plazo) and stored.estado == "PENDIENTE" else None,
        fecha_envio_sunat=stored.fecha_envio,
        tiene_cdr=cdr,
    )
