"""What SUNAT does not have yet, by its day of issue: pending comprobantes, and RCs and RAs that have no ticket.

plazo_avisado: when it was told that the end is near
fuera_de_plazo: {desde, que_hacer, contado}: the time is over, and whether that was told
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.mongo import Collection, Database, Index
from sunat_emitter.plazos import Clase

INDEXES = (
    Index("comprobantes", (("estado", 1), ("fecha_emision", 1)), partial={"estado": "PENDIENTE"}),
    Index("resumenes", (("estado", 1), ("fecha_referencia", 1)), partial={"estado": "PENDIENTE"}),
)


@dataclass(frozen=True)
class Waiting:
    """A collection's files of one class, the field with their day, and which of them SUNAT does not have."""

    rows: Collection
    clase: Clase
    day: str
    wanted: Mapping[str, Any]


@dataclass(frozen=True)
class Vencido:
    """A file near its end, or past it."""

    nombre_archivo: str
    tipo: str
    clase: Clase
    company: str
    emisor_id: int
    fecha_emision: date
    request_id: str
    origin: str
    en_duda: bool
    que_hacer: str = ""


class Vencimientos:
    """Finds and marks them."""

    def __init__(self, database: Database) -> None:
        pending = {"estado": "PENDIENTE"}
        # What another system issued was its to send.
        own = {**pending, "resumen": None, "importado_at": None}
        unsent = {**pending, "ticket": None, "paso": {"$in": ["creado", "firmado"]}, "envio.reemplazo": None}
        comprobantes, resumenes = database["comprobantes"], database["resumenes"]
        self._places = (
            Waiting(comprobantes, "factura", "fecha_emision", {**own, "serie": {"$not": {"$regex": "^B"}}}),
            Waiting(comprobantes, "boleta", "fecha_emision", {**own, "serie": {"$regex": "^B"}}),
            Waiting(resumenes, "boleta", "fecha_referencia", {**unsent, "baja": {"$ne": True}}),
            Waiting(resumenes, "baja", "fecha_referencia", {**unsent, "baja": True}),
        )

    def of(self, clase: Clase) -> tuple[Waiting, ...]:
        """Where files of a class wait."""
        return tuple(place for place in self._places if place.clase == clase)

    async def count(self, place: Waiting, until: date, after: date | None = None) -> int:
        """How many were issued until that day, and after the other."""
        return await place.rows.count_documents({**place.wanted, place.day: _days(until, after)})

    async def oldest(self, place: Waiting, after: date) -> date | None:
        """The first day after this one of which something waits."""
        wanted = {**place.wanted, place.day: {"$gt": after.isoformat()}}
        row = await place.rows.find_one(wanted, {place.day: 1}, sort=[(place.day, 1)])
        return date.fromisoformat(row[place.day]) if row else None

    async def near(self, place: Waiting, until: date, after: date, limit: int) -> list[Vencido]:
        """Issued in these days, and not told of yet."""
        wanted = {**place.wanted, place.day: _days(until, after), "plazo_avisado": {"$exists": False}}
        return [_read(row, place) for row in await place.rows.find(wanted, _FIELDS).to_list(limit)]

    async def over(self, place: Waiting, until: date, limit: int) -> list[Vencido]:
        """Issued until that day, and not marked yet."""
        wanted = {**place.wanted, place.day: _days(until), "fuera_de_plazo": {"$exists": False}}
        return [_read(row, place) for row in await place.rows.find(wanted, _FIELDS).to_list(limit)]

    async def untold(self, place: Waiting, limit: int) -> list[Vencido]:
        """Marked as over, and not told of as far as is known."""
        wanted = {**place.wanted, "fuera_de_plazo.contado": False}
        return [_read(row, place) for row in await place.rows.find(wanted, _FIELDS).to_list(limit)]

    async def warned(self, place: Waiting, name: str, at: datetime) -> None:
        """It was told that its end is near."""
        await place.rows.update_one({"_id": name}, {"$set": {"plazo_avisado": at}})

    async def mark(self, place: Waiting, name: str, desde: datetime, que_hacer: str) -> None:
        """Its time is over, unless SUNAT got it meanwhile."""
        mark = {"desde": desde, "que_hacer": que_hacer, "contado": False}
        await place.rows.update_one({**place.wanted, "_id": name}, {"$set": {"fuera_de_plazo": mark}})

    async def told(self, place: Waiting, name: str) -> None:
        """It was told that its time is over."""
        wanted = {"_id": name, "fuera_de_plazo": {"$exists": True}}
        await place.rows.update_one(wanted, {"$set": {"fuera_de_plazo.contado": True}})

    async def unmark(self, place: Waiting, after: date) -> int:
        """Take the mark off files of later days: the legal days were raised. How many had it."""
        wanted = {**place.wanted, place.day: {"$gt": after.isoformat()}, "fuera_de_plazo": {"$exists": True}}
        return (await place.rows.update_many(wanted, {"$unset": {"fuera_de_plazo": ""}})).modified_count


_FIELDS = dict.fromkeys(
    (
        *("company", "emisor_id", "request_id", "origin"),
        *("fecha_emision", "fecha_referencia", "envio.en_duda", "fuera_de_plazo.que_hacer"),
    ),
    1,
)


def _days(until: date, after: date | None = None) -> dict[str, str]:
    low = {} if after is None else {"$gt": after.isoformat()}
    return {"$lte": until.isoformat(), **low}


def _read(row: Mapping[str, Any], place: Waiting) -> Vencido:
    name = str(row["_id"])
    return Vencido(
        nombre_archivo=name,
        tipo=name.split("-")[1],
        clase=place.clase,
        fecha_emision=date.fromisoformat(row[place.day]),
        en_duda=bool(row.get("envio", {}).get("en_duda")),
        que_hacer=row.get("fuera_de_plazo", {}).get("que_hacer", ""),
        **{key: row[key] for key in ("company", "emisor_id", "request_id", "origin")},
    )
