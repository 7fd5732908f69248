"""SUNAT's rules on a summary's and a voiding's head and lines that its books are not needed for (RC 1.1, RA 1.0)."""

import re
from collections import defaultdict
from datetime import date
from decimal import Decimal

from tests.support.sunat_simulator import figures
from tests.support.sunat_simulator.paper import Node, reject

_BOLETA = re.compile(r"B[A-Z0-9]{3}-(?!0+$)\d{1,8}")
_CHANGED = re.compile(r"(B[A-Z0-9]{3}|EB01)-(?!0+$)\d{1,8}")
_FACTURA = re.compile(r"F[A-Z0-9]{3}")
_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,2})?")
_KINDS = frozenset("0146ABCDEFGH7-")
_IDENTIFIED_ABOVE, _TOLERANCE = Decimal(700), Decimal(5)
_SHORTEST_REASON = 3
_SCHEMES = frozenset({"1000", "1016", "2000", "7152", "9995", "9996", "9997", "9998", "9999"})
_RATES = (Decimal(18), Decimal("10.5"), Decimal(10))


def check_head(paper: Node, today: date, ahead: int) -> None:
    """2236 or 2301 the future, 2671 the order of dates, 2219, 2229 the issuer.

    Raises:
        Rejection: what does not hold.
    """
    made, issued = (date.fromisoformat(paper.text(f"cbc:{name}")) for name in ("IssueDate", "ReferenceDate"))
    if made > today:
        reject(ahead, "La fecha del IssueDate no debe ser mayor a la fecha de recepción")
    if issued > made:
        reject(2671, "La fecha de generación debe ser mayor o igual a la fecha de emisión de los documentos")
    if paper.text("cac:AccountingSupplierParty/cbc:AdditionalAccountID") != "6":
        reject(2219, "El XML no contiene el tag AdditionalAccountID del emisor del documento")
    name = paper.text("cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName")
    if not 3 <= len(name) <= 100:
        reject(2228, "RegistrationName - El dato ingresado no cumple con el estandar")


def check_repeats(lines: list[Node], *, voiding: bool) -> None:
    """2752 rows, 2348 an RA's documents, 3094-3096 what an RC does with one.

    Raises:
        Rejection: what is there twice.
    """
    if len({line.text("cbc:LineID") for line in lines}) < len(lines):
        reject(2752, "El número de ítem no puede estar duplicado")
    done: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        number = line.text("cbc:ID") or f"{line.text('sac:DocumentSerialID')}-{line.text('sac:DocumentNumberID')}"
        done[f"{line.text('cbc:DocumentTypeCode')}-{number}"].append(line.text("cac:Status/cbc:ConditionCode"))
    for name, conditions in done.items():
        if len(set(conditions)) < len(conditions):
            reject(2348 if voiding else 3094, f"Comprobante repetido: {name}")
        if {"1", "2"} <= set(conditions):
            reject(3095, f"El comprobante no debe ser emitido y editado en el mismo envío: {name}")
        if {"2", "3"} <= set(conditions):
            reject(3096, f"El comprobante no debe ser editado y anulado en el mismo envío: {name}")


def check_summary_line(line: Node) -> None:
    """An RC's line by itself: number, type, amounts, customer, what a note is on, condition, taxes.

    Raises:
        Rejection: the first that does not hold, in the sheet's order.
    """
    kind, condition = line.text("cbc:DocumentTypeCode"), line.text("cac:Status/cbc:ConditionCode")
    if kind not in {"03", "07", "08"}:
        reject(2241, "DocumentTypeCode - El valor del tipo de documento es invalido")
    if not _BOLETA.fullmatch(line.text("cbc:ID")):
        reject(2513, "Dato no cumple con formato de acuerdo al tipo de documento")
    if not _AMOUNT.fullmatch(line.text("sac:TotalAmount")):
        reject(2251, "El dato ingresado en TotalAmount debe ser numerico mayor o igual a cero")
    _check_customer(line)
    _check_reference(line, note=kind != "03", void=condition == "3")
    if condition not in {"1", "2", "3"}:
        reject(2896, "El código ingresado como estado del ítem no existe en el catálogo")
    _check_amounts(line)


def _check_customer(line: Node) -> None:
    customer = line.one("cac:AccountingCustomerParty")
    if customer is None:
        if line.number("sac:TotalAmount") > _IDENTIFIED_ABOVE:
            reject(2514, "No existe información de receptor de documento")
        return
    kind, number = customer.text("cbc:AdditionalAccountID"), customer.text("cbc:CustomerAssignedAccountID")
    if not number:
        reject(2014, "El XML no contiene el número de documento de identidad del receptor del documento")
    if kind not in _KINDS:
        reject(2016, "El dato ingresado en el tipo de documento de identidad del receptor no esta permitido")
    if kind == "6" and not re.fullmatch(r"\d{11}", number):
        reject(2017, "El numero de documento de identidad del receptor debe ser RUC")


