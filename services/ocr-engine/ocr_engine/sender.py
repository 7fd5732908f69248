"""What the sender of an invoice says of themselves, heeded where the paper bears it out. Pure."""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from ocr_engine.local.spelling import fold
from ocr_engine.proof import candidate_of
from shared.contracts.faults import ORDER_PATTERN_IGNORED
from shared.contracts.odoo import ODOO_INVOICE, UserInfos
from shared.contracts.reading import Candidate, ReadField, Reading, Source

_SURE = 0.95
_PRINTED = 0.7
_ORDER = 0.9
_DAYS = ("date", "due_date")
_DIGITS = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_MONTH_FIRST = "US"
_ANYBODYS = frozenset({"gmail", "googlemail", "outlook", "hotmail", "live", "yahoo", "icloud", "gmx", "web", "proton"})
"""Where anybody has an address, so that the domain tells nobody apart."""
_SHORTEST_VAT = 7
_SHORTEST_NAME = 4
_ALIKE = 90
_OWN_ORDERS = re.compile(r"(?<!\w)P(?:O?\d{5,7}|O/\d{2,4}(?:/\d{2})?/\d{3,6})(?!\w)")
"""Numbers of purchase orders as Odoo gives them where nothing else is set: P00042, PO00042, PO/2024/00042."""
_MOST_ORDERS = 20
_PROVEN = frozenset({"xml"})
"""Where the invoice itself says electronically who is who, the sender is not heeded."""
_SIDES = {"client": ("client", "supplier"), "supplier": ("supplier", "client")}

_Fields = dict[str, ReadField]


def heed(reading: Reading, infos: UserInfos | None, text: str, orders: Sequence[str] | None) -> Reading:
    """The reading of an invoice with its sides told apart by who the sender is, and the purchase orders looked for.

    `text` is the paper's: nothing that is not printed becomes a value. `orders` is what the sender's own pattern
    matched, None where it could not be run. Values that are set here have no place yet.
    """
    if reading.schema_name != ODOO_INVOICE:
        return reading
    fields = dict(reading.fields)
    source: Source = "ocr" if reading.provider == "local" else reading.provider
    if infos is not None:
        own, other = _SIDES[infos.perspective]
        _settle_vat(fields, own, other, _own_vat(infos, text), source)
        _settle_name(fields, own, other, _own_name(infos, text), source)
        _settle_days(fields, infos)
        if infos.perspective == "client" and infos.email:
            _settle_addresses(fields, infos.email)
    tables, warnings = dict(reading.tables), reading.warnings
    if infos is None or not infos.purchase_order_regex:
        if not any(row["number"].value for row in tables.get("purchase_orders", ()) if "number" in row):
            tables["purchase_orders"] = _rows(dict.fromkeys(_OWN_ORDERS.findall(text)), source)
    elif orders is None:
        warnings = (*warnings, ORDER_PATTERN_IGNORED)
    else:
        tables["purchase_orders"] = _rows(orders, source)
    return reading.model_copy(update={"fields": fields, "tables": tables, "warnings": warnings})


def _rows(orders: Sequence[str] | dict[str, None], source: Source) -> tuple[_Fields, ...]:
    found = list(orders)[:_MOST_ORDERS]
    return tuple({"number": ReadField(value=each, raw=each, confidence=_ORDER, source=source)} for each in found)


def _own_vat(infos: UserInfos, text: str) -> str | None:
    """The sender's VAT number, with its country's letters where they are printed; None where it is not printed."""
    full = _compact(infos.company_vat or "")
    bare = full[2:] if full[:2].isalpha() else full
    printed = _compact(text)
    return next((each for each in (full, bare) if len(each) >= _SHORTEST_VAT and each in printed), None)


def _own_name(infos: UserInfos, text: str) -> str | None:
    name = (infos.company_name or "").strip()
    plain = _plain(name)
    return name if len(plain) >= _SHORTEST_NAME and plain in _plain(text) else None


