"""The values of an invoice's own XML: CII (Factur-X, ZUGFeRD), UBL, and the DGI's electronic invoice."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from xml.etree import ElementTree as ET

from shared.money import parse_amount, to_cents
from shared.panama import is_ruc, normalize_ruc

_MAX_CHARACTERS = 2_000_000
_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")


@dataclass(frozen=True)
class Embedded:
    """Header values and lines by the schema's keys, in canonical text."""

    fields: Mapping[str, str]
    items: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class _Dialect:
    """Where a kind of XML keeps the values: local names from the root (header) or from a line; the first that is set.

    `base`: the quantity for which the unit price holds, where that is not one.
    """

    header: Mapping[str, tuple[str, ...]]
    address: tuple[str, ...]
    lines: str
    item: Mapping[str, tuple[str, ...]]
    base: tuple[str, ...] = ()
    ruc: tuple[str, ...] = ()


_CII_ADDRESS = ("LineOne", "LineTwo", "PostcodeCode", "CityName")
_CII_SELLER = ".//SellerTradeParty/"
_CII = _Dialect(
    header={
        "invoice_number": ("ExchangedDocument/ID", "HeaderExchangedDocument/ID"),
        "date": (
            "ExchangedDocument/IssueDateTime/DateTimeString",
            "HeaderExchangedDocument/IssueDateTime/DateTimeString",
        ),
        "issuer_name": (f"{_CII_SELLER}Name",),
        "total": (
            ".//SpecifiedTradeSettlementHeaderMonetarySummation/GrandTotalAmount",
            ".//SpecifiedTradeSettlementMonetarySummation/GrandTotalAmount",
        ),
        "tot_itbms": (
            ".//SpecifiedTradeSettlementHeaderMonetarySummation/TaxTotalAmount",
            ".//SpecifiedTradeSettlementMonetarySummation/TaxTotalAmount",
        ),
    },
    address=tuple(f"{_CII_SELLER}PostalTradeAddress/{part}" for part in _CII_ADDRESS),
    lines=".//IncludedSupplyChainTradeLineItem",
    item={
        "name": ("SpecifiedTradeProduct/Name",),
        "quantity": (".//BilledQuantity",),
        "unit_price": (".//NetPriceProductTradePrice/ChargeAmount",),
        "total_price": (".//LineTotalAmount",),
    },
    base=(".//NetPriceProductTradePrice/BasisQuantity",),
    ruc=(f"{_CII_SELLER}SpecifiedTaxRegistration/ID", f"{_CII_SELLER}SpecifiedLegalOrganization/ID"),
)

_UBL_PARTY = "AccountingSupplierParty/Party/"
_UBL = _Dialect(
    header={
        "invoice_number": ("ID",),
        "date": ("IssueDate",),
        "issuer_name": (f"{_UBL_PARTY}PartyLegalEntity/RegistrationName", f"{_UBL_PARTY}PartyName/Name"),
        "total": ("LegalMonetaryTotal/TaxInclusiveAmount", "LegalMonetaryTotal/PayableAmount"),
        "tot_itbms": ("TaxTotal/TaxAmount",),
    },
    address=tuple(f"{_UBL_PARTY}PostalAddress/{part}" for part in ("StreetName", "PostalZone", "CityName")),
    lines="InvoiceLine",
    item={
        "name": ("Item/Name", "Item/Description"),
        "quantity": ("InvoicedQuantity",),
        "unit_price": ("Price/PriceAmount",),
        "total_price": ("LineExtensionAmount",),
    },
    base=("Price/BaseQuantity",),
    ruc=(f"{_UBL_PARTY}PartyTaxScheme/CompanyID", f"{_UBL_PARTY}PartyLegalEntity/CompanyID"),
)

