"""How far each comprobante is on its way to SUNAT: the part `envio` of `comprobantes`, and the issuers held back.

A worker takes a comprobante by a lease that ends by itself; `next_try_at` is set to the lease's end with it, so that
whatever a crash leaves behind is taken up again by the sweep. `en_duda` is set before each sending and taken away once
SUNAT's answer is known: as long as it stands, SUNAT may have the comprobante, and is asked before it is sent again.

    envio: {next_try_at, lease_until, owner, en_duda, escalon, plazo, parado, por_contar, concluido_at}
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.mongo import Database, Index, ReturnDocument

INDEXES = (
    Index("comprobantes", (("envio.next_try_at", 1),), partial={"envio.next_try_at": {"$exists": True}}),
    Index("comprobantes", (("envio.concluido_at", 1),), partial={"envio.por_contar": True}),
    Index("comprobantes", (("emisor_id", 1),), partial={"envio.parado": True}),
)

PENDIENTE, ACEPTADO, RECHAZADO = "PENDIENTE", "ACEPTADO", "RECHAZADO"

_HELD = {
    "estado": PENDIENTE,
    "envio": {"$exists": True},
    "envio.next_try_at": {"$exists": False},
    "importado_at": None,
}
"""Not what another system sent: whether SUNAT has that is asked by reconciling, and sending it would be a guess."""
_BY_ITSELF = {"via": {"$ne": "resumen"}}
"""What a daily summary tells SUNAT is never sent by itself."""
_LEASE = ("envio.lease_until", "envio.owner")
_WITHOUT_LINES = {"documento.lineas": 0}
_WITHOUT_DOCUMENT = {"documento": 0}


@dataclass(frozen=True)
class Envio:
    """A comprobante that a worker has taken."""

    nombre_archivo: str
    company: str
    emisor_id: int
    fecha_emision: date
    request_id: str
    origin: str
    receptor: str
    """The customer's number as the document shows it."""
    en_duda: bool
    escalon: int
    """How often it was put off."""
    owner: str
    ambiente: str | None = None
    """`beta` or `prod`: where it was issued for; what was tried out never goes to production."""
    plazo: datetime | None = None
    """When its legal time for sending ends."""

    @property
    def ruc(self) -> str:
        """The issuer's."""
        return self.nombre_archivo.split("-")[0]

    @property
    def tipo(self) -> str:
        """Catalog 01."""
        return self.nombre_archivo.split("-")[1]

    @property
    def serie(self) -> str:
        """Of the comprobante."""
        return self.nombre_archivo.split("-")[2]

    @property
    def numero(self) -> int:
        """Of the comprobante."""
        return int(self.nombre_archivo.split("-")[3])


@dataclass(frozen=True)
class Result:
    """What SUNAT decided."""

    estado: str
    codigo: str
    mensaje: str
    observaciones: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parada:
    """An issuer whose comprobantes are held back until its configuration is another than `version`."""

    emisor_id: int
    version: int
    motivo: str


