"""A month's comprobantes: summed by the database, day by day, so that none takes long; numbers; rows by pages."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from shared.mongo import Database

IMPORTES = (
    *("gravado", "exonerado", "inafecto", "exportacion", "gratuito", "ivap_base"),
    *("igv", "ivap", "isc", "icbper", "otros_tributos", "otros_cargos"),
)
"""As the document's totals name them; with `descuentos` and `total` these are a report's sums."""
_DISCOUNTS = ("descuento_items", "descuento_global")
_PAGE = 5_000
_ROW = dict.fromkeys(
    (
        *("tipo", "serie", "numero", "fecha_emision", "moneda", "estado", "codigo_sunat", "mensaje_sunat"),
        *("motivo_pendiente", "observaciones", "fuera_de_plazo", "informado_por", "anulado_por", "fecha_envio"),
        *("documento.cliente", "documento.totales", "documento.referencia"),
    ),
    1,
)
"""What a line of the CSV is made of."""


@dataclass(frozen=True)
class Periodo:
    """Which comprobantes: an issuer's of some days (both inclusive), in one environment."""

    company: str
    emisor_id: int
    ambiente: str
    desde: date
    hasta: date


@dataclass(frozen=True)
class Grupo:
    """Comprobantes alike, summed; unsigned."""

    ruc: str
    tipo: str
    serie: str
    moneda: str
    estado: str
    observado: bool
    tarde: bool
    """Its legal time is over."""
    documentos: int
    primero: int
    ultimo: int
    importes: Mapping[str, Decimal]


@dataclass(frozen=True)
class Usado:
    """A number, and whose it is."""

    numero: int
    company: str
    ambiente: str


class Reportes:
    """Reads for reports."""

    def __init__(self, database: Database) -> None:
        self._rows, self._reserved = database["comprobantes"], database["correlativos_reservados"]

    async def groups(self, periodo: Periodo) -> AsyncIterator[Grupo]:
        """The month's sums, a day at a time: the same group comes once for each day."""
        day = periodo.desde
        while day <= periodo.hasta:
            wanted = {**_of(periodo), "fecha_emision": day.isoformat()}
            async for row in await self._rows.aggregate([{"$match": wanted}, {"$group": _GROUP}]):
                yield _grupo(row)
            day += timedelta(days=1)

    async def rows(self, periodo: Periodo, after: tuple[str, str], limit: int) -> list[dict[str, Any]]:
        """What is reported of comprobantes, by day and name, after this day and name."""
        low = max(periodo.desde.isoformat(), after[0])
        wanted = {
            **_of(periodo),
            "fecha_emision": {"$gte": low, "$lte": periodo.hasta.isoformat()},
            "$or": [{"fecha_emision": {"$gt": after[0]}}, {"fecha_emision": after[0], "_id": {"$gt": after[1]}}],
        }
        order = [("fecha_emision", 1), ("_id", 1)]
        return await self._rows.find(wanted, _ROW).sort(order).limit(limit).to_list(limit)

    async def exceptions(self, periodo: Periodo, limit: int) -> list[dict[str, Any]]:
        """Those that are not simply accepted, by day and name."""
        wanted = {
            **_of(periodo),
            "fecha_emision": {"$gte": periodo.desde.isoformat(), "$lte": periodo.hasta.isoformat()},
            "$or": [{"estado": {"$ne": "ACEPTADO"}}, {"observaciones.0": {"$exists": True}}],
        }
        order = [("fecha_emision", 1), ("_id", 1)]
        return await self._rows.find(wanted, {"documento": 0}).sort(order).limit(limit).to_list(limit)

    async def numbers_in(self, periodo: Periodo, grupo: Grupo, estado: str) -> list[int]:
        """The month's numbers of a series with this state, in order."""
        days = {"$gte": periodo.desde.isoformat(), "$lte": periodo.hasta.isoformat()}
        which = {"tipo": grupo.tipo, "serie": grupo.serie, "estado": estado}
        wanted = {**_of(periodo), "fecha_emision": days, **which}
        return [row["numero"] for row in await self._rows.find(wanted, {"numero": 1}).sort("numero", 1).to_list()]

    async def before(self, periodo: Periodo, grupo: Grupo) -> int:
        """Our last number before the month's first in its series; 0 where there is none."""
        wanted = {**_serie(grupo), **_own(periodo), "numero": {"$lt": grupo.primero}}
        row = await self._rows.find_one(wanted, {"numero": 1}, sort=[("numero", -1)])
        return int(row["numero"]) if row else 0

    async def used(self, grupo: Grupo, low: int, high: int) -> AsyncIterator[Usado]:
        """The numbers in a range that anybody used under this RUC, in order."""
        fields = {"numero": 1, "company": 1, "ambiente": 1}
        while low <= high:
            wanted = {**_serie(grupo), "numero": {"$gte": low, "$lte": high}}
            found = await self._rows.find(wanted, fields).sort("numero", 1).limit(_PAGE).to_list(_PAGE)
            for row in found:
                yield Usado(row["numero"], row["company"], row.get("ambiente") or "")
            if len(found) < _PAGE:
                return
            low = found[-1]["numero"] + 1

    async def reserved(self, company: str, grupo: Grupo, low: int, high: int) -> list[int]:
        """The numbers in a range that were taken through the API, in order."""
        wanted = {"company": company, "tipo": grupo.tipo, "serie": grupo.serie, "numero": {"$gte": low, "$lte": high}}
        return [row["numero"] for row in await self._reserved.find(wanted, {"numero": 1}).sort("numero", 1).to_list()]


def _of(periodo: Periodo) -> dict[str, Any]:
    return {"emisor_id": periodo.emisor_id, "ambiente": periodo.ambiente}


def _own(periodo: Periodo) -> dict[str, Any]:
    return {"company": periodo.company, "ambiente": periodo.ambiente}


def _serie(grupo: Grupo) -> dict[str, Any]:
    return {"ruc": grupo.ruc, "tipo": grupo.tipo, "serie": grupo.serie}


def _sum(*names: str) -> dict[str, Any]:
    """Amounts are stored as text, exactly as the document has them."""
    parts = [{"$toDecimal": {"$ifNull": [f"$documento.totales.{name}", "0"]}} for name in names]
    return {"$sum": {"$add": parts}}


_GROUP: dict[str, Any] = {
    "_id": {
        **{name: f"${name}" for name in ("ruc", "tipo", "serie", "moneda", "estado")},
        "observado": {"$gt": [{"$size": {"$ifNull": ["$observaciones", []]}}, 0]},
        "tarde": {"$gt": ["$fuera_de_plazo", None]},
    },
    "documentos": {"$sum": 1},
    "primero": {"$min": "$numero"},
    "ultimo": {"$max": "$numero"},
    **{name: _sum(name) for name in IMPORTES},
    "descuentos": _sum(*_DISCOUNTS),
    "total": _sum("total"),
}


def _grupo(row: Mapping[str, Any]) -> Grupo:
    return Grupo(
        **row["_id"],
        documentos=row["documentos"],
        primero=row["primero"],
        ultimo=row["ultimo"],
        importes={name: row[name] for name in (*IMPORTES, "descuentos", "total")},
    )