def _settle_vat(fields: _Fields, own: str, other: str, vat: str | None, source: Source) -> None:
    mine, theirs = fields.get(f"{own}_vat", ReadField()), fields.get(f"{other}_vat", ReadField())
    if vat is None or _PROVEN & {mine.source, theirs.source}:
        return
    same = [each for each in _thought_of(mine, theirs) if _is_vat(each.value, vat)]
    others = [each for each in _thought_of(theirs, mine) if not _is_vat(each.value, vat)]
    fields[f"{own}_vat"] = _field(same or [Candidate(value=vat, raw=vat, source=source)], _SURE)
    if theirs.value is not None and _is_vat(theirs.value, vat):
        fields[f"{other}_vat"] = _field(others, _PRINTED)
    else:
        fields[f"{other}_vat"] = theirs.model_copy(
            update={"candidates": tuple(each for each in theirs.candidates if not _is_vat(each.value, vat))}
        )


def _settle_name(fields: _Fields, own: str, other: str, name: str | None, source: Source) -> None:
    mine, theirs = fields.get(own, ReadField()), fields.get(other, ReadField())
    if name is None or _PROVEN & {mine.source, theirs.source}:
        return
    if theirs.value is not None and _is_name(theirs.value, name):
        others = [each for each in _thought_of(theirs, mine) if not _is_name(each.value, name)]
        fields[other] = _field(others, _PRINTED)
    if mine.value is None or not _is_name(mine.value, name):
        same = [each for each in _thought_of(mine, theirs) if _is_name(each.value, name)]
        fields[own] = _field([*same, Candidate(value=name, raw=name, source=source), *_thought_of(mine)], _SURE)


def _settle_days(fields: _Fields, infos: UserInfos) -> None:
    """Days of digits alone with the month first, where the sender is American and the paper from nowhere else."""
    country = fields.get("supplier_country", ReadField()).value
    if (infos.country_code or "").upper() != _MONTH_FIRST or country not in {None, _MONTH_FIRST}:
        return
    for key in _DAYS:
        field = fields.get(key, ReadField())
        hit = _DIGITS.fullmatch(field.raw)
        if hit is None or field.value is None:
            continue
        wanted = f"{hit[3]}-{int(hit[1]):02}-{int(hit[2]):02}"
        first = [each for each in field.candidates if each.value == wanted]
        if first and wanted != field.value:
            others = [each for each in field.candidates if each.value != wanted]
            fields[key] = _field([first[0], *others], field.confidence)


def _settle_addresses(fields: _Fields, own: str) -> None:
    """The supplier's e-mail address and site are not the sender's; those of one domain of their own are."""
    domain = own.rpartition("@")[2].strip().lower()
    shared = domain.split(".")[0] in _ANYBODYS
    for key in ("email", "website"):
        field = fields.get(key, ReadField())
        others = [each for each in _thought_of(field) if not _is_own(each.value, own, "" if shared else domain)]
        if field.value is not None and _is_own(field.value, own, "" if shared else domain):
            fields[key] = _field(others, _PRINTED)


def _is_own(address: str, own: str, domain: str) -> bool:
    plain = address.strip().lower()
    host = re.sub(r"^(?:https?://)?(?:www\.)?", "", plain.rpartition("@")[2]).split("/")[0]
    return plain == own.strip().lower() or bool(domain and host == domain)


def _thought_of(*fields: ReadField) -> list[Candidate]:
    """The fields' values and candidates, each value once."""
    found: dict[str, Candidate] = {}
    for field in fields:
        chosen = candidate_of(field, field.confidence)
        for each in (*((chosen,) if chosen else ()), *field.candidates):
            found.setdefault(each.value, each)
    return list(found.values())


def _field(candidates: Sequence[Candidate], confidence: float) -> ReadField:
    """The first candidate as the value, at least as sure as is said; nothing where there is none."""
    if not candidates:
        return ReadField()
    first = candidates[0].model_copy(update={"confidence": max(confidence, candidates[0].confidence)})
    return ReadField(**first.model_dump(), candidates=(first, *candidates[1:]))


def _is_vat(value: str, own: str) -> bool:
    compact = _compact(value)
    return compact.endswith(own) or own.endswith(compact) if len(compact) >= _SHORTEST_VAT else False


def _is_name(value: str, own: str) -> bool:
    one, other = _plain(value), _plain(own)
    return bool(one) and (one == other or fuzz.ratio(one, other) >= _ALIKE)


def _compact(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(text))
