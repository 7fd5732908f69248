"""The collection `correos`: e-mails with comprobantes, and how far each is. Deleted after a while: they are personal.

A worker takes an e-mail by a lease that ends by itself, so that two never send the same at once.
"""

from datetime import datetime
from typing import Any

from pydantic import Field

from shared.contracts.message import Contract
from shared.contracts.sunat.impresos import EstadoCorreo
from shared.mongo import Database, DuplicateKeyError, Index, ReturnDocument

_CORREOS = "correos"
_MOST_LISTED = 50


class StoredCorreo(Contract):
    """An e-mail."""

    id: str
    company: str
    nombre_archivo: str
    to: str = Field(repr=False)
    asunto: str = Field(repr=False)
    mensaje: str = Field(repr=False)
    digest: str
    """Of what was asked for."""
    archivos: tuple[str, ...]
    estado: EstadoCorreo = "PENDIENTE"
    motivo: str | None = None
    fecha_envio: datetime | None = None
    request_id: str
    origin: str
    created_at: datetime
    expires_at: datetime


class Correos:
    """Reads and writes e-mails."""

    INDEXES = (
        Index(_CORREOS, (("company", 1), ("nombre_archivo", 1), ("created_at", -1))),
        Index(_CORREOS, (("expires_at", 1),), expire_after_seconds=0),
        Index(_CORREOS, (("created_at", 1),), partial={"told": False}),
    )

    def __init__(self, database: Database) -> None:
        self._rows = database[_CORREOS]

    async def insert(self, correo: StoredCorreo) -> bool:
        """Keep a new one; False where its id is taken."""
        document = correo.model_dump(exclude={"id", "archivos"})
        try:
            await self._rows.insert_one(
                {"_id": correo.id, **document, "archivos": list(correo.archivos), "told": False}
            )
        except DuplicateKeyError:
            return False
        return True

    async def find(self, correo_id: str, company: str | None = None) -> StoredCorreo | None:
        """An e-mail by its id; only the tenant's, where one is given."""
        wanted = {"_id": correo_id} if company is None else {"_id": correo_id, "company": company}
        return _read(await self._rows.find_one(wanted))

    async def of(self, company: str, nombre_archivo: str) -> list[StoredCorreo]:
        """Those with a comprobante, newest first."""
        found = self._rows.find({"company": company, "nombre_archivo": nombre_archivo}).sort("created_at", -1)
        return [each async for row in found.limit(_MOST_LISTED) if (each := _read(row))]

    async def claim(self, correo_id: str, now: datetime, until: datetime) -> StoredCorreo | None:
        """Take one that waits; None where another worker has it, or it waits no more."""
        wanted: dict[str, Any] = {
            "_id": correo_id,
            "estado": "PENDIENTE",
            "$or": [{"lease_until": {"$exists": False}}, {"lease_until": {"$lte": now}}],
        }
        row = await self._rows.find_one_and_update(
            wanted,
            {"$set": {"lease_until": until}, "$inc": {"intentos": 1}},
            return_document=ReturnDocument.AFTER,
        )
        return _read(row)

    async def put_off(self, correo_id: str, motivo: str) -> None:
        """Let it wait for another try."""
        change = {"$set": {"motivo": motivo}, "$unset": {"lease_until": ""}}
        await self._rows.update_one({"_id": correo_id, "estado": "PENDIENTE"}, change)

    async def sent(self, correo_id: str, archivos: tuple[str, ...], now: datetime) -> None:
        """A mail server took it over."""
        values = {"estado": "ENVIADO", "motivo": None, "archivos": list(archivos), "fecha_envio": now}
        await self._finish(correo_id, values)

    async def failed(self, correo_id: str, motivo: str) -> None:
        """It can never be sent."""
        await self._finish(correo_id, {"estado": "FALLIDO", "motivo": motivo})

    async def _finish(self, correo_id: str, values: dict[str, Any]) -> None:
        change = {"$set": values, "$unset": {"lease_until": ""}}
        await self._rows.update_one({"_id": correo_id, "estado": "PENDIENTE"}, change)

    async def untold(self, before: datetime, limit: int = 200) -> list[StoredCorreo]:
        """Those of before whose event nothing marked as published."""
        found = self._rows.find({"told": False, "created_at": {"$lt": before}}).sort("created_at", 1).limit(limit)
        return [each async for row in found if (each := _read(row))]

    async def told(self, correo_id: str) -> None:
        """Its event was published."""
        await self._rows.update_one({"_id": correo_id}, {"$set": {"told": True}})


def _read(row: dict[str, Any] | None) -> StoredCorreo | None:
    return None if row is None else StoredCorreo(id=row["_id"], **row)
