"""Putting comprobantes into an RC or RA in one short transaction: its number, its lines and their marks, or nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pymongo.asynchronous.client_session import AsyncClientSession

from shared.contracts.sunat.emisores import Endpoint
from shared.contracts.sunat.resumenes import Clase
from shared.errors import Unavailable
from shared.mongo import Database, DuplicateKeyError, PyMongoError
from sunat_emitter.documents.summary import identificador
from sunat_emitter.store.comprobantes import RESUMEN
from sunat_emitter.store.emision import SourceChanged
from sunat_emitter.store.resumenes import LineaResumen, StoredResumen, totales_of

_SECONDS = 15.0
_ATTEMPTS = 50
ADD = 1


@dataclass(frozen=True)
class Agrupacion:
    """An RC or RA that is about to exist."""

    id: int
    company: str
    emisor_id: int
    ruc: str
    ambiente: Endpoint
    clase: Clase
    fecha_referencia: date
    fecha_generacion: date
    lineas: tuple[LineaResumen, ...]
    baja: bool
    pedido: str
    parte: int
    digest: str | None
    advertencias: tuple[str, ...]
    request_id: str
    origin: str
    now: datetime
    first_try_at: datetime
    """When the sweep takes it, should its event be lost."""

    def document(self, correlativo: int) -> dict[str, Any]:
        """The RC or RA as it is inserted."""
        name = identificador(self.clase, self.fecha_generacion, correlativo)
        return {
            "_id": f"{self.ruc}-{name}",
            "id": self.id,
            "company": self.company,
            "emisor_id": self.emisor_id,
            "ruc": self.ruc,
            "ambiente": self.ambiente,
            "clase": self.clase,
            "identificador": name,
            "correlativo": correlativo,
            "fecha_referencia": self.fecha_referencia.isoformat(),
            "fecha_generacion": self.fecha_generacion.isoformat(),
            "lineas": [each.model_dump() for each in self.lineas],
            "cantidad": len(self.lineas),
            "totales": totales_of(self.lineas),
            "baja": self.baja,
            "pedido": self.pedido,
            "parte": self.parte,
            "digest": self.digest,
            "advertencias": list(self.advertencias),
            "estado": "PENDIENTE",
            "paso": "creado",
            "request_id": self.request_id,
            "origin": self.origin,
            "created_at": self.now,
            "envio": {"next_try_at": self.first_try_at, "por_contar": ["issued"], "contable_at": self.now},
        }


class Agrupaciones:
    """Carries them out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def group(self, agrupacion: Agrupacion) -> StoredResumen:
        """Write everything, or nothing. Numbers of an issuer, kind and day have no gap: nothing is kept of a failure.

        Raises:
            SourceChanged: a comprobante is no longer free for it; look again.
            DuplicateKeyError: this part of the request was made before.
            Unavailable: it is not known whether it was written; whoever asks again finds out.
        """
        for _ in range(_ATTEMPTS):
            document = agrupacion.document(await self._next_number(agrupacion))
            try:
                await self._insert(agrupacion, document)
            except DuplicateKeyError:
                wanted = {"company": agrupacion.company, "pedido": agrupacion.pedido, "parte": agrupacion.parte}
                if await self._database["resumenes"].find_one(wanted, {"_id": 1}):
                    raise
                continue  # another process took the number
            except (PyMongoError, TimeoutError) as error:
                raise Unavailable(f"the summary was not confirmed ({type(error).__name__})") from error
            return StoredResumen(nombre_archivo=document["_id"], **document)
        raise Unavailable("too many others number summaries of this day")

    async def _insert(self, agrupacion: Agrupacion, document: dict[str, Any]) -> None:
        async def write(session: AsyncClientSession) -> None:
            await self._write(agrupacion, document, session)

        async with asyncio.timeout(_SECONDS), self._database.client.start_session() as session:
            await session.with_transaction(write)

    async def _next_number(self, agrupacion: Agrupacion) -> int:
        day = agrupacion.fecha_generacion.isoformat()
        wanted = {"ruc": agrupacion.ruc, "clase": agrupacion.clase, "fecha_generacion": day}
        last = await self._database["resumenes"].find_one(wanted, {"correlativo": 1}, sort=[("correlativo", -1)])
        return int(last["correlativo"]) + 1 if last else 1

    async def _write(self, agrupacion: Agrupacion, document: dict[str, Any], session: AsyncClientSession) -> None:
        rows = self._database["comprobantes"]
        added = [each.comprobante for each in agrupacion.lineas if each.condicion == ADD]
        others = [each.comprobante for each in agrupacion.lineas if each.condicion != ADD]
        mark = {"resumen": document["_id"], "aviso": None}
        await self._database["resumenes"].insert_one(document, session=session)
        if added:
            change = {"$set": {**mark, "via": RESUMEN, "motivo_pendiente": None}, "$unset": {"envio": ""}}
            marked = await rows.update_many(addable(added, agrupacion.now), change, session=session)
            _all(marked.matched_count, added)
        if others:
            accepted = {"_id": {"$in": others}, "estado": "ACEPTADO", "resumen": None}
            marked = await rows.update_many(accepted, {"$set": mark}, session=session)
            _all(marked.matched_count, others)


def addable(names: Sequence[str], now: datetime) -> dict[str, Any]:
    """Those of these that SUNAT surely has not, and that nobody is sending by itself."""
    free = [{"envio.lease_until": {"$exists": False}}, {"envio.lease_until": {"$lte": now}}]
    return {
        "_id": {"$in": list(names)},
        "estado": "PENDIENTE",
        "resumen": None,
        "envio.en_duda": {"$ne": True},
        "$or": free,
    }


def _all(matched: int, names: Sequence[str]) -> None:
    if matched != len(names):
        raise SourceChanged("a comprobante is no longer free")
