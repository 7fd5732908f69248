"""The collection `resumenes`: daily summaries (RC) and voidings (RA), and how far each is on its way to SUNAT.

Keyed by `RUC-RC-20251013-001`. The part `envio` is a worker's, as in `envios`: a lease that ends by itself, the moment
of the next try, the doubt whether SUNAT has it. `paso` says how far it is:

    creado → firmado → enviado (SUNAT gave a ticket) → decidido (SUNAT's word is known) → resuelto (its comprobantes
    stand accordingly; only now `estado` changes)

One without `envio.next_try_at` before it is decided is held back: `motivo_pendiente` says what a person has to look at.

    envio: {next_try_at, lease_until, owner, en_duda, escalon, intentos, parado, por_contar, contable_at, decidido_at}
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from shared.contracts.message import Contract
from shared.contracts.sunat.emisores import Endpoint
from shared.contracts.sunat.resumenes import Clase, Condicion, EstadoResumen
from shared.contracts.sunat.values import Importe, TipoComprobante
from shared.mongo import Database, Index, ReturnDocument
from sunat_emitter.documents.model import Totales
from sunat_emitter.store.comprobantes import FueraDePlazo
from sunat_emitter.store.envios import Result

_RESUMENES = "resumenes"
RC: Clase = "RC"
RA: Clase = "RA"
Paso = Literal["creado", "firmado", "enviado", "decidido", "resuelto"]
Contado = Literal["issued", "sent", "resolved"]
"""Events of a summary that are published."""
_IDENTIFICADOR = re.compile(r"R[AC]-[0-9]{8}-[0-9]{1,5}")
"""Tickets are digits."""
_OPEN: tuple[Paso, ...] = ("creado", "firmado", "enviado")
_LEASE = ("envio.lease_until", "envio.owner")
_WITHOUT_LINES = {"lineas": 0}


class LineaResumen(Contract):
    """One comprobante in an RC or RA, with the figures that were issued."""

    comprobante: str
    """Its name, `RUC-TT-SERIE-NUM`."""
    tipo: TipoComprobante
    serie: str
    numero: int
    condicion: Condicion | None = None
    """Of an RC."""
    motivo: str | None = None
    """Of a voiding."""
    moneda: str
    cliente_tipo: str
    cliente_numero: str
    referencia_tipo: TipoComprobante | None = None
    referencia_serie: str | None = None
    referencia_numero: int | None = None
    """Of a note: the comprobante that it changes."""
    totales: Totales


def totales_of(lineas: Iterable[LineaResumen]) -> dict[str, Decimal]:
    """What they come to in each currency."""
    sums: dict[str, Decimal] = {}
    for each in lineas:
        sums[each.moneda] = sums.get(each.moneda, Decimal(0)) + each.totales.total
    return sums


class StoredResumen(Contract):
    """An RC or RA as it stands."""

    nombre_archivo: str
    id: int
    company: str
    emisor_id: int
    ruc: str
    ambiente: Endpoint
    clase: Clase
    identificador: str
    """`RC-20251013-001`: the XML's ID, and the file's name after the RUC."""
    correlativo: int
    fecha_referencia: date
    """When its comprobantes were issued."""
    fecha_generacion: date
    """The date in its name; both by the clock of Lima."""
    lineas: tuple[LineaResumen, ...] = ()
    """Empty where it was read without them."""
    cantidad: int
    totales: dict[str, Importe] = Field(default_factory=dict)
    """Sum of the comprobantes' totals by currency."""
    baja: bool = False
    """Made to void; an RC then holds lines of condition 3 alone."""
    pedido: str
    """What all that one request made shares: the digest of its key, or its id."""
    parte: int = 0
    """Its place among those."""
    digest: str | None = None
    """Of what was asked with the key."""
    advertencias: tuple[str, ...] = ()
    """Told to the client with the first part."""
    estado: EstadoResumen = "PENDIENTE"
    paso: Paso = "creado"
    hash: str | None = None
    """Of the signed XML."""
    ticket: str | None = None
    decision: Literal["ACEPTADO", "RECHAZADO"] | None = None
    codigo_sunat: str | None = None
    mensaje_sunat: str | None = None
    observaciones: tuple[str, ...] = ()
    motivo_pendiente: str | None = None
    fuera_de_plazo: FueraDePlazo | None = None
    fecha_envio: datetime | None = None
    fecha_procesamiento: datetime | None = None
    request_id: str
    origin: str
    created_at: datetime
    envio: dict[str, Any] = Field(default_factory=dict)

    @property
    def owner(self) -> str:
        """The worker that has it; empty where none has."""
        return str(self.envio.get("owner", ""))

    @property
    def en_duda(self) -> bool:
        """Whether SUNAT may have it although it gave no ticket that we know."""
        return bool(self.envio.get("en_duda"))

    @property
    def escalon(self) -> int:
        """How often it was put off since its last step."""
        return int(self.envio.get("escalon", 0))


@dataclass(frozen=True)
class Untold:
    """An event of a summary that is not published as far as is known."""

    resumen: StoredResumen
    what: Contado