_DGI = _Dialect(
    header={
        "cufe": ("dId",),
        "dv": (".//gEmis/gRucEmi/dDV",),
        "invoice_number": (".//dNroDF",),
        "date": (".//dFechaEm",),
        "issuer_name": (".//gEmis/dNombEm",),
        "total": (".//gTot/dVTot",),
        "tot_itbms": (".//gTot/dTotITBMS",),
    },
    address=(".//gEmis/dDirecEm",),
    lines=".//gItem",
    item={
        "name": ("dDescProd",),
        "quantity": ("dCantCodInt",),
        "unit_price": ("gPrecios/dPrUnit",),
        "total_price": ("gPrecios/dPrItem",),
    },
    ruc=(".//gEmis/gRucEmi/dRuc",),
)

_DIALECTS: Mapping[str, _Dialect] = {
    "CrossIndustryInvoice": _CII,
    "CrossIndustryDocument": _CII,
    "Invoice": _UBL,
    "rFE": _DGI,
}


def read_embedded(xml: str | None) -> Embedded | None:
    """What an attached XML says of the invoice; None without one, for an unknown kind, or where it does not parse."""
    if not xml or len(xml) > _MAX_CHARACTERS or "<!DOCTYPE" in xml or "<!ENTITY" in xml:
        return None
    try:
        # Already decoded, so that a declared encoding no longer holds.
        root = ET.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", xml))  # noqa: S314 - a document type was refused
    except ET.ParseError:
        return None
    dialect = _DIALECTS.get(root.tag.rpartition("}")[2])
    return _values(root, dialect) if dialect else None


def _values(root: ET.Element, dialect: _Dialect) -> Embedded:
    fields = {
        key: value
        for key, places in dialect.header.items()
        if (value := _canonical(key, _text(root, places))) is not None
    }
    address = ", ".join(part for place in dialect.address if (part := _text(root, (place,))))
    if address:
        fields["issuer_address"] = address
    ruc = next((each for place in dialect.ruc if is_ruc(each := normalize_ruc(_text(root, (place,))))), None)
    if ruc is not None:
        fields["ruc"] = ruc
    lines = [_line(element, dialect) for element in root.iterfind(_any(dialect.lines))]
    return Embedded(fields, tuple(line for line in lines if line is not None))


def _line(element: ET.Element, dialect: _Dialect) -> dict[str, str] | None:
    """A line, None for one that is only a remark; its price is for one piece."""
    line = {
        key: value
        for key, places in dialect.item.items()
        if (value := _canonical(key, _text(element, places))) is not None
    }
    if not {"name", "total_price"} <= line.keys():
        return None
    base = parse_amount(_text(element, dialect.base))
    if base and base != 1 and "unit_price" in line:
        line["unit_price"] = _number("unit_price", Decimal(line["unit_price"]) / base)
    return line


def _canonical(key: str, text: str) -> str | None:
    reader = _CANONICAL.get(key)
    return reader(key, text) if reader else text or None


def _date(_: str, text: str) -> str | None:
    hit = _DATE.match(text)
    return "-".join(hit.groups()) if hit else None


def _amount(key: str, text: str) -> str | None:
    value = parse_amount(text)
    return None if value is None else _number(key, value)


def _number(key: str, value: Decimal) -> str:
    """Plain, money with its cents and more places only where they say something."""
    if key != "quantity" and to_cents(value) == value:
        return f"{to_cents(value):f}"
    return f"{round(value, 6).normalize():f}"


_CANONICAL: Mapping[str, Callable[[str, str], str | None]] = {
    "date": _date,
    **dict.fromkeys(("total", "tot_itbms", "quantity", "unit_price", "total_price"), _amount),
}


def _text(element: ET.Element, places: tuple[str, ...]) -> str:
    for place in places:
        found = element.findtext(_any(place))
        if found and found.strip():
            return " ".join(found.split())
    return ""


def _any(path: str) -> str:
    """The path in whatever namespace."""
    return re.sub(r"(?<![\w])([A-Za-z]\w*)", r"{*}\1", path)
