"""Summaries (RC, RA) whose ticket was lost: what is known of them, and the summaries that take their place.

In `envio` of `resumenes`: `reemplazo` names the one that takes its place, `reemplaza` the one whose place it takes;
`desde` since when SUNAT gives no usable word, `mudo` how often a ticket was done without a receipt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.mongo import Database, DuplicateKeyError, ReturnDocument
from sunat_emitter.documents.summary import identificador
from sunat_emitter.store.envios import Result
from sunat_emitter.store.resumenes import LineaResumen, StoredResumen, read, totales_of

_OPEN = ("creado", "firmado", "enviado")
_LEASE = ("envio.lease_until", "envio.owner")
_ATTEMPTS = 50
_KEPT = frozenset(
    {"company", "emisor_id", "ruc", "ambiente", "clase", "fecha_referencia", "baja", "request_id", "origin"}
)
"""What the one that takes its place has in common with it."""


@dataclass(frozen=True)
class Abiertos:
    """What is not decided yet."""

    por_paso: Mapping[str, int]
    retenidos: int
    oldest_ticket: datetime | None
    """When the ticket that has been open longest was given."""


@dataclass(frozen=True)
class Reemplazo:
    """What is to take a summary's place."""

    lineas: Sequence[LineaResumen]
    ordinal: int
    """Which one: 1, 2…"""
    id: int
    now: datetime
    day: date
    """Today, in Lima: the date in its name."""