def _check_reference(line: Node, *, note: bool, void: bool) -> None:
    changed = line.one("cac:BillingReference/cac:InvoiceDocumentReference")
    if changed is not None and not note:
        reject(2582, "Solo se debe incluir el Comprobante de referencia cuando se trata de una nota")
    if not note or void:
        return
    if changed is None:
        reject(2524, "Debe indicar el documento afectado por la nota")
    if changed.text("cbc:DocumentTypeCode") != "03":
        reject(2513, "Dato no cumple con formato de acuerdo al tipo de documento")
    if not _CHANGED.fullmatch(changed.text("cbc:ID")):
        reject(2920, "Dato no cumple con formato de acuerdo al tipo de documento")


def _check_amounts(line: Node) -> None:
    currency = line.attribute("sac:TotalAmount", "currencyID")
    if any(element.get("currencyID", currency) != currency for element in line.every()):
        reject(2071, "La moneda debe ser la misma en todo el documento")
    values = line.all("sac:BillingPayment")
    codes = [value.text("cbc:InstructionID") for value in values]
    if not set(codes) <= {"01", "02", "03", "04", "05"}:
        reject(2256, "InstructionID - El dato ingresado no cumple con el estandar")
    if len(set(codes)) < len(codes):
        reject(2357, "No debe existir un elemento sac:BillingPayment con el mismo valor de cbc:InstructionID")
    if not all(_AMOUNT.fullmatch(value.text("cbc:PaidAmount")) for value in values):
        reject(2254, "PaidAmount - El dato ingresado no cumple con el estandar")
    taxes = line.all("cac:TaxTotal")
    schemes = [tax.text("cac:TaxSubtotal/cac:TaxCategory/cac:TaxScheme/cbc:ID") for tax in taxes]
    if not all(_AMOUNT.fullmatch(tax.text("cbc:TaxAmount")) for tax in taxes):
        reject(2048, "El dato ingresado en TaxAmount no cumple con el formato establecido")
    if any(tax.text("cbc:TaxAmount") != tax.text("cac:TaxSubtotal/cbc:TaxAmount") for tax in taxes):
        reject(2344, "El XML no contiene el tag cac:TaxTotal/cac:TaxSubtotal/cbc:TaxAmount")
    if not set(schemes) <= _SCHEMES:
        reject(2268, "El codigo del tributo es invalido")
    if len(set(schemes)) < len(schemes):
        reject(2355, "Debe consignar solo un elemento cac:TaxTotal a nivel de item por codigo de tributo")
    if not set(schemes) & {"1000", "1016"}:
        reject(2278, "Debe indicar Información acerca del importe total de IGV/IVAP")


def check_voiding_line(line: Node) -> None:
    """An RA's line by itself: type, series, number, reason.

    Raises:
        Rejection: the first that does not hold.
    """
    if line.text("cbc:DocumentTypeCode") not in {"01", "07", "08"}:
        reject(2308, "DocumentTypeCode - El valor del tipo de documento es invalido")
    if not _FACTURA.fullmatch(line.text("sac:DocumentSerialID")):
        reject(2310, "El dato ingresado no cumple con el patron SERIE")
    if not re.fullmatch(r"\d{1,8}", line.text("sac:DocumentNumberID")):
        reject(2312, "El dato ingresado en DocumentNumberID debe ser numerico y como maximo de 8 digitos")
    if not line.text("sac:VoidReasonDescription"):
        reject(2315, "El tag VoidReasonDescription esta vacío")


def remarks_of(lines: list[Node], *, voiding: bool, late: bool) -> list[str]:
    """What is accepted with a remark: 4443 late, 4027 and 4019 sums, 4203 a short reason."""
    found = ["4443 - El comprobante fue informado fuera del plazo establecido (SIMULADOR)"] if late else []
    for row, line in enumerate(lines, 1):
        if voiding and len(line.text("sac:VoidReasonDescription")) < _SHORTEST_REASON:
            found.append(f"4203 - VoidReasonDescription debe contener información válida: línea {row} (SIMULADOR)")
        if not voiding:
            found += _sums(row, line)
    return found


def _sums(row: int, line: Node) -> list[str]:
    known = figures.of_line(line)
    parts = sum(
        (value for name, value in known.items() if name != "gratuito"), line.number("cac:AllowanceCharge/cbc:Amount")
    )
    found = []
    if abs(line.number("sac:TotalAmount") - parts) > _TOLERANCE:
        found.append(f"4027 - El importe total no coincide con la sumatoria: línea {row} (SIMULADOR)")
    igv, base = known.get("igv", Decimal(0)), known.get("gravado", Decimal(0)) + known.get("isc", Decimal(0))
    if igv and all(abs(igv - base * rate / 100) > _TOLERANCE for rate in _RATES):
        found.append(f"4019 - El calculo del IGV no es correcto: línea {row} (SIMULADOR)")
    return found
