"""Takes one judged document over: stored where it is new, completed where it came before without SUNAT's word."""

from dataclasses import dataclass

from shared.contracts.sunat.importaciones import ArchivoImportado, ResultadoImportacion
from shared.contracts.sunat.values import EstadoSunat
from sunat_emitter.documents.model import Comprobante
from sunat_emitter.downloads import cdr_name, xml_name
from sunat_emitter.importacion.books import Books
from sunat_emitter.importacion.judge import Alone, Taken
from sunat_emitter.importacion.rows import Into, comprobante_row, summary_row
from sunat_emitter.importacion.summary import Summary
from sunat_emitter.importacion.venta import venta
from sunat_emitter.store import StoredVenta
from sunat_emitter.store.envios import RECHAZADO
from sunat_emitter.store.importados import ANULADO, Standing

_NOTES = frozenset({"07", "08"})
_UNLISTED = "no aparece en la lista de ventas: tiene más líneas, o datos, de los que esa lista admite"


@dataclass(frozen=True)
class Taking:
    """One import's hands."""

    books: Books
    into: Into

    async def take(self, given: Taken | Alone, there: Standing | None) -> ArchivoImportado:
        """Take a document, or a receipt alone, over; `there` is what is stored under its name."""
        if there is not None and there.company != self.into.emisor.company:
            return self._refused(given, "otra cuenta con el mismo RUC ya tiene este documento")
        if isinstance(given, Alone):
            return await self._receipt_alone(given, there)
        if there is not None:
            return await self._again(given, there)
        inserted = await self._insert(given)
        if inserted is None:
            return self._refused(given, "su número se tomó mientras se importaba: repita la importación")
        return inserted

    async def _insert(self, given: Taken) -> ArchivoImportado | None:
        """Store a new one; None where its number was taken meanwhile."""
        await self._keep(given)
        result = given.receipt.result if given.receipt else None
        if isinstance(given.documento, Summary):
            row_id = await self.books.contadores.take(f"resumenes/{self.into.emisor.company}")
            row = summary_row(given.documento, given.hash, self.into, row_id)
            stored = await self.books.importados.insert_summary(row, result, self.into.now)
            warnings: tuple[str, ...] = ()
        else:
            rejected = result is not None and result.estado == RECHAZADO
            stored, warnings = await self._insert_comprobante(given, given.documento, rejected=rejected)
        if not stored:
            return None
        return self._told(given, "IMPORTADO", result.estado if result else "PENDIENTE", warnings)

    async def _insert_comprobante(
        self, given: Taken, documento: Comprobante, *, rejected: bool
    ) -> tuple[bool, tuple[str, ...]]:
        note = documento.tipo in _NOTES
        # A rejected one sold nothing; a note changes what was sold.
        sold = None if note or rejected else await self._sell(documento)
        if sold is None or sold.comprobante is None:
            row_id = await self._new_id(documento.tipo if note else "ventas")
        else:
            row_id = sold.comprobante.id
        row = comprobante_row(given, documento, self.into, row_id=row_id, venta_id=sold.id if sold else None)
        result = given.receipt.result if given.receipt else None
        stored = await self.books.importados.insert(row, result, self.into.now)
        return stored, (_UNLISTED,) if sold is None and not note and not rejected else ()

    async def _sell(self, documento: Comprobante) -> StoredVenta | None:
        """The sale behind it; the same one where an import was cut off after it."""
        company = self.into.emisor.company
        ids = await self.books.ventas.new_ids(company, len(documento.lineas))
        row_id = await self._new_id("ventas")
        sold = venta(documento, company, ids=ids, comprobante_id=row_id, now=self.into.now)
        return sold and await self.books.ventas.insert(sold, f"importado:{documento.nombre_archivo}")

    async def _new_id(self, kind: str) -> int:
        """Of a comprobante of this kind, as the API shows it."""
        return await self.books.contadores.take(f"comprobantes/{self.into.emisor.company}/{kind}")

    async def _again(self, given: Taken, there: Standing) -> ArchivoImportado:
        """What is there is never overwritten; SUNAT's word is added where it was missing."""
        if not there.importado:
            return self._ours(given, there)
        if there.hash != given.hash:
            return self._refused(given, f"ya se importó otro documento con este número, {_shown(there)}")
        changed = False
        if not isinstance(given.documento, Summary):
            changed = await self.books.importados.move(given.nombre, there.company, self.into.ambiente)
        if given.receipt is None or there.con_codigo:
            return self._told(given, "ACTUALIZADO" if changed else "YA_ESTABA", there.estado)
        await self._keep(given)
        estado = await self._complete(given, there)
        return self._told(given, "ACTUALIZADO", estado)

    async def _complete(self, given: Taken | Alone, there: Standing) -> str:
        """Write SUNAT's word on what was taken over without it; how it stands then."""
        result = given.receipt.result if given.receipt else None
        if result is None:
            return there.estado
        company, importados = self.into.emisor.company, self.books.importados
        if not await importados.complete(given.nombre, company, result):
            await importados.complete_summary(given.nombre, company, result)
        return there.estado if there.estado == ANULADO else result.estado

    def _ours(self, given: Taken, there: Standing) -> ArchivoImportado:
        if there.hash == given.hash:
            return self._told(given, "YA_ESTABA", there.estado)
        return self._refused(given, f"se emitió aquí otro documento con este número, {_shown(there)}: no se cambió")

    async def _receipt_alone(self, given: Alone, there: Standing | None) -> ArchivoImportado:
        if there is None or not there.importado:
            where = "no está ni entre estos archivos ni importado" if there is None else "se emitió aquí: concilie"
            return self._refused(given, f"es la constancia de {given.nombre}, que {where}")
        if there.con_codigo:
            return self._told(given, "YA_ESTABA", there.estado)
        await self._keep_receipt(given.nombre, given.receipt.content)
        return self._told(given, "ACTUALIZADO", await self._complete(given, there))

    async def _keep(self, given: Taken) -> None:
        into = self.into
        kept_until = into.now + into.file_time
        await self.books.archivos.keep(
            xml_name(given.nombre), given.xml, company=into.emisor.company, kept_until=kept_until
        )
        if given.receipt:
            await self._keep_receipt(given.nombre, given.receipt.content)

    async def _keep_receipt(self, name: str, content: bytes) -> None:
        into = self.into
        await self.books.archivos.keep(
            cdr_name(name), content, company=into.emisor.company, kept_until=into.now + into.file_time
        )

    def _told(
        self, given: Taken | Alone, what: ResultadoImportacion, estado: str, warnings: tuple[str, ...] = ()
    ) -> ArchivoImportado:
        own = given.warnings if isinstance(given, Taken) else ()
        return ArchivoImportado(
            archivo=given.archivo,
            documento=given.nombre,
            resultado=what,
            estado_sunat=_ESTADOS[estado],
            advertencias=(*own, *warnings),
        )

    def _refused(self, given: Taken | Alone, why: str) -> ArchivoImportado:
        return ArchivoImportado(archivo=given.archivo, documento=given.nombre, resultado="NO_IMPORTADO", motivo=why)


_ESTADOS: dict[str, EstadoSunat] = {
    "PENDIENTE": "PENDIENTE",
    "ACEPTADO": "ACEPTADO",
    "RECHAZADO": "RECHAZADO",
    "ANULADO": "ANULADO",
}


def _shown(there: Standing) -> str:
    return f"del {there.fecha} por {there.total} (hash {there.hash})"
