"""Which comprobantes may go into an RC or RA, and into which: pure rules. One day of issue and 500 lines in each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.contracts.sunat.emisores import Endpoint
from shared.contracts.sunat.resumenes import Clase, Condicion
from sunat_emitter.clientes import NOBODY
from sunat_emitter.clock import LIMA
from sunat_emitter.documents.summary import IDENTIFIED_ABOVE, MOST_LINES
from sunat_emitter.plazos import Plazos
from sunat_emitter.store.comprobantes import RESUMEN
from sunat_emitter.store.informables import Informable
from sunat_emitter.store.resumenes import RA, RC, LineaResumen

ADICIONAR: Condicion = 1
MODIFICAR: Condicion = 2
ANULAR: Condicion = 3
_BOLETAS = "B"
"""How series of boletas, and of their notes, begin."""


@dataclass(frozen=True)
class Elegido:
    """A comprobante and what is to become of it."""

    comprobante: Informable
    condicion: Condicion
    motivo: str | None = None

    @property
    def clase(self) -> Clase:
        """An RA voids facturas and their notes; all else is an RC's (2308, 2310)."""
        return RC if is_boleta(self.comprobante) else RA


@dataclass(frozen=True)
class Parte:
    """What goes into one RC or RA."""

    clase: Clase
    fecha: date
    lineas: tuple[LineaResumen, ...]


@dataclass(frozen=True)
class Rechazo:
    """Why a comprobante cannot go into it."""

    comprobante: str
    codigo: str
    mensaje: str


@dataclass(frozen=True)
class Marco:
    """What holds for all comprobantes of a request."""

    ambiente: Endpoint
    now: datetime
    plazos: Plazos
    fecha: date | None = None
    """The day of issue that all must have; None: any."""


def is_boleta(comprobante: Informable) -> bool:
    """Whether it is a boleta, or a note on one."""
    return comprobante.documento.serie.startswith(_BOLETAS)


def refusal(elegido: Elegido, marco: Marco) -> Rechazo | None:
    """Why this comprobante cannot go; None where it can."""
    found = elegido.comprobante
    said = _wrong_place(elegido, marco) or (
        _not_addable(found, marco) if elegido.condicion == ADICIONAR else _not_changeable(elegido, marco)
    )
    return None if said is None else Rechazo(found.numero_completo, *said)


def _wrong_place(elegido: Elegido, marco: Marco) -> tuple[str, str] | None:
    found = elegido.comprobante
    documento, number = found.documento, found.numero_completo
    if found.ambiente != marco.ambiente:
        return "OTRO_AMBIENTE", f"{number} se emitió en {found.ambiente} y el emisor está ahora en {marco.ambiente}"
    if elegido.condicion != ANULAR and not is_boleta(found):
        return "NO_ES_BOLETA", f"{number} no va en un resumen diario: solo boletas y sus notas"
    if marco.fecha is not None and documento.fecha_emision != marco.fecha:
        day = documento.fecha_emision.isoformat()
        return "OTRA_FECHA", f"{number} se emitió el {day}: haga un resumen aparte con esa fecha"
    if found.resumen is not None:
        _, _, identificador = found.resumen.partition("-")
        return "EN_PROCESO", f"{number} ya está en {identificador}, que SUNAT aún no ha resuelto"
    return None


def _not_addable(found: Informable, marco: Marco) -> tuple[str, str] | None:
    number = found.numero_completo
    match found.estado:
        case "ACEPTADO":
            how = "en un resumen" if found.via == RESUMEN else "por sí solo"
            advice = "para informarlo de nuevo o anularlo, envíe su estado: MODIFICADO o ANULADO"
            return "YA_INFORMADO", f"SUNAT ya tiene {number}, enviado {how}: no se agrega otra vez; {advice}"
        case "RECHAZADO":
            return "RECHAZADO", f"SUNAT rechazó {number}: emita la operación de nuevo, con otro número"
        case "ANULADO":
            return "YA_ANULADO", f"{number} ya está anulado"
        case _ if found.in_hand(marco.now):
            return "EN_ENVIO", f"{number} se está enviando por sí solo y SUNAT puede tenerlo: espere su resultado"
        case _ if _unnamed(found):
            return "SIN_RECEPTOR", f"{number} supera {IDENTIFIED_ABOVE} y no identifica a su cliente (2514): va solo"
        case _:
            return None


def _unnamed(found: Informable) -> bool:
    cliente = found.documento.cliente
    nobody = NOBODY in {cliente.tipo_documento, cliente.numero_documento}
    return nobody and found.documento.totales.total > IDENTIFIED_ABOVE


def _not_changeable(elegido: Elegido, marco: Marco) -> tuple[str, str] | None:
    found, number = elegido.comprobante, elegido.comprobante.numero_completo
    if found.estado == "ANULADO":
        return "YA_ANULADO", f"{number} ya está anulado"
    if found.estado != "ACEPTADO":
        verb = "dar de baja" if elegido.condicion == ANULAR else "modificar"
        return "NO_ACEPTADO", f"{number} está {found.estado}: solo se puede {verb} un comprobante aceptado"
    issued = found.documento.fecha_emision
    if elegido.condicion == ANULAR and marco.now >= marco.plazos.end_of("baja", issued):
        days = marco.plazos.days("baja")
        last = (issued + timedelta(days=days)).isoformat()
        advice = "emita una nota de crédito"
        return "FUERA_DE_PLAZO", f"{number} se podía dar de baja hasta el {last} ({days} días): {advice}"
    return None


def split(elegidos: Iterable[Elegido], most: int = MOST_LINES) -> list[Parte]:
    """Each comprobante in exactly one part; RAs first, then RCs, older days first, in each the order that was given."""
    together: dict[tuple[Clase, date], list[LineaResumen]] = {}
    for each in elegidos:
        together.setdefault((each.clase, each.comprobante.documento.fecha_emision), []).append(_line(each))
    return [
        Parte(clase, fecha, tuple(lineas[start : start + most]))
        for (clase, fecha), lineas in sorted(together.items(), key=lambda item: (item[0][0] != RA, item[0][1]))
        for start in range(0, len(lineas), most)
    ]


def _line(elegido: Elegido) -> LineaResumen:
    found = elegido.comprobante
    documento, changed = found.documento, found.documento.referencia
    return LineaResumen(
        comprobante=found.nombre_archivo,
        tipo=documento.tipo,
        serie=documento.serie,
        numero=documento.numero,
        condicion=elegido.condicion if elegido.clase == RC else None,
        motivo=elegido.motivo,
        moneda=documento.moneda,
        cliente_tipo=documento.cliente.tipo_documento,
        cliente_numero=documento.cliente.numero_documento,
        referencia_tipo=changed.tipo if changed else None,
        referencia_serie=changed.serie if changed else None,
        referencia_numero=changed.numero if changed else None,
        totales=documento.totales,
    )


def today(now: datetime) -> date:
    """The day in Lima."""
    return now.astimezone(LIMA).date()
