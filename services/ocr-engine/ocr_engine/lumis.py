"""The checks of a Panamanian invoice: its own XML, CUFE, RUC and DV, date, sums. Mismatches rewrite no print. Pure."""

import base64
import binascii
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from ocr_engine.evidence import Evidence
from ocr_engine.local.lumis.embedded import read_embedded
from ocr_engine.proof import candidate_of, proven, same_value
from shared.contracts.faults import (
    CUFE_INVALID,
    CUFE_MISMATCH,
    DATE_IMPLAUSIBLE,
    DV_COMPUTABLE,
    DV_MISMATCH,
    LINE_MISMATCH,
    RUC_IMPLAUSIBLE,
    TOTAL_MISMATCH,
    TOTAL_NOT_POSITIVE,
    XML_DIFFERS,
)
from shared.contracts.lumis import ITEM_FIELDS
from shared.contracts.reading import Candidate, ReadField, Reading, Source
from shared.money import CENT, parse_amount, to_cents
from shared.panama import Cufe, cufe_in_url, dv_fits, is_ruc, normalize_ruc, parse_cufe, possible_dvs

_QR_CONFIDENCE = 0.99
_XML_CONFIDENCE = 0.99
_CUFE_CONFIDENCE = 0.97
_AGREED = 0.97
_DOUBTED = 0.4
_REFUSED = 0.2
_COMPUTED = 0.5
_PROVEN_BY_XML = frozenset({"ruc", "dv", "invoice_number", "date", "total", "tot_itbms"})
"""Names and addresses are worded otherwise in print, which is no difference."""
_FIRST_DATE = dt.date(2000, 1, 1)
_CUFE = re.compile(r"FE\d{3}[0-9A-Z-]{20}-\d{2}[0-9A-Z]{4}\d{34}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{80,}={0,2}")
_EXPLAINS = re.compile(
    r"desc|dscto|dcto|rebaja|propina|servicio|isc|redondeo|ajuste|cargo|bonif|retenc|tip\b", re.IGNORECASE
)
_AMOUNT = re.compile(r"\d[\d,]*\.\d{2}")


def confirm_lumis(reading: Reading, evidence: Evidence, today: dt.date) -> Reading:
    """The reading with what its figures prove or disprove; `today` bounds the date.

    Only the invoice's own attached XML and a CUFE whose check digit holds replace values; a mere mismatch lowers
    confidences.
    """
    fields = dict(reading.fields)
    warnings = list(reading.warnings)
    read = _take_xml(fields, reading.items, evidence, warnings)
    _check_cufe(fields, evidence, warnings)
    _check_ruc(fields, warnings)
    _check_date(fields, warnings, today)
    items = tuple(_checked_item(item, warnings) for item in read)
    _check_sums(fields, items, evidence, warnings)
    return reading.model_copy(update={"fields": fields, "items": items, "warnings": tuple(dict.fromkeys(warnings))})


def plausible_lumis(reading: Reading, known_ruc: str | None) -> bool:
    """False where a confirmed reading has an impossible RUC or DV, or sums that do not hold.

    A `known_ruc` is not read here and not doubted; the DV must be its own.
    """
    ruc, dv = known_ruc or reading.value("ruc"), reading.value("dv")
    if ruc is not None and ((not known_ruc and not is_ruc(ruc)) or (dv is not None and dv_fits(ruc, dv) is False)):
        return False
    return not {TOTAL_MISMATCH, TOTAL_NOT_POSITIVE} & set(reading.warnings)


def cufes_in(text: str) -> Iterator[str]:
    """Whole CUFEs in a QR code's text: a DGI address, a provider's address, or base64 inside either."""
    direct = cufe_in_url(text)
    if direct:
        yield direct
    for hit in _CUFE.finditer(text):
        if parse_cufe(hit[0]):
            yield hit[0]
    for part in _BASE64.findall(text):
        try:
            inner = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode("ascii")
        except (binascii.Error, UnicodeDecodeError, ValueError):
            continue
        yield from (hit[0] for hit in _CUFE.finditer(inner) if parse_cufe(hit[0]))


