"""Somebody else's resumen diario (RC) or comunicación de baja (RA): which documents it added, changed or voided."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, cast

from pydantic import ValidationError

from sunat_emitter.documents.model import TipoComprobante, Totales
from sunat_emitter.documents.taxes import EXONERADO, EXPORTACION, GRATUITO, ICBPER, IGV, INAFECTO, ISC, IVAP, OTROS
from sunat_emitter.documents.ubl.tree import Element
from sunat_emitter.importacion.comprobante import numbered
from sunat_emitter.importacion.nodes import ZERO, Unreadable, amount, attribute, cents, day, every, text
from sunat_emitter.importacion.parties import ruc_of

_PERU = "urn:sunat:names:specification:ubl:peru:schema:xsd:"
_SUMMARY, _VOIDED = (
    f"{{{_PERU}SummaryDocuments-1}}SummaryDocuments",
    f"{{{_PERU}VoidedDocuments-1}}VoidedDocuments",
)
CLASSES: Mapping[str, Literal["RC", "RA"]] = {_SUMMARY: "RC", _VOIDED: "RA"}
"""By the root's name."""
_ID = re.compile(r"(RC|RA)-([0-9]{8})-0*([1-9][0-9]{0,4})")
_TYPES = frozenset({"01", "03", "07", "08"})
_MOST_LINES = 1_000
_PAYMENTS = {"01": "gravado", "02": EXONERADO, "03": INAFECTO, "04": EXPORTACION, "05": GRATUITO}
"""`InstructionID` of what a line sold (catalog 11)."""


@dataclass(frozen=True)
class Line:
    """One document in it. Of an RA the sums are 0: it does not state any."""

    tipo: TipoComprobante
    serie: str
    numero: int
    totales: Totales
    condicion: Literal["1", "2", "3"] | None = None
    """Catalog 19, of an RC: added, changed, voided."""
    motivo: str | None = None
    moneda: str = "PEN"
    cliente_tipo: str = "-"
    cliente_numero: str = "-"
    referencia: tuple[TipoComprobante, str, int] | None = None
    """Of a note: what it changes."""

    @property
    def voids(self) -> bool:
        """Whether the document is voided by it."""
        return self.condicion in {None, "3"}


@dataclass(frozen=True)
class Summary:
    """An RC or RA."""

    clase: Literal["RC", "RA"]
    ruc: str
    identificador: str
    """As its XML has it, `RC-20251013-1`."""
    correlativo: int
    fecha_referencia: date
    fecha_generacion: date
    lineas: tuple[Line, ...]

    @property
    def nombre_archivo(self) -> str:
        """`RUC-RC-20251013-1`."""
        return f"{self.ruc}-{self.identificador}"


def read(document: Element) -> Summary:
    """The RC or RA of this tree.

    Raises:
        Unreadable: what it is about cannot be made out; says what, for the user.
    """
    clase, identificador = CLASSES[document.tag], text(document, "cbc:ID")
    named = _ID.fullmatch(identificador)
    referred, generated = day(document, "cbc:ReferenceDate"), day(document, "cbc:IssueDate")
    if named is None or named[1] != clase:
        raise Unreadable(f"«{identificador[:30]}» no es el identificador de un {clase}")
    if referred is None or generated is None:
        raise Unreadable("no dice sus fechas (ReferenceDate, IssueDate)")
    elements = every(document, "sac:SummaryDocumentsLine" if clase == "RC" else "sac:VoidedDocumentsLine")
    if not 0 < len(elements) <= _MOST_LINES:
        raise Unreadable(f"tiene {len(elements)} líneas")
    one = _added if clase == "RC" else _voided
    try:
        lineas = tuple(one(each) for each in elements)
    except ValidationError:
        raise Unreadable("no se entienden los importes de sus líneas") from None
    return Summary(clase, ruc_of(document), identificador, int(named[3]), referred, generated, lineas)


