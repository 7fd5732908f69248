"""The collections `conciliaciones` (runs, each with where it stands) and `conciliacion_partidas` (what a run found).

A worker has a run by a lease that ends by itself. What it counts and where it stands are written in one update, so that
a run that another worker takes up goes on with the next file and counts none twice.

    avance: {fase, dia, nombre, tropiezos}; owner, lease_until, next_try_at, version
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import Field

from shared.contracts.message import Contract
from shared.contracts.sunat.conciliacion import EstadoConciliacion, OrigenConciliacion, PartidaShown
from shared.mongo import Database, DuplicateKeyError, Index, ReturnDocument
from sunat_emitter.store.contadores import Contadores

_RUNS, _FOUND = "conciliaciones", "conciliacion_partidas"
COUNTS = ("revisados", "conformes", "corregidos", "cdr_recuperados", "diferencias", "sin_respuesta")
_OPEN = ["EN_CURSO", "INTERRUMPIDA"]


class Avance(Contract):
    """Where a run stands: after this file of this day."""

    fase: int = 0
    dia: str = ""
    nombre: str = ""
    tropiezos: int = 0
    """How often the next file was not answered for."""


class StoredConciliacion(Contract):
    """A run as it stands."""

    key: str
    id: int
    company: str
    emisor_id: int
    origen: OrigenConciliacion
    estado: EstadoConciliacion
    motivo: str | None = None
    ensayo: bool = False
    desde: date
    hasta: date
    inicio: datetime
    fin: datetime | None = None
    revisados: int = 0
    conformes: int = 0
    corregidos: int = 0
    cdr_recuperados: int = 0
    diferencias: int = 0
    sin_respuesta: int = 0
    no_consultables: dict[str, int] = Field(default_factory=dict)
    avance: Avance = Avance()
    owner: str = ""


class Conciliaciones:
    """Reads and writes runs."""

    INDEXES = (
        Index(_RUNS, (("company", 1), ("id", -1)), unique=True),
        Index(_RUNS, (("emisor_id", 1), ("origen", 1), ("estado", 1))),
        Index(_FOUND, (("conciliacion", 1), ("nombre_archivo", 1)), unique=True),
    )

    def __init__(self, database: Database) -> None:
        self._runs, self._found = database[_RUNS], database[_FOUND]
        self._contadores = Contadores(database)

    async def begin(self, key: str, values: Mapping[str, Any], now: datetime) -> bool:
        """Make a run of this key; False where there is one, whoever made it."""
        if await self._runs.find_one({"_id": key}, {"_id": 1}):
            return False
        number = await self._contadores.take(f"{_RUNS}/{values['company']}")
        counts: dict[str, Any] = dict.fromkeys(COUNTS, 0)
        document = {"_id": key, "id": number, **values, **counts, "estado": "EN_CURSO", "motivo": None, "inicio": now}
        try:
            await self._runs.insert_one({**document, "avance": {}, "next_try_at": now})
        except DuplicateKeyError:
            return False
        return True

    async def close_others(self, emisor_id: int, key: str, now: datetime) -> None:
        """A newer daily run looks at the same files: older ones are not taken up again."""
        wanted = {"emisor_id": emisor_id, "origen": "diaria", "estado": {"$in": _OPEN}, "_id": {"$ne": key}}
        said = "La reemplaza una conciliación más nueva"
        change = {"$set": {"estado": "INTERRUMPIDA", "motivo": said, "fin": now}, "$unset": {"next_try_at": ""}}
        await self._runs.update_many({**wanted, "next_try_at": {"$exists": True}}, change)

    async def open_of(self, wanted: Mapping[str, Any]) -> str | None:
        """The key of a run that is not over, the newest where there are several."""
        row = await self._runs.find_one({**wanted, "estado": {"$in": _OPEN}}, {"_id": 1}, sort=[("id", -1)])
        return str(row["_id"]) if row else None

    async def due(self, now: datetime, limit: int) -> list[str]:
        """Daily runs that nobody is at and whose time has come."""
        wanted = {"origen": "diaria", "estado": {"$in": _OPEN}, "next_try_at": {"$lte": now}, **_free(now)}
        return [row["_id"] for row in await self._runs.find(wanted, {"_id": 1}).sort("_id", 1).to_list(limit)]

    async def claim(self, key: str, owner: str, now: datetime, until: datetime) -> StoredConciliacion | None:
        """Take a run that is not over and that nobody else has."""
        row = await self._runs.find_one_and_update(
            {"_id": key, "estado": {"$in": _OPEN}, **_free(now)},
            {"$set": {"owner": owner, "lease_until": until, "estado": "EN_CURSO", "motivo": None}},
            return_document=ReturnDocument.AFTER,
        )
        return _read(row)

    async def progress(
        self, run: StoredConciliacion, avance: Avance, counts: Mapping[str, int], until: datetime
    ) -> bool:
        """Note that files up to here were looked at; False where the lease was lost."""
        change: dict[str, Any] = {"$set": {"avance": avance.model_dump(), "lease_until": until}}
        if counts:
            change["$inc"] = dict(counts)
        return (await self._runs.update_one(_mine(run), change)).matched_count == 1

    async def stumble(self, run: StoredConciliacion, motivo: str, at: datetime, *, counted: bool) -> None:
        """Let it go until then. `counted`: it may be the next file that SUNAT does not answer for."""
        change = {
            "$set": {"estado": "INTERRUMPIDA", "motivo": motivo, "next_try_at": at},
            "$inc": {"avance.tropiezos": int(counted)},
            "$unset": {"owner": "", "lease_until": ""},
        }
        await self._runs.update_one(_mine(run), change)

    async def finish(self, run: StoredConciliacion, now: datetime) -> None:
        """Everything was looked at."""
        change = {"estado": "TERMINADA", "motivo": None, "fin": now}
        await self._runs.update_one(
            _mine(run), {"$set": change, "$unset": dict.fromkeys(("owner", "lease_until", "next_try_at"), "")}
        )

    async def add(self, run: StoredConciliacion, partida: PartidaShown) -> None:
        """Keep what was found about a file; a repeat replaces it."""
        wanted = {"conciliacion": run.key, "nombre_archivo": partida.nombre_archivo}
        await self._found.update_one(wanted, {"$set": partida.model_dump()}, upsert=True)

    async def drop(self, run: StoredConciliacion, name: str) -> None:
        """It was not so: somebody else was quicker."""
        await self._found.delete_one({"conciliacion": run.key, "nombre_archivo": name})

    async def read(self, key: str) -> StoredConciliacion | None:
        """A run by its key."""
        return _read(await self._runs.find_one({"_id": key}))

    async def find(self, company: str, number: int) -> StoredConciliacion | None:
        """The tenant's run by its number."""
        return _read(await self._runs.find_one({"company": company, "id": number}))

    async def page(self, company: str, skip: int, limit: int) -> tuple[list[StoredConciliacion], int]:
        """The tenant's runs, newest first, and how many there are."""
        wanted = {"company": company}
        rows = self._runs.find(wanted).sort("id", -1).skip(skip).limit(limit)
        return [each async for row in rows if (each := _read(row))], await self._runs.count_documents(wanted)

    async def found(self, key: str, resultado: str | None, skip: int, limit: int) -> tuple[list[PartidaShown], int]:
        """What a run found, by file name, and how much there is; `limit` 0 gives all."""
        wanted = {"conciliacion": key} | ({"resultado": resultado} if resultado else {})
        rows = self._found.find(wanted).sort("nombre_archivo", 1).skip(skip).limit(limit)
        return [PartidaShown.model_validate(row) async for row in rows], await self._found.count_documents(wanted)


def lease(now: datetime, seconds: float) -> datetime:
    """When a lease that is taken now ends."""
    return now + timedelta(seconds=seconds)


def _free(now: datetime) -> dict[str, Any]:
    return {"$or": [{"lease_until": {"$exists": False}}, {"lease_until": {"$lte": now}}]}


def _mine(run: StoredConciliacion) -> dict[str, Any]:
    return {"_id": run.key, "owner": run.owner, "estado": "EN_CURSO"}


def _read(row: Mapping[str, Any] | None) -> StoredConciliacion | None:
    return None if row is None else StoredConciliacion.model_validate({**row, "key": row["_id"]})
