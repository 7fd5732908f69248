"""The QR code of a Peruvian comprobante: `RUC|type|serie|number|IGV|total|date|type of id|id|digest|`.

The order is that of SUNAT's annex on printed forms (R.S. 097-2012 and what followed); nothing in it is signed.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from stdnum.pe import ruc as ruc_rules

from shared.money import parse_amount

CREDIT_NOTE = "07"
_TYPES = frozenset({"01", "03", "07", "08", "12", "14"})
_FEWEST = 7
_ID_DIGITS = {"6": 11, "1": 8}
"""Catalogue 06 → length: RUC and DNI; other papers say nothing for the tax."""
_RUC = re.compile(r"(?:10|15|16|17|20)\d{9}")
_SERIE = re.compile(r"[A-Z0-9]{4}")


@dataclass(frozen=True)
class SunatCode:
    """What the code says; None is what it does not say, or says in a form that cannot be."""

    seller: str
    kind: str
    """Catalogue 01: `01` factura, `03` boleta, `07` credit note, `08` debit note."""
    serie: str
    number: str
    """Without leading zeros."""
    igv: Decimal | None
    total: Decimal | None
    date: str | None
    """`YYYY-MM-DD`."""
    buyer: str | None

    @property
    def invoice_id(self) -> str:
        """Serie and number as SUNAT writes them."""
        return f"{self.serie}-{self.number}"


def is_ruc(text: str) -> bool:
    """Whether the text is a RUC whose check digit holds."""
    return bool(ruc_rules.is_valid(text))


def may_be_ruc(text: str) -> bool:
    """Whether the text has a RUC's form, whatever its check digit."""
    return _RUC.fullmatch(text) is not None


def sunat_code(codes: Iterable[str]) -> SunatCode | None:
    """The first of the codes that is a comprobante's."""
    return next((found for code in codes if (found := _read(code)) is not None), None)


def _read(code: str) -> SunatCode | None:
    parts = [part.strip() for part in code.strip().split("|")]
    if len(parts) < _FEWEST:
        return None
    seller, kind, serie, number, igv, total, date = parts[:_FEWEST]
    if not may_be_ruc(seller) or kind not in _TYPES or not _SERIE.fullmatch(serie) or not number.isdigit():
        return None
    id_type, buyer = (*parts[_FEWEST : _FEWEST + 2], "", "")[:2]
    return SunatCode(
        seller, kind, serie, number.lstrip("0") or "0", _sum(igv), _sum(total), _day(date), _buyer(id_type, buyer)
    )


def _sum(text: str) -> Decimal | None:
    return parse_amount(text.replace(",", "")) if re.fullmatch(r"[\d,]+(?:\.\d+)?", text) else None


def _buyer(id_type: str, number: str) -> str | None:
    return number if number.isdigit() and len(number) == _ID_DIGITS.get(id_type) else None


def _day(text: str) -> str | None:
    """SUNAT's order of a date; some emitters print the day first."""
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"):
        try:
            return dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC).date().isoformat()
        except ValueError:
            continue
    return None