class Envios:
    """Sending, as the database knows it."""

    def __init__(self, database: Database) -> None:
        self._comprobantes = database["comprobantes"]
        self._paradas = database["emisores_parados"]

    async def claim(self, name: str, owner: str, now: datetime, until: datetime) -> Envio | None:
        """Take a comprobante that nobody else has; None where somebody has, it is decided already, or unknown."""
        found = await self._comprobantes.find_one_and_update(
            {"_id": name, "estado": PENDIENTE, **_BY_ITSELF, **_free(now)},
            {"$set": {"envio.owner": owner, "envio.lease_until": until, "envio.next_try_at": until}},
            projection=_WITHOUT_LINES,
            return_document=ReturnDocument.AFTER,
        )
        return None if found is None else _envio(found)

    async def renew(self, envio: Envio, until: datetime) -> bool:
        """Hold on to it longer; False where the lease was lost."""
        return await self._set(envio, {"envio.lease_until": until, "envio.next_try_at": until})

    async def begin_try(self, envio: Envio, now: datetime, until: datetime) -> bool:
        """Note that it is being sent: from here on SUNAT may have it. False where the lease was lost."""
        found = await self._comprobantes.update_one(
            _mine(envio),
            {
                "$set": {
                    "envio.lease_until": until,
                    "envio.next_try_at": until,
                    "envio.en_duda": True,
                    "envio.plazo": envio.plazo,
                    "fecha_envio": now,
                },
                "$inc": {"intentos": 1},
            },
        )
        return found.matched_count == 1

    async def postpone(self, envio: Envio, motivo: str, at: datetime, *, en_duda: bool, escalon: int) -> None:
        """Put it off and let it go."""
        await self._let_go(
            envio,
            {
                "motivo_pendiente": motivo,
                "envio.next_try_at": at,
                "envio.en_duda": en_duda,
                "envio.escalon": escalon,
            },
        )

    async def hold_back(self, envio: Envio, motivo: str, *, en_duda: bool, parado: bool = False) -> None:
        """Let it go without another try, until somebody, or a change of its issuer (`parado`), asks for one."""
        change = {"motivo_pendiente": motivo, "envio.en_duda": en_duda, "envio.parado": parado}
        await self._let_go(envio, change, "envio.next_try_at")

    async def conclude(self, envio: Envio, result: Result, now: datetime) -> dict[str, Any] | None:
        """SUNAT has decided: the row afterwards. None where the lease was lost: then another worker ends it."""
        change = {
            "estado": result.estado,
            "codigo_sunat": result.codigo,
            "mensaje_sunat": result.mensaje,
            "observaciones": list(result.observaciones),
            "motivo_pendiente": None,
            "envio.en_duda": False,
            "envio.por_contar": True,
            "envio.concluido_at": now,
        }
        gone = dict.fromkeys((*_LEASE, "envio.next_try_at"), "")
        return await self._comprobantes.find_one_and_update(
            _mine(envio),
            {"$set": change, "$unset": gone},
            projection=_WITHOUT_DOCUMENT,
            return_document=ReturnDocument.AFTER,
        )

    async def told(self, name: str) -> None:
        """Its end was published."""
        await self._comprobantes.update_one({"_id": name}, {"$unset": {"envio.por_contar": ""}})

    async def untold(self, before: datetime, limit: int) -> list[dict[str, Any]]:
        """Decided before that moment, and not published as far as is known."""
        wanted = {"envio.por_contar": True, "envio.concluido_at": {"$lte": before}}
        return await self._comprobantes.find(wanted, _WITHOUT_DOCUMENT).sort("envio.concluido_at", 1).to_list(limit)

    async def find(self, name: str) -> dict[str, Any] | None:
        """A comprobante's row without the document itself."""
        return await self._comprobantes.find_one({"_id": name}, _WITHOUT_DOCUMENT)

    async def adopt(self, first_try_at: datetime) -> int:
        """Give a time to those that were issued and that nobody has taken yet, in case their event is lost."""
        done = await self._comprobantes.update_many(
            {"estado": PENDIENTE, "envio": {"$exists": False}, **_BY_ITSELF},
            {"$set": {"envio.next_try_at": first_try_at}},
        )
        return done.modified_count

    async def due(self, now: datetime, limit: int) -> list[str]:
        """Those whose time has come, the longest due first."""
        wanted = {"estado": PENDIENTE, "envio.next_try_at": {"$lte": now}, **_free(now)}
        rows = self._comprobantes.find(wanted, {"_id": 1}).sort("envio.next_try_at", 1)
        return [row["_id"] for row in await rows.to_list(limit)]

    async def send_again(self, names: Sequence[str], now: datetime) -> int:
        """Have comprobantes sent, or asked after, that were held back; how many."""
        done = await self._comprobantes.update_many(
            {"_id": {"$in": list(names)}, "estado": PENDIENTE, **_BY_ITSELF},
            {"$set": {"envio.next_try_at": now, "envio.parado": False, "envio.escalon": 0}},
        )
        return done.modified_count

    async def stop(self, parada: Parada, now: datetime) -> None:
        """Hold an issuer's comprobantes back from now on."""
        change = {"$set": {"version": parada.version, "motivo": parada.motivo}, "$setOnInsert": {"desde": now}}
        await self._paradas.update_one({"_id": parada.emisor_id}, change, upsert=True)

    async def parada(self, emisor_id: int) -> Parada | None:
        """Why an issuer is held back; None where it is not."""
        found = await self._paradas.find_one({"_id": emisor_id})
        return None if found is None else _parada(found)

    async def paradas(self) -> AsyncIterator[Parada]:
        """Every issuer that is held back."""
        async for row in self._paradas.find({}):
            yield _parada(row)

    async def resume(self, parada: Parada, now: datetime) -> None:
        """Let an issuer go on, unless it was stopped anew meanwhile."""
        await self._paradas.delete_one({"_id": parada.emisor_id, "version": parada.version})
        await self.release(now)

    async def release(self, now: datetime) -> None:
        """Let go on what was held back with an issuer that is not stopped any more.

        That happens to one whose configuration SUNAT refused while it was being set right.
        """
        stopped = [parada.emisor_id async for parada in self.paradas()]
        await self._comprobantes.update_many(
            {"emisor_id": {"$nin": stopped}, "estado": PENDIENTE, "envio.parado": True},
            {"$set": {"envio.next_try_at": now, "envio.parado": False}},
        )

    async def pending(self, *, before: datetime) -> int:
        """How many are pending that were issued before that moment."""
        return await self._comprobantes.count_documents({"estado": PENDIENTE, "created_at": {"$lte": before}})

    async def held_back(self) -> int:
        """How many are pending without another try."""
        return await self._comprobantes.count_documents(_HELD)

    async def held(self) -> AsyncIterator[tuple[str, str]]:
        """Those, by name, with the reason of each."""
        rows = self._comprobantes.find(_HELD, {"motivo_pendiente": 1}).sort("_id", 1)
        async for row in rows:
            yield row["_id"], row.get("motivo_pendiente") or ""

    async def _set(self, envio: Envio, change: Mapping[str, Any]) -> bool:
        return (await self._comprobantes.update_one(_mine(envio), {"$set": change})).matched_count == 1

    async def _let_go(self, envio: Envio, change: Mapping[str, Any], *gone: str) -> None:
        unset = dict.fromkeys((*_LEASE, *gone), "")
        await self._comprobantes.update_one(
            _mine(envio), {"$set": {**change, "envio.plazo": envio.plazo}, "$unset": unset}
        )


def _free(now: datetime) -> dict[str, Any]:
    return {"$or": [{"envio.lease_until": {"$exists": False}}, {"envio.lease_until": {"$lte": now}}]}


def _mine(envio: Envio) -> dict[str, Any]:
    return {"_id": envio.nombre_archivo, "estado": PENDIENTE, "envio.owner": envio.owner}


def _parada(row: Mapping[str, Any]) -> Parada:
    return Parada(row["_id"], row["version"], row["motivo"])


def _envio(row: Mapping[str, Any]) -> Envio:
    documento, envio = row["documento"], row["envio"]
    issued = documento["fecha_emision"]
    return Envio(
        nombre_archivo=row["_id"],
        company=row["company"],
        emisor_id=row["emisor_id"],
        fecha_emision=issued.date() if isinstance(issued, datetime) else date.fromisoformat(str(issued)),
        request_id=row["request_id"],
        origin=row["origin"],
        receptor=str(documento.get("cliente", {}).get("numero_documento", "")),
        en_duda=bool(envio.get("en_duda")),
        escalon=int(envio.get("escalon", 0)),
        owner=envio["owner"],
        ambiente=row.get("ambiente"),
    )
