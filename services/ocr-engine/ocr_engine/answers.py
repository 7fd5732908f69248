"""A model's answer as a reading: whatever it wrote, only sound values of the right kind get through."""

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from ocr_engine.question import ModelAnswer, ProviderFailed, ProviderName
from ocr_engine.schemas.shape import DocumentSchema, Key, Kind, Table
from shared.contracts.india.figures import day_of, percent_of
from shared.contracts.reading import ReadField, Reading
from shared.money import parse_amount

MODEL_CONFIDENCE = 0.6
"""Of a model's value that nothing else confirms; what a model says of itself is not asked for (published answers hold
impossible tax ids at 0.95). The validators raise and lower it by evidence."""

_LONGEST_ANSWER = 400_000
_LONGEST_RAW = 200
_FINEST = -8
"""Exponent of the finest amount that is believed; finer ones are noise that would only fill the page."""
_NOTHING = frozenset({"", "-", "--", "null", "none", "nil", "n/a", "na", "n/d", "nd", "no aplica", "no visible"})
_ISO_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_DIGIT_DATE = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ].*)?")
_CURRENCY = re.compile(r"(?i)B/\.?|USD|PAB|US\$|[$€₹]|Rs\.?|INR|/[-–=]$")
"""Also the stroke that closes an amount in India: `500/-`."""
_YES = frozenset({"true", "yes", "y", "si", "sí"})
_NO = frozenset({"false", "no", "n"})
_EARLIEST_YEAR, _LATEST_YEAR = 1990, 2100


def read_answer(answer: ModelAnswer, schema: DocumentSchema, provider: ProviderName) -> Reading:
    """The answer's values in canonical text; what is missing, malformed or absurd reads as not found.

    Raises:
        ProviderFailed: `bad_json`, or `no_fields` where the object has none of the keys that were asked for.
    """
    document = _parse(answer)
    shape = schema.shape
    if not any(key.name in document for key in shape.header) and shape.items not in document:
        raise ProviderFailed("no_fields", tokens=answer.tokens)
    lists = {table.name: _rows(table, document.get(table.name), schema, provider) for table in shape.lists}
    return Reading(
        schema_name=schema.name,
        provider=provider,
        model=answer.model[:100],
        fields={key.name: _field(key, document.get(key.name), schema, provider) for key in shape.header},
        items=lists.pop(shape.items, ()),
        tables=lists,
    )


def _rows(table: Table, given: Any, schema: DocumentSchema, provider: ProviderName) -> tuple[dict[str, ReadField], ...]:
    """The rows of a list that say anything."""
    rows = [
        {key.name: _field(key, row.get(key.name), schema, provider) for key in table.row}
        for row in (given if isinstance(given, list) else [])[: table.most_rows]
        if isinstance(row, dict)
    ]
    return tuple(row for row in rows if any(field.value is not None for field in row.values()))


def _parse(answer: ModelAnswer) -> Mapping[str, Any]:
    """The JSON object in the text: code fences are taken off, a list around one object is opened."""
    failure = ProviderFailed("bad_json", tokens=answer.tokens)
    if len(answer.text) > _LONGEST_ANSWER:
        raise failure
    try:
        document = json.loads(_unfenced(answer.text), parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError) as error:  # Decimal refuses 1e9999999999 in its own way
        raise failure from error
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    if not isinstance(document, dict):
        raise failure
    return document


def _unfenced(text: str) -> str:
    """The inside of a Markdown fence, whose opening may name a language; other text as it is."""
    text = text.strip()
    if not text.startswith("```"):
        return text
    return text.removesuffix("```").lstrip("`").removeprefix("json").removeprefix("JSON")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _field(key: Key, given: Any, schema: DocumentSchema, provider: ProviderName) -> ReadField:
    raw = _plain(str(given).lower() if key.kind is Kind.FLAG and isinstance(given, bool) else given)
    value = _value(key, raw, schema)
    if value is None:
        return ReadField()
    return ReadField(value=value, raw=raw[:_LONGEST_RAW], confidence=MODEL_CONFIDENCE, source=provider)


