"""What an invoice's own XML says under the schema `lumis`."""

from collections.abc import Mapping
from dataclasses import dataclass

from ocr_engine.local.embedded.invoice import EmbeddedLine
from ocr_engine.local.embedded.reader import read_xml
from shared.panama import is_ruc, normalize_ruc

_HEADER = {
    "cufe": "cufe",
    "dv": "dv",
    "invoice_number": "number",
    "date": "date",
    "total": "total",
    "tot_itbms": "tax",
}


@dataclass(frozen=True)
class Embedded:
    """Header values and lines by the schema's keys, in canonical text."""

    fields: Mapping[str, str]
    items: tuple[Mapping[str, str], ...] = ()


def read_embedded(xml: str | None) -> Embedded | None:
    """What an attached XML says of the invoice; None without one, for an unknown kind, or where it does not parse."""
    invoice = read_xml(xml)
    if invoice is None:
        return None
    fields = {key: invoice.values[place] for key, place in _HEADER.items() if place in invoice.values}
    ruc = next((ruc for each in invoice.seller.ids if is_ruc(ruc := normalize_ruc(each))), None)
    said = {"issuer_name": invoice.seller.name, "issuer_address": invoice.seller.address, "ruc": ruc}
    fields |= {key: value for key, value in said.items() if value is not None}
    return Embedded(fields, tuple(_item(line) for line in invoice.lines))


def _item(line: EmbeddedLine) -> dict[str, str]:
    said = {
        "name": line.name,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "total_price": line.amount,
    }
    return {key: value for key, value in said.items() if value is not None}
