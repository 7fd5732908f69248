"""The collection `series`: each tenant's series with the last number that was used.

`correlativos_reservados` holds the numbers that were taken through the API and that no comprobante of ours has.
"""

import asyncio
from datetime import datetime
from typing import Any

from pymongo.asynchronous.client_session import AsyncClientSession

from shared.contracts.message import Contract
from shared.contracts.sunat.series import EstadoSerie
from shared.contracts.sunat.values import TipoComprobante
from shared.errors import Unavailable
from shared.mongo import Collection, Database, DuplicateKeyError, Index, PyMongoError, ReturnDocument
from sunat_emitter.store.contadores import Contadores

LAST_NUMBER = 99_999_999
_SERIES, _RESERVED = "series", "correlativos_reservados"
_SECONDS = 15.0
"""As for an emission: longer than a killed process's transaction blocks the series."""


class StoredSerie(Contract):
    """A series."""

    id: int
    company: str
    tipo: TipoComprobante
    serie: str
    correlativo_actual: int
    """The last number that was used."""
    sede_id: int | None = None
    sede_nombre: str | None = None
    caja_id: int | None = None
    estado: EstadoSerie = "activo"
    created_at: datetime

    @property
    def key(self) -> str:
        """Its document's id."""
        return _key(self.company, self.id)


class Series:
    """Reads and writes series."""

    INDEXES = (
        Index(_SERIES, (("company", 1), ("tipo", 1), ("serie", 1)), unique=True),
        Index(_RESERVED, (("company", 1), ("tipo", 1), ("serie", 1), ("numero", 1)), unique=True),
        Index(_RESERVED, (("request_id", 1),), unique=True, partial={"request_id": {"$type": "string"}}),
    )

    def __init__(self, database: Database, contadores: Contadores) -> None:
        self._database = database
        self._rows: Collection = database[_SERIES]
        self._reserved: Collection = database[_RESERVED]
        self._contadores = contadores

    async def create(self, company: str, values: dict[str, Any], now: datetime) -> StoredSerie | None:
        """Make a series; None where the tenant has one of this type and name."""
        wanted = {"company": company, "tipo": values["tipo"], "serie": values["serie"]}
        if await self._rows.find_one(wanted, {"_id": 1}):
            return None
        serie_id = await self._contadores.take(f"{_SERIES}/{company}")
        document = {"_id": _key(company, serie_id), "id": serie_id, "company": company, **values, "created_at": now}
        try:
            await self._rows.insert_one(document)
        except DuplicateKeyError:
            return None
        return StoredSerie(**document)

    async def find(self, company: str, serie_id: int) -> StoredSerie | None:
        """A series by its id."""
        return _read(await self._rows.find_one({"_id": _key(company, serie_id)}))

    async def named(self, company: str, tipo: str, serie: str) -> StoredSerie | None:
        """A series by its type and name."""
        return _read(await self._rows.find_one({"company": company, "tipo": tipo, "serie": serie}))

    async def matching(self, company: str, wanted: dict[str, Any]) -> list[StoredSerie]:
        """The tenant's series with these values, by id."""
        return [StoredSerie(**row) async for row in self._rows.find({"company": company, **wanted}).sort("id", 1)]

    async def change(self, company: str, serie_id: int, values: dict[str, Any]) -> StoredSerie | None:
        """Set values of a series; None where there is none."""
        wanted = {"_id": _key(company, serie_id)}
        if not values:
            return _read(await self._rows.find_one(wanted))
        row = await self._rows.find_one_and_update(wanted, {"$set": values}, return_document=ReturnDocument.AFTER)
        return _read(row)

    async def reserve(self, company: str, serie_id: int, request_id: str | None, now: datetime) -> int | None:
        """Take the next number, and note it; the same one for the same request, however often it comes.

        None where the series is not active, used up, or not there.

        Raises:
            Unavailable: it is not known whether one was taken; a repeat with the same request finds out.
        """
        wanted = {
            "_id": _key(company, serie_id),
            "estado": "activo",
            "correlativo_actual": {"$lt": LAST_NUMBER},
        }

        async def take(session: AsyncClientSession) -> int | None:
            if request_id and (taken := await self._reserved.find_one({"request_id": request_id}, session=session)):
                return int(taken["numero"])
            change = {"$inc": {"correlativo_actual": 1}}
            row = await self._rows.find_one_and_update(
                wanted, change, return_document=ReturnDocument.AFTER, session=session
            )
            if row is None:
                return None
            number = int(row["correlativo_actual"])
            noted = {"company": company, "tipo": row["tipo"], "serie": row["serie"], "numero": number, "at": now}
            asked = {"request_id": request_id} if request_id else {}
            await self._reserved.insert_one({**noted, **asked}, session=session)
            return number

        try:
            async with asyncio.timeout(_SECONDS), self._database.client.start_session() as session:
                return await session.with_transaction(take)
        except (PyMongoError, TimeoutError) as error:
            raise Unavailable(f"the number was not confirmed ({type(error).__name__})") from error

    async def raise_to(self, serie: StoredSerie, number: int) -> None:
        """Never use numbers up to this one: they are taken under this RUC."""
        await self._rows.update_one({"_id": serie.key}, {"$max": {"correlativo_actual": number}})


def _key(company: str, serie_id: int) -> str:
    return f"{company}/{serie_id}"


def _read(row: dict[str, Any] | None) -> StoredSerie | None:
    return None if row is None else StoredSerie(**row)