def _plain(given: Any) -> str:
    """A JSON scalar as one line of text without control characters; anything else as nothing."""
    if isinstance(given, bool) or not isinstance(given, str | int | Decimal):
        return ""
    # U+FFFD stands for what the model could not write; lone surrogates cannot be stored at all.
    text = str(given).encode("utf-8", "replace").decode()
    text = "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in text)
    return " ".join(text.split())


def _value(key: Key, text: str, schema: DocumentSchema) -> str | None:
    if len(text) > key.longest:
        return None
    text = key.label.sub("", text) if key.label else text
    if text.casefold() in _NOTHING:
        return None
    if key.kind is Kind.AMOUNT:
        return canonical_amount(text)
    if key.kind is Kind.PERCENT:
        return canonical_percent(text)
    if key.kind is Kind.DATE:
        return _date(text, schema)
    if key.kind in {Kind.SLUG, Kind.CHOICE}:
        word = re.sub(r"[\s-]", "_", text.casefold())
        return next((allowed for allowed in key.allowed if allowed.casefold() == word), None)
    if key.kind is Kind.FLAG:
        return "true" if text.casefold() in _YES else "false" if text.casefold() in _NO else None
    if key.kind is Kind.CODE:
        code = text.replace(" ", "").upper()
        return code.zfill(key.width) if code.isdecimal() else code
    return text


def _date(text: str, schema: DocumentSchema) -> str | None:
    """A date in the schema's order; under one without an order also the other way round, where only that makes one."""
    found = canonical_date(text, day_first=schema.day_first is not False, short_years=schema.short_years)
    return canonical_date(text, day_first=False) if found is None and schema.day_first is None else found


def canonical_amount(text: str) -> str | None:
    """A number as a plain decimal: `B/. 1,250.00`, `1.250,00` and `1250` give `1250.00`, `1250.00` and `1250`."""
    bare = _CURRENCY.sub("", text).replace(" ", "").replace("'", "")
    bare = re.sub(r"^\(([-+])\)", r"\1", bare)  # how a round-off's sign is printed in India
    if not re.fullmatch(r"[-+]?[\d.,]{1,30}(?:[eE][-+]?\d{1,2})?", bare):
        return None
    amount = parse_amount(_with_point(bare))
    if amount is None or not isinstance(exponent := amount.as_tuple().exponent, int) or exponent < _FINEST:
        return None
    plain = format(amount, "f")
    return plain.removeprefix("-") if amount == 0 else plain


def canonical_percent(text: str) -> str | None:
    """A percent as a plain decimal: `18`, `18%`, `18,00 %` and `9+9` are 18. A fraction stays one."""
    percent = percent_of(text)
    if percent is None or not isinstance(exponent := percent.as_tuple().exponent, int) or exponent < _FINEST:
        return None
    return format(percent, "f")


def _with_point(text: str) -> str:
    """Grouping taken out and the decimal sign made a point. A single sign is decimal unless it groups thousands."""
    last = max(text.rfind("."), text.rfind(","))
    if last < 0:
        return text
    sign, other = text[last], "," if text[last] == "." else "."
    if text.count(sign) > 1:
        return text.replace(sign, "").replace(other, ".")
    if sign == "," and other not in text and re.fullmatch(r"[-+]?[1-9]\d{0,2},\d{3}", text):
        return text.replace(",", "")
    return text.replace(other, "").replace(sign, ".")


def canonical_date(text: str, *, day_first: bool = True, short_years: bool = False) -> str | None:
    """A date as YYYY-MM-DD, None for anything that is no day of this age. `short_years`: 24 is 2024, if day first."""
    if match := _ISO_DATE.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _DIGIT_DATE.fullmatch(text):
        first, second, year = (int(part) for part in match.groups())
        day, month = (first, second) if day_first else (second, first)
    else:
        other = day_of(text) if day_first and (short_years or re.search("[A-Za-z]", text)) else None
        year, month, day = map(int, other.split("-")) if other else (0, 0, 0)
    if not _EARLIEST_YEAR <= year <= _LATEST_YEAR:
        return None
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None