class Resumenes:
    """Reads summaries, and writes how far they are; `agrupacion` inserts them."""

    INDEXES = (
        Index(_RESUMENES, (("company", 1), ("clase", 1), ("created_at", -1))),
        Index(_RESUMENES, (("company", 1), ("baja", 1), ("created_at", -1))),
        Index(_RESUMENES, (("company", 1), ("ticket", 1), ("created_at", -1))),
        Index(_RESUMENES, (("company", 1), ("identificador", 1), ("created_at", -1))),
        Index(_RESUMENES, (("company", 1), ("pedido", 1), ("parte", 1)), unique=True),
        Index(_RESUMENES, (("ruc", 1), ("clase", 1), ("fecha_generacion", 1), ("correlativo", -1))),
        Index(_RESUMENES, (("envio.next_try_at", 1),), partial={"envio.next_try_at": {"$exists": True}}),
        Index(_RESUMENES, (("envio.contable_at", 1),), partial={"envio.contable_at": {"$exists": True}}),
        Index(_RESUMENES, (("envio.decidido_at", 1),), partial={"paso": "decidido"}),
    )

    def __init__(self, database: Database) -> None:
        self._rows = database[_RESUMENES]

    async def find(self, nombre_archivo: str) -> StoredResumen | None:
        """One by its name, with its lines."""
        return read(await self._rows.find_one({"_id": nombre_archivo}))

    async def by_ticket(self, company: str, ticket: str, among: Mapping[str, Any]) -> StoredResumen | None:
        """The tenant's with this ticket or identifier, the newest where several have it."""
        by = "identificador" if _IDENTIFICADOR.fullmatch(ticket) else "ticket"
        wanted = {"company": company, by: ticket, **among}
        return read(await self._rows.find_one(wanted, sort=[("created_at", -1)]))

    async def of_request(self, company: str, pedido: str) -> list[StoredResumen]:
        """All that one request made, in order, with their lines."""
        found = self._rows.find({"company": company, "pedido": pedido}).sort("parte", 1)
        return [each async for row in found if (each := read(row))]

    async def page(self, wanted: Mapping[str, Any], skip: int, limit: int) -> tuple[list[StoredResumen], int]:
        """Without lines, newest first, and how many there are in all."""
        order = [("created_at", -1), ("_id", -1)]
        found = self._rows.find(wanted, _WITHOUT_LINES).sort(order).skip(skip).limit(limit)
        return [each async for row in found if (each := read(row))], await self._rows.count_documents(dict(wanted))

    async def claim(self, name: str, owner: str, now: datetime, until: datetime) -> StoredResumen | None:
        """Take one that is not decided and that nobody else has; None where there is nothing to take."""
        found = await self._rows.find_one_and_update(
            {"_id": name, "paso": {"$in": list(_OPEN)}, **_free(now)},
            {"$set": {"envio.owner": owner, "envio.lease_until": until, "envio.next_try_at": until}},
            return_document=ReturnDocument.AFTER,
        )
        return read(found)

    async def renew(self, resumen: StoredResumen, until: datetime) -> bool:
        """Hold on to it longer; False where the lease was lost."""
        return await self._set(resumen, {"envio.lease_until": until, "envio.next_try_at": until})

    async def sign(self, resumen: StoredResumen, digest: str) -> bool:
        """Its XML is kept; False where the lease was lost."""
        return await self._set(resumen, {"paso": "firmado", "hash": digest})

    async def begin_try(self, resumen: StoredResumen, now: datetime, until: datetime) -> bool:
        """Note that it is being sent: from here on SUNAT may have it. False where the lease was lost."""
        lease = {"envio.lease_until": until, "envio.next_try_at": until}
        change = {"$set": {**lease, "envio.en_duda": True, "fecha_envio": now}, "$inc": {"envio.intentos": 1}}
        return (await self._rows.update_one(_mine(resumen), change)).matched_count == 1

    async def keep_ticket(self, resumen: StoredResumen, ticket: str, now: datetime, at: datetime) -> bool:
        """SUNAT gave a ticket, to be asked after at `at`; lets it go. False where the lease was lost."""
        change = {
            "paso": "enviado",
            "ticket": ticket,
            "fecha_envio": now,
            "motivo_pendiente": None,
            "envio.en_duda": False,
            "envio.escalon": 0,
            "envio.next_try_at": at,
            "envio.contable_at": now,
        }
        return await self._let_go(resumen, change, told="sent")

    async def postpone(self, resumen: StoredResumen, motivo: str, at: datetime, *, en_duda: bool, escalon: int) -> None:
        """Put it off and let it go."""
        change = {"motivo_pendiente": motivo, "envio.next_try_at": at, "envio.en_duda": en_duda}
        await self._let_go(resumen, {**change, "envio.escalon": escalon})

    async def let_go(self, resumen: StoredResumen, at: datetime) -> None:
        """Let it go as it is, to be looked at again at that moment."""
        await self._let_go(resumen, {"envio.next_try_at": at})

    async def hold_back(self, resumen: StoredResumen, motivo: str, *, en_duda: bool, parado: bool = False) -> None:
        """Let it go without another try, until somebody, or a change of its issuer (`parado`), asks for one."""
        change: dict[str, Any] = {"motivo_pendiente": motivo, "envio.en_duda": en_duda, "envio.parado": parado}
        await self._let_go(resumen, change, "envio.next_try_at")

    async def decide(self, resumen: StoredResumen, result: Result, now: datetime) -> StoredResumen | None:
        """SUNAT has decided: the row afterwards, for `apply_resolution`. None where the lease was lost."""
        change = {
            "paso": "decidido",
            "decision": result.estado,
            "codigo_sunat": result.codigo,
            "mensaje_sunat": result.mensaje,
            "observaciones": list(result.observaciones),
            "motivo_pendiente": None,
            "fecha_procesamiento": now,
            "envio.en_duda": False,
            "envio.decidido_at": now,
        }
        gone = dict.fromkeys((*_LEASE, "envio.next_try_at"), "")
        found = await self._rows.find_one_and_update(
            _mine(resumen), {"$set": change, "$unset": gone}, return_document=ReturnDocument.AFTER
        )
        return read(found)

    async def settle(self, resumen: StoredResumen, now: datetime) -> None:
        """Its comprobantes stand as was decided; a repeat changes nothing."""
        change = {"paso": "resuelto", "estado": resumen.decision, "envio.contable_at": now}
        told = {"$addToSet": {"envio.por_contar": "resolved"}}
        await self._rows.update_one({"_id": resumen.nombre_archivo, "paso": "decidido"}, {"$set": change, **told})

    async def decided(self, before: datetime, limit: int) -> list[StoredResumen]:
        """Those that were decided before that moment and whose comprobantes may not stand accordingly yet."""
        wanted = {"paso": "decidido", "envio.decidido_at": {"$lte": before}}
        rows = self._rows.find(wanted).sort("envio.decidido_at", 1).limit(limit)
        return [each async for row in rows if (each := read(row))]

    async def told(self, name: str, what: Contado) -> None:
        """An event of it was published."""
        row = await self._rows.find_one_and_update(
            {"_id": name},
            {"$pull": {"envio.por_contar": what}},
            projection={"envio.por_contar": 1},
            return_document=ReturnDocument.AFTER,
        )
        if row is not None and not row.get("envio", {}).get("por_contar"):
            await self._rows.update_one(
                {"_id": name, "envio.por_contar": {"$size": 0}}, {"$unset": {"envio.contable_at": ""}}
            )

    async def untold(self, before: datetime, limit: int) -> list[Untold]:
        """Events that should have been published before that moment, and were not as far as is known."""
        rows = self._rows.find({"envio.contable_at": {"$lte": before}}, _WITHOUT_LINES).sort("envio.contable_at", 1)
        found = [each for row in await rows.to_list(limit) if (each := read(row))]
        return [Untold(each, what) for each in found for what in each.envio.get("por_contar", ())]

    async def due(self, now: datetime, limit: int) -> list[str]:
        """Those whose time has come, to be sent or asked after, the longest due first."""
        wanted = {"envio.next_try_at": {"$lte": now}, "paso": {"$in": list(_OPEN)}, **_free(now)}
        rows = self._rows.find(wanted, {"_id": 1}).sort("envio.next_try_at", 1)
        return [row["_id"] for row in await rows.to_list(limit)]

    async def send_again(self, names: Sequence[str], now: datetime) -> int:
        """Have these, that were held back, sent or asked after again; how many."""
        done = await self._rows.update_many(
            {"_id": {"$in": list(names)}, "paso": {"$in": list(_OPEN)}},
            {"$set": {"envio.next_try_at": now, "envio.parado": False, "envio.escalon": 0}},
        )
        return done.modified_count

    async def _set(self, resumen: StoredResumen, change: Mapping[str, Any]) -> bool:
        return (await self._rows.update_one(_mine(resumen), {"$set": change})).matched_count == 1

    async def _let_go(
        self, resumen: StoredResumen, change: Mapping[str, Any], *gone: str, told: Contado | None = None
    ) -> bool:
        update: dict[str, Any] = {"$set": dict(change), "$unset": dict.fromkeys((*_LEASE, *gone), "")}
        if told is not None:
            update["$addToSet"] = {"envio.por_contar": told}
        return (await self._rows.update_one(_mine(resumen), update)).matched_count == 1


def read(row: Mapping[str, Any] | None) -> StoredResumen | None:
    """A row as it stands."""
    return None if row is None else StoredResumen(nombre_archivo=row["_id"], **row)


def _free(now: datetime) -> dict[str, Any]:
    return {"$or": [{"envio.lease_until": {"$exists": False}}, {"envio.lease_until": {"$lte": now}}]}


def _mine(resumen: StoredResumen) -> dict[str, Any]:
    return {"_id": resumen.nombre_archivo, "paso": {"$in": list(_OPEN)}, "envio.owner": resumen.owner}
