"""Resúmenes diarios (RC) and comunicaciones de baja (RA): their structure, and what they change in the books."""

from collections.abc import Iterator
from datetime import date, timedelta

from tests.support.sunat_simulator.books import ACEPTADO, ANULADO, Books, Entry
from tests.support.sunat_simulator.messages import Exception_
from tests.support.sunat_simulator.packages import Package
from tests.support.sunat_simulator.paper import Node, reject

_ROOTS = {"RC": "SummaryDocuments", "RA": "VoidedDocuments"}
_LINES = {"RC": "sac:SummaryDocumentsLine", "RA": "sac:VoidedDocumentsLine"}
_MOST_LINES = 500
_VOIDING_DAYS = timedelta(days=7)
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
    if not 0 < len(paper.all(_LINES[package.tipo])) <= _MOST_LINES:
        raise Exception_(158, "El archivo contiene demasiados comprobantes, o ninguno")


def apply(paper: Node, package: Package, books: Books) -> None:
    """Enter a summary or voiding: all of it, or nothing.

    Raises:
        Rejection: the first line that does not hold.
    """
    steps = list(_summary(paper, package, books) if package.tipo == "RC" else _voiding(paper, package, books))
    for entry, estado in steps:
        if entry.name in books.entries:
            books.change(entry.name, estado)
        else:
            books.register(entry)


def _summary(paper: Node, package: Package, books: Books) -> Iterator[tuple[Entry, str]]:
    issued = date.fromisoformat(paper.text("cbc:ReferenceDate"))
    seen: set[tuple[str, str]] = set()
    for line in paper.all(_LINES["RC"]):
        name = f"{package.ruc}-{line.text('cbc:DocumentTypeCode')}-{line.text('cbc:ID')}"
        condition = line.text("cac:Status/cbc:ConditionCode")
        if (name, condition) in seen:
            reject(2513, f"Dato repetido en el resumen: {name}")
        seen.add((name, condition))
        known = books.entries.get(name)
        if condition == ADD:
            if known is not None:
                reject(2282, f"Existe documento ya informado anteriormente: {name}")
            yield _line_entry(line, name, issued), ACEPTADO
        elif known is None or known.estado != ACEPTADO:
            reject(2987, f"El comprobante no se encuentra informado, o ya fue anulado o rechazado: {name}")
        else:
            yield known, ANULADO if condition == VOID else ACEPTADO


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
        total=line.text("sac:TotalAmount"),
        moneda=line.attribute("sac:TotalAmount", "currencyID"),
    )


def _voiding(paper: Node, package: Package, books: Books) -> Iterator[tuple[Entry, str]]:
    issued = date.fromisoformat(paper.text("cbc:ReferenceDate"))
    if books.today > issued + _VOIDING_DAYS:
        reject(2957, "El comprobante no puede ser dado de baja por exceder el plazo desde su fecha de emision")
    for line in paper.all(_LINES["RA"]):
        serie, numero = line.text("sac:DocumentSerialID"), line.text("sac:DocumentNumberID")
        kind = line.text("cbc:DocumentTypeCode")
        if kind == "03":
            reject(2308, "El tipo de comprobante no se puede dar de baja por este medio")
        if not serie.startswith("F"):
            reject(2310, "La serie no corresponde al tipo de comprobante")
        known = books.entries.get(f"{package.ruc}-{kind}-{serie}-{numero}")
        if known is None:
            reject(2105, f"Comprobante a dar de baja no se encuentra registrado en SUNAT: {serie}-{numero}")
        if known.estado != ACEPTADO:
            reject(2323, f"Existe documento ya informado anteriormente en una comunicacion de baja: {serie}-{numero}")
        if known.fecha_emision != issued:
            reject(2375, f"Fecha de emision del comprobante no coincide con la comunicada: {serie}-{numero}")
        yield known, ANULADO
