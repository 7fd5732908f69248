"""What a document comes to, as the books keep it: of a comprobante's own XML, and of its line in a summary."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from tests.support.sunat_simulator.paper import Node

Figures = Mapping[str, Decimal]
"""By name: `gravado` (with what IVAP is on), `exonerado`, `inafecto`, `exportacion`, `gratuito`, `igv`, `ivap`, `isc`,
`icbper`, `otros`; those that are not 0."""
_BASES = {
    "1000": "gravado",
    "1016": "gravado",
    "9995": "exportacion",
    "9996": "gratuito",
    "9997": "exonerado",
    "9998": "inafecto",
}
_TAXES = {"1000": "igv", "1016": "ivap", "2000": "isc", "7152": "icbper", "9999": "otros"}
_VALUES = {"01": "gravado", "02": "exonerado", "03": "inafecto", "04": "exportacion", "05": "gratuito"}
"""Catalogs 05 and 11."""
_SCHEME = "cac:TaxCategory/cac:TaxScheme/cbc:ID"


def of_document(paper: Node) -> Figures:
    """Out of a comprobante."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for tax in paper.all("cac:TaxTotal/cac:TaxSubtotal"):
        scheme = tax.text(_SCHEME)
        if scheme in _BASES:
            found[_BASES[scheme]] += tax.number("cbc:TaxableAmount")
        if scheme in _TAXES:
            found[_TAXES[scheme]] += tax.number("cbc:TaxAmount")
    return {name: value for name, value in found.items() if value}


def of_line(line: Node) -> Figures:
    """Out of a summary's line."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for value in line.all("sac:BillingPayment"):
        found[_VALUES.get(value.text("cbc:InstructionID"), "otros")] += value.number("cbc:PaidAmount")
    for tax in line.all("cac:TaxTotal"):
        scheme = tax.text(f"cac:TaxSubtotal/{_SCHEME}")
        found[_TAXES.get(scheme, "otros")] += tax.number("cbc:TaxAmount")
    return {name: value for name, value in found.items() if value}
