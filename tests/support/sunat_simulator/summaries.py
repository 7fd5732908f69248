"""Resúmenes diarios (RC) and comunicaciones de baja (RA): SUNAT's checks on them, and what they change in the books."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from tests.support.sunat_simulator import figures
from tests.support.sunat_simulator.books import ACEPTADO, ANULADO, Books, Entry
from tests.support.sunat_simulator.lines import (
    check_head,
    check_repeats,
    check_summary_line,
    check_voiding_line,
    remarks_of,
)
from tests.support.sunat_simulator.messages import Exception_
from tests.support.sunat_simulator.packages import Package
from tests.support.sunat_simulator.paper import Node, reject

_ROOTS = {"RC": "SummaryDocuments", "RA": "VoidedDocuments"}
LINES = {"RC": "sac:SummaryDocumentsLine", "RA": "sac:VoidedDocumentsLine"}
_MOST_LINES = 500
_DAYS = timedelta(days=7)
ADD, MODIFY, VOID = "1", "2", "3"


def check_identity(paper: Node, package: Package, user_ruc: str) -> None:
    """The name is the content's: 1034, 2220, 2346; no more than 500 lines (0158).

    Raises:
        Exception_, Rejection: what does not agree.
    """
    if paper.name != _ROOTS[package.tipo]:
        raise Exception_(306, "No se puede leer (parsear) el archivo XML", f"raiz {paper.name}")
    ruc = paper.text("cac:AccountingSupplierParty/cbc:CustomerAssignedAccountID")
    if ruc != package.ruc or ruc != user_ruc:
        raise Exception_(1034, "Número de RUC del nombre del archivo no coincide con el consignado en el XML")
    if paper.text("cbc:ID") != package.id:
        reject(2220, "El ID debe coincidir con el nombre del archivo")
    if paper.text("cbc:IssueDate").replace("-", "") != package.serie:
        reject(2346, "La fecha de generación del resumen debe ser igual a la fecha consignada en el nombre del archivo")
    if not 0 < len(paper.all(LINES[package.tipo])) <= _MOST_LINES:
        raise Exception_(158, "El archivo contiene demasiados comprobantes, o ninguno")


def apply(paper: Node, package: Package, books: Books) -> list[str]:
    """Enter a summary or voiding: all of it, or nothing. Returns the remarks on it.

    Raises:
        Rejection: the first line that does not hold.
    """
    voiding = package.tipo == "RA"
    lines = paper.all(LINES[package.tipo])
    check_head(paper, books.today, 2301 if voiding else 2236)
    check_repeats(lines, voiding=voiding)
    work = _Work(package, books, date.fromisoformat(paper.text("cbc:ReferenceDate")))
    for line in lines:
        if voiding:
            work.void(line)
        else:
            work.take(line)
    for entry in work.staged.values():
        books.enter(entry)
    late = books.today > work.issued + _DAYS and not voiding
    return remarks_of(lines, voiding=voiding, late=late)


@dataclass
class _Work:
    """The lines one by one, each on what those before it left."""

    package: Package
    books: Books
    issued: date
    staged: dict[str, Entry] = field(default_factory=dict)

    def _known(self, name: str) -> Entry | None:
        return self.staged.get(name) or self.books.entries.get(name)

    @property
    def _too_late_to_void(self) -> bool:
        return self.books.today > self.issued + _DAYS

    def take(self, line: Node) -> None:
        """A line of an RC."""
        check_summary_line(line)
        name = f"{self.package.ruc}-{line.text('cbc:DocumentTypeCode')}-{line.text('cbc:ID')}"
        condition = line.text("cac:Status/cbc:ConditionCode")
        known = self._known(name)
        if known is None and condition != ADD:
            reject(2663, f"El documento indicado no existe no puede ser modificado: {name}")
        if known is not None and known.estado != ACEPTADO:
            reject(2987, f"El comprobante ya fue informado y se encuentra anulado o rechazado: {name}")
        if known is not None and condition == ADD:
            reject(2282, f"Existe documento ya informado anteriormente: {name}")
        if condition == VOID and self._too_late_to_void:
            reject(2957, "El comprobante no puede ser dado de baja por exceder el plazo desde su fecha de emision")
        if condition != VOID:
            self._check_changed(line)
        entry = _line_entry(line, name, self.issued)
        if known is not None and condition == VOID:
            entry = replace(known, estado=ANULADO)
        elif known is not None:
            entry = replace(known, total=entry.total, moneda=entry.moneda, figures=entry.figures)
        self.staged[name] = entry

    def _check_changed(self, line: Node) -> None:
        """What a note is on: 2989 not informed, 2990 voided or rejected."""
        changed = line.one("cac:BillingReference/cac:InvoiceDocumentReference")
        if changed is None:
            return
        known = self._known(f"{self.package.ruc}-{changed.text('cbc:DocumentTypeCode')}-{changed.text('cbc:ID')}")
        if known is None:
            reject(2989, "El comprobante a la que hace referencia la nota, no se encuentra informado")
        if known.estado != ACEPTADO:
            reject(2990, "El comprobante a la que hace referencia la nota, se encuentra anulado o rechazado")

    def void(self, line: Node) -> None:
        """A line of an RA."""
        check_voiding_line(line)
        number = f"{line.text('sac:DocumentSerialID')}-{line.text('sac:DocumentNumberID')}"
        known = self._known(f"{self.package.ruc}-{line.text('cbc:DocumentTypeCode')}-{number}")
        if known is None:
            reject(2105, f"Comprobante a dar de baja no se encuentra registrado en SUNAT: {number}")
        if known.estado == ANULADO:
            reject(2323, f"Existe documento ya informado anteriormente en una comunicacion de baja: {number}")
        if known.estado != ACEPTADO:
            reject(2398, f"El documento a dar de baja se encuentra rechazado: {number}")
        if self._too_late_to_void:
            reject(2957, "El comprobante no puede ser dado de baja por exceder el plazo desde su fecha de emision")
        if known.fecha_emision != self.issued:
            reject(2375, f"Fecha de emision del comprobante no coincide con la comunicada: {number}")
        self.staged[known.name] = replace(known, estado=ANULADO)


def _line_entry(line: Node, name: str, issued: date) -> Entry:
    party = "cac:AccountingCustomerParty"
    kind, number = line.text(f"{party}/cbc:AdditionalAccountID"), line.text(f"{party}/cbc:CustomerAssignedAccountID")
    return Entry(
        name=name,
        estado=ACEPTADO,
        codigo=0,
        mensaje="informado por resumen (SIMULADOR)",
        huella="",
        fecha_emision=issued,
        receptor=f"{kind}-{number}",
        total=str(line.amount("sac:TotalAmount") or Decimal(0)),
        moneda=line.attribute("sac:TotalAmount", "currencyID"),
        figures=figures.of_line(line),
    )
