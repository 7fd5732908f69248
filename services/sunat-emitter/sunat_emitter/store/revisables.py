"""What a reconciliation looks at: comprobantes, RCs and RAs by their day of issue; and what it puts right in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from shared.contracts.message import Contract
from shared.mongo import Collection, Database, Index
from sunat_emitter.store.envios import Envio, Result
from sunat_emitter.store.ventas import venta_key

INDEXES = (
    Index("comprobantes", (("emisor_id", 1), ("fecha_emision", 1), ("_id", 1))),
    Index("resumenes", (("emisor_id", 1), ("fecha_referencia", 1), ("_id", 1))),
    Index("comprobantes", (("anulacion_por_contar", 1),), partial={"anulacion_por_contar": True}),
)

_FIELDS = dict.fromkeys(
    (
        *("company", "emisor_id", "tipo", "serie", "numero", "ambiente", "estado", "codigo_sunat", "envio.en_duda"),
        *("fecha_emision", "fecha_referencia", "request_id", "origin", "resumen", "informado_por"),
        *("documento.cliente.numero_documento", "ticket", "paso", "identificador", "clase"),
    ),
    1,
)
_DAYS = ("fecha_emision", "fecha_referencia")


@dataclass(frozen=True)
class Revisable:
    """A comprobante, RC or RA as far as reconciling goes."""

    nombre_archivo: str
    company: str
    emisor_id: int
    tipo: str
    """Catalog 01, or RC and RA."""
    dia: str
    """Of issue, `2026-11-21`."""
    ambiente: str | None
    estado: str
    codigo: str | None
    en_duda: bool
    tiene_cdr: bool
    serie: str = ""
    numero: int = 0
    receptor: str = ""
    resumen: str | None = None
    """The RC or RA in which it is under way."""
    informado_por: str | None = None
    """The RC by which SUNAT took it: its receipt is that one's."""
    ticket: str | None = None
    paso: str = ""
    identificador: str = ""

    @property
    def envio(self) -> Envio:
        """The comprobante as those see it who read its receipt."""
        return Envio(
            nombre_archivo=self.nombre_archivo,
            company=self.company,
            emisor_id=self.emisor_id,
            fecha_emision=date.fromisoformat(self.dia),
            request_id="",
            origin="",
            receptor=self.receptor,
            en_duda=self.en_duda,
            escalon=0,
            owner="",
            ambiente=self.ambiente,
        )


class Voided(Contract):
    """A comprobante that a reconciliation voided, as its event needs it."""

    nombre_archivo: str
    company: str
    emisor_id: int
    tipo: Literal["01", "03", "07", "08"]
    serie: str
    numero: int
    request_id: str
    origin: str
    motivo_anulacion: str = ""


class Revisables:
    """Reads and puts right."""

    def __init__(self, database: Database) -> None:
        self._comprobantes, self._resumenes = database["comprobantes"], database["resumenes"]
        self._archivos, self._ventas = database["archivos"], database["ventas"]

    async def page(
        self, fase: int, emisor_id: int, days: tuple[str, str], after: tuple[str, str], limit: int
    ) -> list[Revisable]:
        """The next ones of an issuer's days (both inclusive) after this day and name: comprobantes in phase 0."""
        rows, day = self._place(fase)
        wanted = {
            "emisor_id": emisor_id,
            day: {"$gte": max(days[0], after[0]), "$lte": days[1]},
            "$or": [{day: {"$gt": after[0]}}, {day: after[0], "_id": {"$gt": after[1]}}],
        }
        found = await rows.find(wanted, _FIELDS).sort([(day, 1), ("_id", 1)]).to_list(limit)
        kept = await self._with_cdr(row["_id"] for row in found)
        return [_read(row, day, kept) for row in found]

    async def changed(self, fase: int, file: Revisable) -> bool:
        """Whether a file is no longer as it was seen."""
        row = await self._place(fase)[0].find_one({"_id": file.nombre_archivo}, _FIELDS)
        if row is None:
            return True
        seen = (file.estado, file.en_duda, file.resumen, file.ticket)
        return seen != (row["estado"], _in_doubt(row), row.get("resumen"), row.get("ticket"))

    def _place(self, fase: int) -> tuple[Collection, str]:
        return (self._comprobantes, self._resumenes)[fase], _DAYS[fase]

    async def _with_cdr(self, names: Iterable[str]) -> set[str]:
        files = {f"R-{name}.zip": name for name in names}
        rows = self._archivos.find({"_id": {"$in": list(files)}}, {"_id": 1})
        return {files[row["_id"]] async for row in rows}

    async def by_receipt(self, name: str, result: Result) -> None:
        """Its state came without a receipt, which is here now: show what that says."""
        change = {"codigo_sunat": result.codigo, "mensaje_sunat": result.mensaje}
        wanted = {"_id": name, "estado": result.estado}
        await self._comprobantes.update_one(wanted, {"$set": {**change, "observaciones": list(result.observaciones)}})

    async def void(self, name: str, motivo: str, now: datetime) -> bool:
        """It is void at SUNAT; False where a voiding of ours is under way, or it changed."""
        change = {
            "estado": "ANULADO",
            "motivo_anulacion": motivo,
            "anulado_por": None,
            "fecha_anulacion": now,
            "anulacion_por_contar": True,
        }
        wanted = {"_id": name, "estado": "ACEPTADO", "resumen": None}
        row = await self._comprobantes.find_one(wanted, {"company": 1, "venta_id": 1})
        if row is None:
            return False
        if row.get("venta_id") is not None:  # first, as nothing is looked for again of what is void already
            sale = {"_id": venta_key(row["company"], row["venta_id"]), "comprobante.nombre_archivo": name}
            annulled = {"estado": "ANULADO", "motivo_anulacion": motivo, "updated_at": now}
            await self._ventas.update_one(sale, {"$set": annulled})
        return (await self._comprobantes.update_one(wanted, {"$set": change})).matched_count == 1

    async def voided(self, limit: int) -> list[Voided]:
        """Those whose voiding was not published as far as is known."""
        rows = await self._comprobantes.find({"anulacion_por_contar": True}, {"documento": 0}).to_list(limit)
        return [Voided.model_validate({**row, "nombre_archivo": row["_id"]}) for row in rows]

    async def told(self, name: str) -> None:
        """Its voiding was published."""
        await self._comprobantes.update_one({"_id": name}, {"$unset": {"anulacion_por_contar": ""}})


def _read(row: Mapping[str, Any], day: str, with_cdr: set[str]) -> Revisable:
    documento = row.get("documento") or {}
    name = str(row["_id"])
    return Revisable(
        nombre_archivo=name,
        company=row["company"],
        emisor_id=row["emisor_id"],
        tipo=row.get("tipo") or row["clase"],
        dia=row[day],
        ambiente=row.get("ambiente"),
        estado=row["estado"],
        codigo=row.get("codigo_sunat"),
        en_duda=_in_doubt(row),
        tiene_cdr=name in with_cdr,
        serie=row.get("serie", ""),
        numero=row.get("numero", 0),
        receptor=str(documento.get("cliente", {}).get("numero_documento", "")),
        resumen=row.get("resumen"),
        informado_por=row.get("informado_por"),
        ticket=row.get("ticket"),
        paso=row.get("paso", ""),
        identificador=row.get("identificador", ""),
    )


def _in_doubt(row: Mapping[str, Any]) -> bool:
    return bool(row.get("envio", {}).get("en_duda"))
