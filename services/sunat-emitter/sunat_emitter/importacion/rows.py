"""What is taken over as the rows that the rest of the service reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from shared.contracts.sunat.emisores import Endpoint
from sunat_emitter.documents.model import Comprobante
from sunat_emitter.importacion.judge import Taken
from sunat_emitter.importacion.summary import Line, Summary
from sunat_emitter.store import Emission, StoredEmisor, StoredSerie
from sunat_emitter.store.resumenes import RC, LineaResumen, totales_of

ORIGIN = "importacion"
"""Of all that no gateway's request began."""


@dataclass(frozen=True)
class Into:
    """Whose documents are taken over, and on what terms."""

    emisor: StoredEmisor
    ambiente: Endpoint
    request_id: str
    now: datetime
    file_time: timedelta
    """How long files are kept."""


def comprobante_row(
    given: Taken, documento: Comprobante, into: Into, *, row_id: int, venta_id: int | None
) -> dict[str, Any]:
    """A comprobante as issuing would have stored it."""
    changed = documento.referencia
    emission = Emission(
        id=row_id,
        company=into.emisor.company,
        emisor_id=into.emisor.id,
        serie=_serie(documento, into),
        comprobante=documento,
        xml=given.xml,
        hash=given.hash,
        venta_id=venta_id,
        referencia=f"{documento.emisor.ruc}-{changed.tipo}-{changed.serie}-{changed.numero}" if changed else None,
        clave=None,
        digest=None,
        motivo=changed.motivo if changed else None,
        metodo_pago="",
        request_id=into.request_id,
        origin=ORIGIN,
        now=into.now,
        kept_until=into.now + into.file_time,
        ambiente=into.ambiente,
    )
    return emission.document()


def _serie(documento: Comprobante, into: Into) -> StoredSerie:
    """The series as it would have stood; no row of it is written by this."""
    return StoredSerie(
        id=0,
        company=into.emisor.company,
        tipo=documento.tipo,
        serie=documento.serie,
        correlativo_actual=documento.numero - 1,
        created_at=into.now,
    )


def summary_row(summary: Summary, digest: str, into: Into, row_id: int) -> Mapping[str, Any]:
    """An RC or RA as grouping would have stored it."""
    lineas = [_line(each, summary.ruc) for each in summary.lineas]
    return {
        "_id": summary.nombre_archivo,
        "id": row_id,
        "company": into.emisor.company,
        "emisor_id": into.emisor.id,
        "ruc": summary.ruc,
        "ambiente": into.ambiente,
        "clase": summary.clase,
        "identificador": summary.identificador,
        "correlativo": summary.correlativo,
        "fecha_referencia": summary.fecha_referencia.isoformat(),
        "fecha_generacion": summary.fecha_generacion.isoformat(),
        "lineas": [each.model_dump() for each in lineas],
        "cantidad": len(lineas),
        "totales": totales_of(lineas) if summary.clase == RC else {},  # an RA names none
        "baja": all(each.voids for each in summary.lineas),
        "pedido": f"importado:{summary.nombre_archivo}",
        "parte": 0,
        "digest": None,
        "advertencias": [],
        "hash": digest,
        "request_id": into.request_id,
        "origin": ORIGIN,
        "created_at": into.now,
        "envio": {},
    }


def _line(line: Line, ruc: str) -> LineaResumen:
    tipo, serie, numero = line.referencia or (None, None, None)
    return LineaResumen(
        comprobante=f"{ruc}-{line.tipo}-{line.serie}-{line.numero}",
        tipo=line.tipo,
        serie=line.serie,
        numero=line.numero,
        condicion=cast("Any", int(line.condicion) if line.condicion else None),
        motivo=line.motivo,
        moneda=line.moneda,
        cliente_tipo=line.cliente_tipo,
        cliente_numero=line.cliente_numero,
        referencia_tipo=tipo,
        referencia_serie=serie,
        referencia_numero=numero,
        totales=line.totales,
    )
