"""What was taken over from another system: rows of `comprobantes` and `resumenes` that have `importado_at`.

They are written once and by their natural keys, so that importing again changes nothing; what was issued here is never
touched. Without a receipt a comprobante is PENDIENTE and `envio.en_duda`: SUNAT is asked before it could ever be sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.mongo import Database, DuplicateKeyError, Index
from sunat_emitter.store.envios import ACEPTADO, PENDIENTE, RECHAZADO, Result
from sunat_emitter.store.ventas import venta_key

_MARK = "importado_at"
_OURS = {_MARK: {"$exists": True}}
ANULADO = "ANULADO"
SIN_CONSTANCIA = "Se importó sin su constancia (CDR): impórtela, o concilie con SUNAT"


@dataclass(frozen=True)
class Standing:
    """A comprobante or summary that is there already."""

    company: str
    importado: bool
    hash: str | None
    estado: str
    ambiente: str
    con_codigo: bool
    """Whether SUNAT's own word on it is known."""
    fecha: str
    total: Any


class Importados:
    """Writes what is taken over."""

    INDEXES = (Index("resumenes", (("company", 1), ("lineas.comprobante", 1)), partial=_OURS),)

    def __init__(self, database: Database) -> None:
        self._comprobantes = database["comprobantes"]
        self._resumenes = database["resumenes"]
        self._ventas = database["ventas"]

    async def standing(self, names: Sequence[str], *, summaries: bool = False) -> dict[str, Standing]:
        """Those of these names that are there, whoever has them."""
        rows = self._resumenes if summaries else self._comprobantes
        found = rows.find({"_id": {"$in": list(names)}}, {"documento": 0, "lineas": 0})
        return {row["_id"]: _standing(row) async for row in found}

    async def insert(self, row: Mapping[str, Any], result: Result | None, now: datetime) -> bool:
        """Store a comprobante with SUNAT's word on it; False where its number is taken."""
        said = _said(result) if result else {"motivo_pendiente": SIN_CONSTANCIA, "envio": {"en_duda": True}}
        try:
            await self._comprobantes.insert_one({**row, **said, "told": {"issued": True}, _MARK: now})
        except DuplicateKeyError:
            return False
        return True

    async def complete(self, name: str, company: str, result: Result) -> bool:
        """Write SUNAT's word on one that was taken over without it; False where there was nothing to write."""
        wanted = {"_id": name, "company": company, **_OURS, "codigo_sunat": None}
        change = {"$set": _said(result), "$unset": {"envio": ""}}
        done = await self._comprobantes.update_one({**wanted, "estado": PENDIENTE}, change)
        if done.matched_count:
            return True
        words = {key: value for key, value in _said(result).items() if key != "estado"}
        return (await self._comprobantes.update_one({**wanted, "estado": ANULADO}, {"$set": words})).matched_count == 1

    async def move(self, name: str, company: str, ambiente: str) -> bool:
        """It was SUNAT's other environment that had it; False where that was known."""
        wanted = {"_id": name, "company": company, **_OURS, "ambiente": {"$ne": ambiente}}
        return (await self._comprobantes.update_one(wanted, {"$set": {"ambiente": ambiente}})).matched_count == 1

    async def insert_summary(self, row: Mapping[str, Any], result: Result | None, now: datetime) -> bool:
        """Store an RC or RA with SUNAT's word on it; False where its number is taken."""
        try:
            await self._resumenes.insert_one({**row, **_said_of_summary(result), _MARK: now})
        except DuplicateKeyError:
            return False
        return True

    async def complete_summary(self, name: str, company: str, result: Result) -> bool:
        """Write SUNAT's word on one that was taken over without it."""
        wanted = {"_id": name, "company": company, **_OURS, "estado": PENDIENTE}
        done = await self._resumenes.update_one(wanted, {"$set": _said_of_summary(result)})
        return done.matched_count == 1

    async def summaries_on(self, company: str, names: Sequence[str]) -> list[str]:
        """The accepted summaries, oldest first, that say something of these comprobantes."""
        wanted = {"company": company, **_OURS, "estado": ACEPTADO, "lineas.comprobante": {"$in": list(names)}}
        rows = self._resumenes.find(wanted, {"_id": 1}).sort([("fecha_generacion", 1), ("correlativo", 1)])
        return [str(row["_id"]) async for row in rows]

    async def apply(self, name: str, company: str) -> int:
        """Have the comprobantes that were taken over stand as an accepted summary says; how many changed."""
        row = await self._resumenes.find_one({"_id": name, "company": company, **_OURS, "estado": ACEPTADO})
        if row is None:
            return 0
        voided = [each for each in row["lineas"] if each["condicion"] in {None, 3}]
        added = [each["comprobante"] for each in row["lineas"] if each["condicion"] in {1, 2}]
        changed = await self._take(added, row) if added else 0
        for motivo in {each["motivo"] for each in voided}:
            names = [each["comprobante"] for each in voided if each["motivo"] == motivo]
            changed += await self._void(names, row, motivo)
        return changed

    async def _take(self, names: Sequence[str], row: Mapping[str, Any]) -> int:
        change = {
            "estado": ACEPTADO,
            "codigo_sunat": row["codigo_sunat"],
            "mensaje_sunat": row["mensaje_sunat"],
            "motivo_pendiente": None,
            "informado_por": row["_id"],
        }
        return await self._change(names, row["company"], [PENDIENTE], change)

    async def _void(self, names: Sequence[str], row: Mapping[str, Any], motivo: str | None) -> int:
        change = {
            "estado": ANULADO,
            "motivo_pendiente": None,
            "anulado_por": row["_id"],
            "motivo_anulacion": motivo,
        }
        await self._annul(names, row["company"], motivo)
        return await self._change(names, row["company"], [PENDIENTE, ACEPTADO], change)

    async def _annul(self, names: Sequence[str], company: str, motivo: str | None) -> None:
        """The sales behind these; first, as of what is void already nothing is looked for again."""
        wanted = {"_id": {"$in": list(names)}, "company": company, **_OURS, "estado": {"$ne": RECHAZADO}}
        found = self._comprobantes.find({**wanted, "venta_id": {"$ne": None}}, {"venta_id": 1})
        sales = [venta_key(company, row["venta_id"]) async for row in found]
        change = {"estado": ANULADO, "motivo_anulacion": motivo or ""}
        await self._ventas.update_many({"_id": {"$in": sales}, "estado": "FACTURADO"}, {"$set": change})

    async def _change(
        self, names: Sequence[str], company: str, before: Sequence[str], change: Mapping[str, Any]
    ) -> int:
        wanted = {"_id": {"$in": list(names)}, "company": company, **_OURS, "estado": {"$in": list(before)}}
        done = await self._comprobantes.update_many(wanted, {"$set": dict(change), "$unset": {"envio": ""}})
        return done.modified_count


def _said(result: Result) -> dict[str, Any]:
    return {
        "estado": result.estado,
        "codigo_sunat": result.codigo,
        "mensaje_sunat": result.mensaje,
        "observaciones": list(result.observaciones),
        "motivo_pendiente": None,
    }


def _said_of_summary(result: Result | None) -> dict[str, Any]:
    """At its end either way: without SUNAT's word too, as its ticket is another system's and it is never sent again."""
    if result is None:
        return {"estado": PENDIENTE, "paso": "resuelto", "motivo_pendiente": SIN_CONSTANCIA}
    return {**_said(result), "paso": "resuelto", "decision": result.estado}


def _standing(row: Mapping[str, Any]) -> Standing:
    return Standing(
        company=row["company"],
        importado=_MARK in row,
        hash=row.get("hash"),
        estado=row["estado"],
        ambiente=row["ambiente"],
        con_codigo=row.get("codigo_sunat") is not None,
        fecha=str(row.get("fecha_emision") or row.get("fecha_generacion")),
        total=row.get("total"),
    )
