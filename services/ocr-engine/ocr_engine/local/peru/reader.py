"""What makes a Peruvian comprobante out of an invoice's reading: its own head, its sums, and what its QR code says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from ocr_engine.local.found import Found, field_of, source_of
from ocr_engine.local.invoice.totals import Totals
from ocr_engine.local.page import Document
from ocr_engine.local.paper import Paper
from ocr_engine.local.peru.code import CREDIT_NOTE, SunatCode, is_ruc, sunat_code
from ocr_engine.local.peru.head import is_comprobante, read_head
from ocr_engine.local.peru.sums import in_words, is_mixed, proved_sums, with_taxed_base
from ocr_engine.proof import proven, same_value
from shared.contracts.reading import Candidate, ReadField
from shared.money import CENT, parse_amount

DISAGREES = "QR_DISAGREES: the QR code says otherwise than the print on: "
_CODED, _UNCHECKED, _DISPUTED = 0.98, 0.75, 0.5
_CLEARLY = 0.85
_DOLLARS = re.compile(r"\bd[oó]lar(?:es)?\b|\busd\b|us\$", re.IGNORECASE)
_SOLES = re.compile(r"\bsol(?:es)?\b|\bpen\b", re.IGNORECASE)
_MONEY = re.compile(r"^\W*(?:tipo de )?moneda\b", re.IGNORECASE)

Row = dict[str, ReadField]


@dataclass(frozen=True)
class Comprobante:
    """A document known for a Peruvian comprobante."""

    paper: Paper
    code: SunatCode | None
    decimal: str

    def fields(self, before: Mapping[str, ReadField]) -> tuple[Row, tuple[str, ...]]:
        """The fields read as on any invoice, with what print and code of a comprobante say; and warnings."""
        fields = {**before, **self._printed(before)}
        return _with_code(fields, self.code) if self.code else (fields, ())

    def taxes(self, totals: Totals) -> Totals:
        """The totals with each rate's tax over its own base."""
        return replace(totals, rows=with_taxed_base(totals.rows, self.paper.lines, self.decimal))

    def line_taxes(self, totals: Totals) -> Totals:
        """The totals as far as they hold for every line: no rate, where some lines bear no tax."""
        return replace(totals, rows=()) if is_mixed(self.paper.lines, self.decimal) else totals

    def _printed(self, before: Mapping[str, ReadField]) -> Row:
        head = read_head(self.paper)
        found: dict[str, list[Found]] = {
            "supplier_vat": head.seller_rucs,
            "client_vat": head.buyer_ids,
            "invoice_id": head.numbers,
            "supplier": _not(head.sellers, head.buyers),
            "client": head.buyers,
            "currency": self._currencies(),
            "supplier_country": [Found("PE", "", 0.95, None, "computed")],
            **{key: [each] for key, each in proved_sums(self.paper.lines, self.decimal).items()},
        }
        fields = {key: field_of(each, 0.3) for key, each in found.items() if each}
        fields["client"] = fields.get("client", ReadField())
        fields["client_vat"] = fields.get("client_vat", ReadField())
        seller = before.get("supplier", ReadField())
        if "supplier" not in fields and seller.value and seller.value == fields["client"].value:
            fields["supplier"] = ReadField()
        return fields

    def _currencies(self) -> list[Found]:
        """The currency as the comprobante names it: in words beside its label, or at the end of the total in words."""
        found = []
        for row in self.paper.rows:
            line = self.paper.lines[row[0].line] if row else None
            labelled = next((cell for cell in row if _MONEY.match(cell.folded)), None)
            if line is None or not (labelled or in_words(line)):
                continue
            text = " ".join(cell.span.text for cell in row[labelled.order if labelled else 0 :])
            value = "USD" if _DOLLARS.search(text) else "PEN" if _SOLES.search(text) else None
            if value:
                found.append(Found(value, text, 0.96, line.span(), source_of(line), row[0].line))
        return found


def comprobante_of(document: Document, paper: Paper, decimal: str) -> Comprobante | None:
    """The document as a comprobante; None where neither its code nor its print says that it is one."""
    code = sunat_code(document.qr)
    return Comprobante(paper, code, decimal) if code or is_comprobante(paper) else None


def _not(sellers: list[Found], buyers: list[Found]) -> list[Found]:
    taken = {each.value for each in buyers}
    return [each for each in sellers if each.value not in taken]


def _with_code(fields: Row, code: SunatCode) -> tuple[Row, tuple[str, ...]]:
    """The fields with what the code says; a total or a tax that is clearly printed otherwise stays, less surely."""
    off: list[str] = []
    for key, value in _said(fields, code).items():
        before = fields.get(key, ReadField())
        if before.value is None or _alike(key, before.value, value):
            fields[key] = proven(before, before.value or value, "qr", _sure(key, value))
            continue
        off.append(key)
        clearly = before.confidence >= _CLEARLY and before.source != "computed"
        if key in {"total", "total_tax_amount"} and clearly:
            fields[key] = _disputed(before, value)
        else:
            fields[key] = proven(before, value, "qr", _sure(key, value) if before.source == "ocr" else _UNCHECKED)
    fields["type"] = proven(
        fields.get("type", ReadField()), "refund" if code.kind == CREDIT_NOTE else "invoice", "qr", _CODED
    )
    return fields, ((DISAGREES + ", ".join(off),) if off else ())


def _said(fields: Row, code: SunatCode) -> dict[str, str]:
    """What the code says by the schema's keys. Its tax is the IGV alone: not what stands beside other taxes."""
    said = {
        "supplier_vat": code.seller,
        "client_vat": code.buyer,
        "invoice_id": code.invoice_id,
        "date": code.date,
        "total": _plain(code.total),
        "total_tax_amount": _plain(code.igv) if not _other_taxes(fields, code) else None,
    }
    return {key: value for key, value in said.items() if value is not None}


def _other_taxes(fields: Row, code: SunatCode) -> bool:
    """Whether printed subtotal and tax lead to the code's total with more tax than the IGV (ISC, plastic bags)."""
    net, tax = (parse_amount(fields.get(key, ReadField()).value or "") for key in ("subtotal", "total_tax_amount"))
    if None in {net, tax, code.total, code.igv} or net is None or tax is None or code.total is None:
        return False
    return code.igv is not None and tax > code.igv and abs(net + tax - code.total) <= CENT * 2


def _alike(key: str, one: str, other: str) -> bool:
    if key == "invoice_id":
        return _bare(one) == _bare(other)
    return same_value(one, other)


def _bare(number: str) -> str:
    serie, _, rest = number.upper().replace(" ", "").partition("-")
    return f"{serie}-{rest.lstrip('0')}"


def _sure(key: str, value: str) -> float:
    """A RUC whose check digit does not hold is less sure, though the code says it."""
    return _UNCHECKED if key.endswith("_vat") and len(value) == 11 and not is_ruc(value) else _CODED  # noqa: PLR2004 - a RUC's digits


def _disputed(before: ReadField, value: str) -> ReadField:
    """The printed value, less surely, with the code's beside it."""
    other = Candidate(value=value, raw=value, confidence=_DISPUTED - 0.01, page=None, box=None, source="qr")
    return before.model_copy(update={"confidence": _DISPUTED, "candidates": (*before.candidates, other)})


def _plain(amount: Decimal | None) -> str | None:
    return f"{amount:.2f}" if amount is not None else None
