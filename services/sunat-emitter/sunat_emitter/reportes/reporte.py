"""The report of an issuer's month, out of what is stored: counts, sums by tax, numbers accounted for, exceptions."""

import calendar
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from shared.contracts.sunat.reportes import (
    Conteo,
    Excepcion,
    Importes,
    MotivoSalto,
    Numeracion,
    ReporteMensual,
    Salto,
    TotalMoneda,
    TotalSerie,
)
from shared.contracts.sunat.values import TIPO_NOMBRES
from sunat_emitter.clock import LIMA
from sunat_emitter.reportes.numeracion import explained, holes, is_complete, ranges
from sunat_emitter.store import StoredEmisor
from sunat_emitter.store.reportes import IMPORTES, Grupo, Periodo, Reportes

CREDITO = "07"
"""Notes of credit are taken off."""
MOST_EXCEPTIONS = 500
_MOST_RANGES = 100
_ZERO = Decimal(0)
_Situacion = Literal["aceptado", "pendiente", "anulado", "rechazado"]
_SITUACIONES: dict[str, _Situacion] = {
    "ACEPTADO": "aceptado",
    "PENDIENTE": "pendiente",
    "ANULADO": "anulado",
    "RECHAZADO": "rechazado",
}


@dataclass
class Suma:
    """Counts and signed sums of some groups."""

    documentos: int = 0
    estados: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    importes: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def count(self, grupo: Grupo) -> None:
        """How many there are, and how they stand."""
        self.documentos += grupo.documentos
        self.estados[grupo.estado] += grupo.documentos
        self.estados["observados"] += grupo.documentos if grupo.observado and grupo.estado == "ACEPTADO" else 0
        self.estados["tarde"] += grupo.documentos if grupo.tarde and grupo.estado == "PENDIENTE" else 0

    def add(self, grupo: Grupo) -> None:
        """Their amounts, with the sign of their kind."""
        for name, amount in grupo.importes.items():
            self.importes[name] += -amount if grupo.tipo == CREDITO else amount

    def conteo(self) -> Conteo:
        """As it is shown."""
        return Conteo(
            emitidos=self.documentos,
            aceptados=self.estados["ACEPTADO"],
            observados=self.estados["observados"],
            rechazados=self.estados["RECHAZADO"],
            anulados=self.estados["ANULADO"],
            pendientes=self.estados["PENDIENTE"],
            fuera_de_plazo=self.estados["tarde"],
        )

    def shown(self) -> Importes:
        """As they are shown: two decimals."""
        names = (*IMPORTES, "descuentos", "total")
        return Importes(**{name: (self.importes[name] + _ZERO).quantize(Decimal("0.01")) for name in names})


def periodo_of(emisor: StoredEmisor, mes: str) -> Periodo:
    """A month's comprobantes of an issuer, in the environment in which it is now."""
    first = date.fromisoformat(f"{mes}-01")
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return Periodo(emisor.company, emisor.id, emisor.sol_endpoint, first, last)


async def report(emisor: StoredEmisor, mes: str, reportes: Reportes, now: datetime) -> ReporteMensual:
    """The report as it stands now."""
    periodo = periodo_of(emisor, mes)
    grupos = [each async for each in reportes.groups(periodo)]
    conteo = Suma()
    for each in grupos:
        conteo.count(each)
    counted = conteo.conteo()
    total = counted.emitidos - counted.aceptados + counted.observados
    found = await reportes.exceptions(periodo, MOST_EXCEPTIONS) if total else []
    states = {(each.tipo, each.serie, each.ruc, each.estado) for each in grupos}
    return ReporteMensual(
        mes=mes,
        ruc=emisor.ruc,
        razon_social=emisor.razon_social,
        ambiente=emisor.sol_endpoint,
        generado=now,
        cerrado=now.astimezone(LIMA).date() > periodo.hasta and not counted.pendientes,
        conteo=counted,
        totales=_by_currency(grupos),
        series=_by_series(grupos),
        numeracion=tuple([await _numbers(each, states, periodo, reportes) for each in _whole_series(grupos)]),
        excepciones=tuple(_exception(row) for row in found),
        excepciones_omitidas=max(0, total - len(found)),
    )


def _by_currency(grupos: Iterable[Grupo]) -> tuple[TotalMoneda, ...]:
    sums: dict[tuple[str, str], Suma] = defaultdict(Suma)
    for each in grupos:
        suma = sums[each.moneda, each.estado]
        suma.count(each)
        suma.add(each)
    order = list(_SITUACIONES)
    return tuple(
        TotalMoneda(moneda=key[0], situacion=_SITUACIONES[key[1]], documentos=suma.documentos, importes=suma.shown())
        for key, suma in sorted(
            sums.items(), key=lambda item: (item[0][0] != "PEN", item[0][0], order.index(item[0][1]))
        )
    )