def _added(element: Element) -> Line:
    if text(element, "sac:StartDocumentNumberID"):
        raise Unreadable("resume rangos de boletas, el formato anterior a 2018: no dice qué boletas son")
    serie, numero = numbered(text(element, "cbc:ID"))
    condition = text(element, "cac:Status/cbc:ConditionCode") or "1"
    if condition not in {"1", "2", "3"}:
        raise Unreadable(f"la condición «{condition[:10]}» no existe en el catálogo 19")
    return Line(
        tipo=_type(element),
        serie=serie,
        numero=numero,
        totales=_sums(element),
        condicion=cast("Literal['1', '2', '3']", condition),
        moneda=attribute(element, "sac:TotalAmount", "currencyID") or "PEN",
        cliente_tipo=text(element, "cac:AccountingCustomerParty/cbc:AdditionalAccountID") or "-",
        cliente_numero=text(element, "cac:AccountingCustomerParty/cbc:CustomerAssignedAccountID") or "-",
        referencia=_changed(element),
    )


def _voided(element: Element) -> Line:
    serie, numero = numbered(
        f"{text(element, 'sac:DocumentSerialID')}-{text(element, 'sac:DocumentNumberID')}",
    )
    return Line(
        tipo=_type(element),
        serie=serie,
        numero=numero,
        totales=_no_sums(),
        motivo=text(element, "sac:VoidReasonDescription"),
    )


def _type(element: Element) -> TipoComprobante:
    written = text(element, "cbc:DocumentTypeCode")
    if written not in _TYPES:
        raise Unreadable(f"el tipo «{written[:10]}» no es de los que se importan (01, 03, 07, 08)")
    return cast("TipoComprobante", written)


def _changed(element: Element) -> tuple[TipoComprobante, str, int] | None:
    for each in every(element, "cac:BillingReference/cac:InvoiceDocumentReference"):
        serie, numero = numbered(text(each, "cbc:ID"))
        return _type(each), serie, numero
    return None


def _sums(element: Element) -> Totales:
    """What an RC's line states; it has no lines of its own, so what is not stated is 0."""
    paid: dict[str, Decimal] = {}
    for each in every(element, "sac:BillingPayment"):
        code = _PAYMENTS.get(text(each, "cbc:InstructionID"), "")
        paid[code] = paid.get(code, ZERO) + cents(amount(each, "cbc:PaidAmount"))
    taxes: dict[str, Decimal] = {}
    for each in every(element, "cac:TaxTotal/cac:TaxSubtotal"):
        code = text(each, "cac:TaxCategory/cac:TaxScheme/cbc:ID")
        taxes[code] = taxes.get(code, ZERO) + cents(amount(each, "cbc:TaxAmount"))
    total = cents(amount(element, "sac:TotalAmount"))
    all_taxes = sum((taxes.get(code, ZERO) for code in (IGV, IVAP, ISC, ICBPER, OTROS)), ZERO)
    return _no_sums().model_copy(
        update={
            "gravado": paid.get("gravado", ZERO),
            "exonerado": paid.get(EXONERADO, ZERO),
            "inafecto": paid.get(INAFECTO, ZERO),
            "exportacion": paid.get(EXPORTACION, ZERO),
            "gratuito": paid.get(GRATUITO, ZERO),
            "igv": taxes.get(IGV, ZERO),
            "ivap": taxes.get(IVAP, ZERO),
            "isc": taxes.get(ISC, ZERO),
            "icbper": taxes.get(ICBPER, ZERO),
            "otros_tributos": taxes.get(OTROS, ZERO),
            "total_tributos": all_taxes,
            "valor_venta": total - all_taxes,
            "precio_venta": total,
            "total": total,
        }
    )


def _no_sums() -> Totales:
    return Totales(
        subtotal=ZERO,
        descuento_items=ZERO,
        descuento_global=ZERO,
        valor_venta=ZERO,
        precio_venta=ZERO,
        total_tributos=ZERO,
        total=ZERO,
    )