def _take_xml(
    fields: dict[str, ReadField], items: tuple[dict[str, ReadField], ...], evidence: Evidence, warnings: list[str]
) -> tuple[dict[str, ReadField], ...]:
    """The lines, after taking what the invoice's own XML says over what was read; printed places are kept."""
    embedded = read_embedded(evidence.xml)
    if embedded is None:
        return items
    for key, value in embedded.fields.items():
        before = fields.get(key, ReadField())
        if before.value is not None and key in _PROVEN_BY_XML and not same_value(before.value, value):
            warnings.append(XML_DIFFERS)
        fields[key] = proven(before, value, "xml", _XML_CONFIDENCE)
    if not embedded.items:
        return items
    own: tuple[dict[str, ReadField], ...] = items if len(items) == len(embedded.items) else ({},) * len(embedded.items)
    return tuple(_line_of_xml(before, line) for before, line in zip(own, embedded.items, strict=True))


def _line_of_xml(before: dict[str, ReadField], line: Mapping[str, str]) -> dict[str, ReadField]:
    taken = {key: proven(before.get(key, ReadField()), value, "xml", _XML_CONFIDENCE) for key, value in line.items()}
    return {**dict.fromkeys(ITEM_FIELDS, ReadField()), **before, **taken}


def _check_cufe(fields: dict[str, ReadField], evidence: Evidence, warnings: list[str]) -> None:
    """Take the four values of a checked CUFE: from a QR code at once, from print where the paper's own fields agree."""
    printed = fields.get("cufe", ReadField())
    scanned = list(dict.fromkeys(cufe for text in evidence.qr for cufe in cufes_in(text)))
    if len(scanned) == 1 or printed.value in scanned:
        text = printed.value if printed.value in scanned else scanned[0]
        cufe = parse_cufe(text or "")
        if cufe is not None:
            _take_cufe(fields, cufe, "qr", _QR_CONFIDENCE, warnings)
        return
    if printed.value is None:
        return
    cufe = parse_cufe(printed.value)
    if cufe is None or dv_fits(cufe.ruc, cufe.dv) is False:
        candidate = candidate_of(printed, _REFUSED)
        fields["cufe"] = ReadField(candidates=(candidate, *printed.candidates[1:])) if candidate else ReadField()
        warnings.append(CUFE_INVALID)
    elif _agrees(fields, cufe):
        _take_cufe(fields, cufe, "cufe", _CUFE_CONFIDENCE, warnings)
    else:
        fields["cufe"] = _with_confidence(printed, _DOUBTED)
        warnings.append(CUFE_MISMATCH)


def _agrees(fields: dict[str, ReadField], cufe: Cufe) -> bool:
    """Whether the printed RUC or number says the same, or neither was found to say otherwise."""
    ruc, number = (fields.get(key, ReadField()).value for key in ("ruc", "invoice_number"))
    if ruc is None and number is None:
        return True
    same_number = number is not None and number.lstrip("0").endswith(cufe.number.lstrip("0"))
    return same_number or (ruc is not None and normalize_ruc(ruc) == cufe.ruc)


def _take_cufe(
    fields: dict[str, ReadField], cufe: Cufe, source: Source, confidence: float, warnings: list[str]
) -> None:
    values = {
        "ruc": cufe.ruc,
        "dv": cufe.dv,
        "invoice_number": cufe.number,
        "date": cufe.date.isoformat(),
        "cufe": cufe.text,
    }
    for key, value in values.items():
        before = fields.get(key, ReadField())
        if before.value is not None and not _same(key, before.value, value):
            warnings.append(CUFE_MISMATCH)
        fields[key] = proven(before, value, source, confidence)


def _same(key: str, one: str, other: str) -> bool:
    if key == "ruc":
        return normalize_ruc(one) == other
    return one == other or (key == "invoice_number" and one.lstrip("0").endswith(other.lstrip("0")))


