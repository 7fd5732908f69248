"""Folders of papers whose truth is known: which values each paper holds, by the keys of the schema it is read under."""

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.contracts.lumis import HEADER_FIELDS, ITEM_FIELDS, LUMIS
from shared.contracts.odoo import ODOO_EXPENSE, ODOO_INVOICE
from shared.money import parse_amount, to_cents

PROJECT = Path(__file__).resolve().parents[2]
DATA = PROJECT.parent / "shared" / "data"
SHARED_FOLDERS = ("panama", "panama_missing", "panama_combined", "receipts", "einvoices")
SAMPLES = PROJECT / "tests" / "data" / "papers"
CONTENT_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".pdf": "application/pdf"}
"""By suffix."""

AMOUNTS = frozenset({"total", "tot_itbms", "quantity", "unit_price", "total_price", "subtotal", "total_tax_amount"})
COMPANIES = frozenset({"supplier", "description"})
"""Compared by letters and digits alone, as ICDAR's task does."""
NAMES = frozenset({"issuer_name", "issuer_address", "name"})
DATES = frozenset({"date"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Truth:
    """What stands on one paper. Keys that are not in `fields` are not known and not counted."""

    path: Path
    schema: str
    fields: Mapping[str, Any]
    items: tuple[Mapping[str, Any], ...] | None = None
    """None where the lines are not known."""
    item_name: str = "name"
    item_total: str = "total_price"
    mandatory: tuple[str, ...] = ()
    """Header fields that all have to be right, with the lines where they are known."""
    may_lack: tuple[str, ...] = ()
    """Header fields that may stand nowhere on a paper; a value for one would be invented."""
    mode: int = 1
    quality: str = "?"


def folders() -> list[Path]:
    """The shared folders that lie beside the project, else the project's own samples."""
    return [DATA / name for name in SHARED_FOLDERS if (DATA / name).is_dir()] or [SAMPLES]


def papers(folder: Path) -> Iterator[Truth]:
    """Each paper of a folder that has a truth: a `.json` of the same stem, or a row in `truth.json`."""
    table = folder / "truth.json"
    rows = json.loads(table.read_text("utf-8")) if table.exists() else {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in CONTENT_TYPES:
            continue
        own = path.with_suffix(".json")
        values = json.loads(own.read_text("utf-8")) if own.exists() else rows.get(path.name) or rows.get(path.stem)
        if values is not None:
            yield truth_of(values, path)


def truth_of(values: Mapping[str, Any], path: Path = Path("paper")) -> Truth:
    """The truth in any of the three forms: a Panamanian paper's, a receipt's, an electronic invoice's."""
    if "products" in values:
        return _panama(values, path)
    if "company" in values:
        return _receipt(values, path)
    return _einvoice(values, path)


def comparable(key: str, value: Any) -> Any:
    """A value for comparing: amounts as numbers, dates as ISO, names without case, accents and doubled spaces."""
    if value is None or value == "":
        return None
    text = str(value)
    if key in AMOUNTS:
        amount = parse_amount(re.sub(r"[^0-9.-]", "", text))
        return to_cents(amount) if amount is not None and key != "quantity" else amount
    if key in DATES:
        return _iso(text)
    if key in COMPANIES:
        return re.sub(r"[^A-Z0-9]", "", _plain(text).upper())
    if key in NAMES:
        return " ".join(_plain(text).casefold().split())
    return text


def _panama(values: Mapping[str, Any], path: Path) -> Truth:
    fields = {key: values.get(key) for key in HEADER_FIELDS}
    if "total" in values.get("omitted", ()):
        fields["tot_itbms"] = None  # a paper without its sums shows no tax either
    items = tuple({key: item.get(key) for key in ITEM_FIELDS} for item in values["products"])
    mandatory = ("ruc", "dv", "invoice_number", "total")
    return Truth(
        path,
        LUMIS,
        fields,
        items,
        mandatory=mandatory,
        may_lack=mandatory,
        mode=values.get("mode", 1),
        quality=values.get("quality", "?"),
    )


def _receipt(values: Mapping[str, Any], path: Path) -> Truth:
    fields = {"total": values.get("total"), "date": values.get("date"), "supplier": values.get("company")}
    return Truth(path, ODOO_EXPENSE, fields, mandatory=("total", "date", "supplier"))


def _einvoice(values: Mapping[str, Any], path: Path) -> Truth:
    names = {
        "invoice_id": "number",
        "date": "date",
        "total": "total",
        "total_tax_amount": "tax",
        "subtotal": "base",
        "supplier": "seller",
        "currency": "cur",
    }
    fields = {key: values[name] for key, name in names.items() if values.get(name)}
    lines = values.get("lines")
    items = None if lines is None else tuple({"name": line["name"], "subtotal": line["total"]} for line in lines)
    mandatory = tuple(key for key in ("invoice_id", "date", "total", "supplier") if key in fields)
    return Truth(path, ODOO_INVOICE, fields, items, "description", "subtotal", mandatory)


def _iso(text: str) -> str | None:
    """An ISO date; day before month, as every truth here has it."""
    compact = text.strip()
    if re.fullmatch(r"\d{8}", compact):
        return f"{compact[:4]}-{compact[4:6]}-{compact[6:]}"
    parts = re.findall(r"\d+|[A-Za-z]{3,}", compact)
    numbers = [_MONTHS.index(part[:3].lower()) + 1 if part[0].isalpha() else int(part) for part in parts[:3]]
    if len(parts[0]) == 4:
        numbers.reverse()
    day, month, year = numbers
    return dt.date(year + (2000 if year < 100 else 0), month, day).isoformat()


def _plain(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