class Extravios:
    """Reads and writes them."""

    def __init__(self, database: Database) -> None:
        self._rows = database["resumenes"]

    async def silent_since(self, resumen: StoredResumen, now: datetime) -> datetime:
        """Since when SUNAT gives no usable word on it; noted when it is asked for the first time."""
        row = await self._change(resumen, {"$min": {"envio.desde": now}})
        return now if row is None else row["envio"]["desde"]

    async def mute(self, resumen: StoredResumen) -> int:
        """How often, with now, its ticket was done without a receipt."""
        row = await self._change(resumen, {"$inc": {"envio.mudo": 1}})
        return 1 if row is None else int(row["envio"]["mudo"])

    async def heard(self, resumen: StoredResumen) -> None:
        """SUNAT gave a usable word."""
        if "desde" in resumen.envio:
            await self._change(resumen, {"$unset": {"envio.desde": ""}})

    async def forget_ticket(self, resumen: StoredResumen, motivo: str, at: datetime) -> None:
        """Its ticket leads nowhere: it is to be sent again at `at` as it is, and SUNAT may have it."""
        change = {
            "paso": "firmado",
            "motivo_pendiente": motivo,
            "envio.en_duda": True,
            "envio.escalon": 0,
            "envio.next_try_at": at,
        }
        gone = dict.fromkeys((*_LEASE, "envio.desde"), "")
        lost = {"envio.tickets_perdidos": resumen.ticket}
        mine = {"_id": resumen.nombre_archivo, "paso": "enviado", "envio.owner": resumen.owner}
        await self._rows.update_one(mine, {"$set": change, "$unset": gone, "$addToSet": lost})

    async def reemplazo_of(self, original: StoredResumen, ordinal: int) -> StoredResumen | None:
        """The one that took its place."""
        return read(await self._rows.find_one(_place(original, ordinal), {"lineas": 0}))

    async def replace(self, original: StoredResumen, reemplazo: Reemplazo) -> StoredResumen:
        """Make the one that takes its place, and let the original wait for it; one for each ordinal, however often.

        Raises:
            DuplicateKeyError: others were quicker to number each time.
        """
        lineas = reemplazo.lineas
        document = {
            **original.model_dump(mode="json", include=set(_KEPT)),
            "id": reemplazo.id,
            "lineas": [each.model_dump() for each in lineas],
            "cantidad": len(lineas),
            "totales": totales_of(lineas),
            "fecha_generacion": reemplazo.day.isoformat(),
            **_place(original, reemplazo.ordinal),
            "estado": "PENDIENTE",
            "paso": "creado",
            "created_at": reemplazo.now,
            "envio": {
                "next_try_at": reemplazo.now,
                "por_contar": ["issued"],
                "contable_at": reemplazo.now,
                "reemplaza": original.nombre_archivo,
                "profundidad": int(original.envio.get("profundidad", 0)) + 1,
            },
        }
        made = await self._inserted(document, reemplazo.day)
        await self._change(original, {"$set": {"envio.reemplazo": made.nombre_archivo}})
        return made

    async def _inserted(self, document: dict[str, Any], day: date) -> StoredResumen:
        same = {key: document[key] for key in ("company", "pedido", "parte")}
        numbered = {key: document[key] for key in ("ruc", "clase", "fecha_generacion")}
        for attempt in range(_ATTEMPTS):
            if (made := read(await self._rows.find_one(same))) is not None:
                return made
            last = await self._rows.find_one(numbered, {"correlativo": 1}, sort=[("correlativo", -1)])
            correlativo = int(last["correlativo"]) + 1 if last else 1
            name = identificador(document["clase"], day, correlativo)
            own = {"_id": f"{document['ruc']}-{name}", "identificador": name, "correlativo": correlativo}
            try:
                await self._rows.insert_one({**document, **own})
            except DuplicateKeyError:
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError  # the last attempt returned or raised

    async def conclude(self, resumen: StoredResumen, result: Result, now: datetime) -> None:
        """SUNAT has decided one that takes another's place: its comprobantes are the other's to change."""
        change = {
            "paso": "resuelto",
            "estado": result.estado,
            "decision": result.estado,
            "codigo_sunat": result.codigo,
            "mensaje_sunat": result.mensaje,
            "observaciones": list(result.observaciones),
            "motivo_pendiente": None,
            "fecha_procesamiento": now,
            "envio.en_duda": False,
            "envio.contable_at": now,
        }
        mine = {"_id": resumen.nombre_archivo, "paso": {"$in": list(_OPEN)}, "envio.owner": resumen.owner}
        gone = dict.fromkeys((*_LEASE, "envio.next_try_at"), "")
        await self._rows.update_one(
            mine, {"$set": change, "$unset": gone, "$addToSet": {"envio.por_contar": "resolved"}}
        )

    async def nudge(self, name: str, now: datetime) -> None:
        """Have one looked at soon."""
        waiting = {"_id": name, "paso": {"$in": list(_OPEN)}, "envio.next_try_at": {"$gt": now}}
        await self._rows.update_one(waiting, {"$set": {"envio.next_try_at": now}})

    async def resume(self, stopped: Sequence[int], now: datetime) -> None:
        """Let those go on that were held back with an issuer which is not among the stopped any more."""
        held = {**_HELD, "envio.parado": True, "emisor_id": {"$nin": list(stopped)}}
        await self._rows.update_many(held, {"$set": {"envio.next_try_at": now, "envio.parado": False}})

    async def held(self) -> list[tuple[str, str]]:
        """Those that are not tried again by themselves, by name, with the reason of each."""
        rows = self._rows.find(_HELD, {"motivo_pendiente": 1}).sort("_id", 1)
        return [(row["_id"], row.get("motivo_pendiente") or "") async for row in rows]

    async def abiertos(self) -> Abiertos:
        """What is not decided yet."""
        counts = {paso: await self._rows.count_documents({**_PENDING, "paso": paso}) for paso in _OPEN}
        sent = {**_PENDING, "paso": "enviado"}
        oldest = await self._rows.find_one(sent, {"fecha_envio": 1}, sort=[("fecha_envio", 1)])
        held = await self._rows.count_documents(_HELD)
        return Abiertos(counts, held, oldest["fecha_envio"] if oldest else None)

    async def _change(self, resumen: StoredResumen, change: Mapping[str, Any]) -> dict[str, Any] | None:
        return await self._rows.find_one_and_update(
            {"_id": resumen.nombre_archivo},
            change,
            projection={"envio": 1},
            return_document=ReturnDocument.AFTER,
        )


def _place(original: StoredResumen, ordinal: int) -> dict[str, Any]:
    """What one that takes another's place is found by."""
    return {"company": original.company, "pedido": f"reemplazo/{original.nombre_archivo}", "parte": ordinal}


_PENDING = {"estado": "PENDIENTE"}
"""Holds for all that are not decided; there is an index on it, and none on `paso`."""
_HELD = {**_PENDING, "paso": {"$in": list(_OPEN)}, "envio.next_try_at": {"$exists": False}}