def _check_ruc(fields: dict[str, ReadField], warnings: list[str]) -> None:
    ruc, dv = fields.get("ruc", ReadField()), fields.get("dv", ReadField())
    if ruc.value is None:
        return
    if not is_ruc(ruc.value):
        fields["ruc"] = _with_confidence(ruc, _REFUSED)
        warnings.append(RUC_IMPLAUSIBLE)
        return
    fitting = possible_dvs(ruc.value)
    if dv.value is None:
        if len(fitting) == 1:
            # Only proposed: what is not on the paper is reported as missing.
            computed = Candidate(value=fitting[0], confidence=_COMPUTED, source="computed")
            others = tuple(each for each in dv.candidates if each.value != fitting[0])
            fields["dv"] = dv.model_copy(update={"candidates": (computed, *others)})
            warnings.append(DV_COMPUTABLE)
        return
    if not fitting:
        return
    if dv.value in fitting:
        fields["ruc"] = _with_confidence(ruc, max(ruc.confidence, _AGREED))
        fields["dv"] = _with_confidence(dv, max(dv.confidence, _AGREED))
    else:
        fields["ruc"] = _with_confidence(ruc, min(ruc.confidence, _DOUBTED))
        fields["dv"] = _with_confidence(dv, min(dv.confidence, _DOUBTED))
        warnings.append(DV_MISMATCH)


def _check_date(fields: dict[str, ReadField], warnings: list[str], today: dt.date) -> None:
    field = fields.get("date", ReadField())
    if field.value is None:
        return
    try:
        date = dt.date.fromisoformat(field.value)
    except ValueError:
        date = dt.date.min
    if not _FIRST_DATE <= date <= today + dt.timedelta(days=1):
        fields["date"] = _with_confidence(field, min(field.confidence, _REFUSED))
        warnings.append(DATE_IMPLAUSIBLE)


def _checked_item(item: dict[str, ReadField], warnings: list[str]) -> dict[str, ReadField]:
    quantity, price, total = (_amount(item.get(key)) for key in ("quantity", "unit_price", "total_price"))
    if quantity is None or price is None or total is None:
        return item
    # A unit price printed in cents is itself rounded, so a cent per unit may be missing.
    if abs(to_cents(quantity * price) - total) <= max(CENT, CENT * abs(quantity) / 2):
        return item
    warnings.append(LINE_MISMATCH)
    doubted = {
        key: _with_confidence(item[key], min(item[key].confidence, _DOUBTED)) for key in ("quantity", "unit_price")
    }
    return {**item, **doubted}


def _check_sums(
    fields: dict[str, ReadField], items: tuple[dict[str, ReadField], ...], evidence: Evidence, warnings: list[str]
) -> None:
    total_field = fields.get("total", ReadField())
    total = _amount(total_field)
    if total is None:
        return
    if total <= 0:
        fields["total"] = _with_confidence(total_field, min(total_field.confidence, _REFUSED))
        warnings.append(TOTAL_NOT_POSITIVE)
        return
    amounts = [amount for item in items if (amount := _amount(item.get("total_price"))) is not None]
    if not amounts or len(amounts) < len(items):
        return
    lines = sum(amounts, Decimal(0))
    tax = _amount(fields.get("tot_itbms")) or Decimal(0)
    tolerance = CENT * (len(amounts) + 1)
    differences = (lines + tax - total, lines - total)
    if any(abs(difference) <= tolerance for difference in differences):
        fields["total"] = _with_confidence(total_field, max(total_field.confidence, _AGREED))
    elif not any(_explained(abs(difference), evidence.text) for difference in differences):
        fields["total"] = _with_confidence(total_field, min(total_field.confidence, _DOUBTED))
        warnings.append(TOTAL_MISMATCH)


def _explained(difference: Decimal, text: str) -> bool:
    """True where the difference is printed beside a word for a discount, a tip or a charge."""
    return any(
        abs(Decimal(amount.replace(",", "")) - difference) <= CENT
        for line in text.splitlines()
        if _EXPLAINS.search(line)
        for amount in _AMOUNT.findall(line)
    )


def _amount(field: ReadField | None) -> Decimal | None:
    return parse_amount(field.value) if field is not None and field.value is not None else None


def _with_confidence(field: ReadField, confidence: float) -> ReadField:
    return field.model_copy(update={"confidence": round(confidence, 4)})