def _by_series(grupos: Iterable[Grupo]) -> tuple[TotalSerie, ...]:
    sums: dict[tuple[str, str, str], Suma] = defaultdict(Suma)
    for each in grupos:
        suma = sums[each.tipo, each.serie, each.moneda]
        suma.count(each)
        if each.estado == "ACEPTADO":
            suma.add(each)
    return tuple(
        TotalSerie.model_validate(
            {
                "tipo": tipo,
                "tipo_nombre": dict(TIPO_NOMBRES)[tipo],
                "serie": serie,
                "moneda": moneda,
                "conteo": suma.conteo(),
                "importes": suma.shown(),
            }
        )
        for (tipo, serie, moneda), suma in sorted(sums.items())
    )


def _whole_series(grupos: Iterable[Grupo]) -> list[Grupo]:
    """One group for each series, from its first number to its last."""
    whole: dict[tuple[str, str, str], Grupo] = {}
    for each in grupos:
        key = (each.tipo, each.serie, each.ruc)
        seen = whole.get(key, each)
        count = each.documentos + (seen.documentos if key in whole else 0)
        first, last = min(seen.primero, each.primero), max(seen.ultimo, each.ultimo)
        whole[key] = Grupo(
            each.ruc, each.tipo, each.serie, "", "", observado=False, tarde=False,
            documentos=count, primero=first, ultimo=last, importes={},
        )  # fmt: skip
    return [whole[key] for key in sorted(whole)]


async def _numbers(
    grupo: Grupo, states: Collection[tuple[str, str, str, str]], periodo: Periodo, reportes: Reportes
) -> Numeracion:
    """A series' numbers, and why those that are missing are. `states` says of which series there are which."""
    saltos = await _gaps(grupo, periodo, reportes)
    rejected, voided = [
        list(ranges(await reportes.numbers_in(periodo, grupo, estado)))
        if (grupo.tipo, grupo.serie, grupo.ruc, estado) in states
        else []
        for estado in ("RECHAZADO", "ANULADO")
    ]
    everything: tuple[Sequence[Any], ...] = (saltos, rejected, voided)
    return Numeracion.model_validate(
        {
            "tipo": grupo.tipo,
            "serie": grupo.serie,
            "primero": grupo.primero,
            "ultimo": grupo.ultimo,
            "rechazados": rejected[:_MOST_RANGES],
            "anulados": voided[:_MOST_RANGES],
            "saltos": saltos[:_MOST_RANGES],
            "omitidos": sum(max(0, len(each) - _MOST_RANGES) for each in everything),
            "completa": is_complete(saltos),
        }
    )


async def _gaps(grupo: Grupo, periodo: Periodo, reportes: Reportes) -> list[Salto]:
    before = await reportes.before(periodo, grupo)
    low, high = before + 1, grupo.ultimo
    if low == grupo.primero and grupo.documentos == high - low + 1:
        return []  # each number from the first to the last has its comprobante in this month
    ours: list[int] = []
    known: dict[int, MotivoSalto] = dict.fromkeys(
        await reportes.reserved(periodo.company, grupo, low, high), "RESERVADO"
    )
    async for used in reportes.used(grupo, low, high):
        if used.company != periodo.company:
            known[used.numero] = "OTRA_CUENTA"
        elif used.ambiente != periodo.ambiente:
            known[used.numero] = "PRUEBA"
        else:
            ours.append(used.numero)
    found: list[Salto] = []
    for hole in holes(ours, low, high):
        begins = not before and hole.desde == low
        found += explained(hole, known, "INICIO" if begins else "FALTANTE", hole.hasta + 1)
    return found


def _exception(row: Mapping[str, Any]) -> Excepcion:
    remarks = "; ".join(row.get("observaciones") or ())
    said = row.get("mensaje_sunat") or ""
    pending = (row.get("fuera_de_plazo") or {}).get("que_hacer") or row.get("motivo_pendiente") or "Aún sin respuesta"
    messages = {
        "PENDIENTE": pending,
        "ANULADO": row.get("motivo_anulacion") or "",
        "RECHAZADO": said,
        "ACEPTADO": remarks,
    }
    sign = -1 if row["tipo"] == CREDITO else 1
    return Excepcion(
        numero_completo=f"{row['serie']}-{row['numero']}",
        tipo=row["tipo"],
        fecha_emision=date.fromisoformat(row["fecha_emision"]),
        moneda=row["moneda"],
        total=sign * row["total"],
        estado=row["estado"],
        codigo_sunat=row.get("codigo_sunat"),
        mensaje=messages[row["estado"]],
    )
