"""What SUNAT's word on an RC or RA makes of its comprobantes. Each change finds only those still in it: once is all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import UpdateOne

from shared.mongo import Database
from sunat_emitter.store.resumenes import LineaResumen, StoredResumen
from sunat_emitter.store.ventas import venta_key

_HEAD = {"request_id": 1, "origin": 1, "venta_id": 1}


@dataclass(frozen=True)
class Raised:
    """The request that a comprobante came of, and its sale."""

    request_id: str
    origin: str
    venta_id: int | None


class Resoluciones:
    """Writes them."""

    def __init__(self, database: Database) -> None:
        self._rows = database["comprobantes"]
        self._ventas = database["ventas"]

    async def accept(self, resumen: StoredResumen, lineas: Sequence[LineaResumen]) -> None:
        """SUNAT has these now."""
        change = {
            "estado": "ACEPTADO",
            "codigo_sunat": resumen.codigo_sunat,
            "mensaje_sunat": resumen.mensaje_sunat,
            "fecha_envio": resumen.fecha_envio,
            "motivo_pendiente": None,
            "informado_por": resumen.nombre_archivo,
        }
        await self._release(resumen, lineas, change)

    async def modify(self, resumen: StoredResumen, lineas: Sequence[LineaResumen]) -> None:
        """SUNAT has these anew."""
        await self._release(resumen, lineas, {"informado_por": resumen.nombre_archivo})

    async def refuse(self, resumen: StoredResumen, aviso: str) -> None:
        """All of them stand as they did, free for another; each is told why."""
        mine = {"_id": {"$in": [each.comprobante for each in resumen.lineas]}, "resumen": resumen.nombre_archivo}
        change = {"$set": {"aviso": aviso}, "$unset": {"resumen": ""}, "$inc": {"rechazos": 1}}
        await self._rows.update_many({**mine, "estado": "PENDIENTE"}, {"$set": {"motivo_pendiente": aviso}})
        await self._rows.update_many(mine, change)

    async def void(self, resumen: StoredResumen, lineas: Sequence[LineaResumen], now: datetime) -> None:
        """These are void, and the sales that became them are annulled."""
        raised = await self.raised(lineas)
        ventas = [
            UpdateOne(
                {"_id": venta_key(resumen.company, sale), "comprobante.nombre_archivo": each.comprobante},
                {"$set": {"estado": "ANULADO", "motivo_anulacion": each.motivo or "", "updated_at": now}},
            )
            for each in lineas
            if (sale := raised[each.comprobante].venta_id) is not None
        ]
        voided: dict[str, Any] = {"estado": "ANULADO", "anulado_por": resumen.nombre_archivo, "motivo_pendiente": None}
        changes = [
            UpdateOne(
                {"_id": each.comprobante, "resumen": resumen.nombre_archivo},
                {"$set": {**voided, "motivo_anulacion": each.motivo or ""}, "$unset": {"resumen": "", "aviso": ""}},
            )
            for each in lineas
        ]
        # Sales first: of a comprobante that is void already nothing is looked for again.
        if ventas:
            await self._ventas.bulk_write(ventas, ordered=False)
        await self._rows.bulk_write(changes, ordered=False)

    async def raised(self, lineas: Sequence[LineaResumen]) -> dict[str, Raised]:
        """The request that each came of."""
        found = self._rows.find({"_id": {"$in": [each.comprobante for each in lineas]}}, _HEAD)
        return {row["_id"]: Raised(row["request_id"], row["origin"], row.get("venta_id")) async for row in found}

    async def _release(self, resumen: StoredResumen, lineas: Sequence[LineaResumen], change: dict[str, Any]) -> None:
        mine = {"_id": {"$in": [each.comprobante for each in lineas]}, "resumen": resumen.nombre_archivo}
        gone = {"resumen": "", "aviso": "", "envio": ""}
        await self._rows.update_many(mine, {"$set": change, "$unset": gone})
