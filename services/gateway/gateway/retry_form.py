"""A retry's two text parts: which fields are searched, and what the client knows already (Lumis API, section 4)."""

import datetime as dt
import json
import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, NoReturn, cast, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from gateway.http import ErrorRow, Problem
from shared.contracts.lumis import ExtractedData, FieldKey, Retry
from shared.money import to_cents

FIELD_KEYS: tuple[FieldKey, ...] = get_args(FieldKey)

MISSING_FIELDS_REQUIRED = ErrorRow(400, "MISSING_FIELDS_REQUIRED", "No se envió missing_fields.")
EMPTY_MISSING_FIELDS = ErrorRow(400, "EMPTY_MISSING_FIELDS", "El array missing_fields está vacío.")
INVALID_FIELD_KEY = ErrorRow(400, "INVALID_FIELD_KEY", f"field_key inválido: 'cufe'. Válidos: {', '.join(FIELD_KEYS)}.")
INVALID_MISSING_FIELDS_FORMAT = ErrorRow(
    400, "INVALID_MISSING_FIELDS_FORMAT", "missing_fields no es un array JSON válido."
)
INVALID_PREVIOUS_DATA_FORMAT = ErrorRow(
    400, "INVALID_PREVIOUS_DATA_FORMAT", "previous_data no es un objeto JSON válido."
)
RETRY_ERRORS = (
    MISSING_FIELDS_REQUIRED,
    EMPTY_MISSING_FIELDS,
    INVALID_FIELD_KEY,
    INVALID_MISSING_FIELDS_FORMAT,
    INVALID_PREVIOUS_DATA_FORMAT,
)

_LONGEST_MISSING_FIELDS = 4096
_LONGEST_PREVIOUS_DATA = 262_144
_LONGEST_KEY_SHOWN = 40
_LARGEST = Decimal(10) ** 12
_FINEST = Decimal("1e-8")


def _text(given: Any) -> str | None:
    """One line; blanks are nothing. Control characters and lone surrogates can neither be shown nor stored."""
    if given is None:
        return None
    is_text = isinstance(given, str)
    if not is_text:
        raise ValueError("not a text")
    shown = "".join(" " if unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} else sign for sign in given)
    return " ".join(shown.split()) or None


def _number(given: Any) -> Decimal | None:
    if given is None:
        return None
    is_number = isinstance(given, int | Decimal) and not isinstance(given, bool)
    if not is_number or abs(number := Decimal(given)) >= _LARGEST:
        raise ValueError("not a number, or too large")
    return number.quantize(_FINEST).normalize() + 0  # + 0: 1E+2 becomes 100


def _cents(given: Any) -> Decimal | None:
    number = _number(given)
    return None if number is None else to_cents(number)


def _day(given: Any) -> str | None:
    text = _text(given)
    if text is None:
        return None
    day = dt.date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError("not written YYYY-MM-DD")
    return text


_Text = Annotated[str | None, Field(max_length=4096), BeforeValidator(_text)]
_Amount = Annotated[Decimal | None, BeforeValidator(_cents)]
_Figure = Annotated[Decimal | None, BeforeValidator(_number)]
_Name = Annotated[str, Field(max_length=4096), BeforeValidator(lambda given: _text(given) or "")]


class _Product(BaseModel):
    model_config = ConfigDict(extra="ignore")

    name: _Name = ""
    quantity: _Figure = None
    unit_price: _Figure = None
    total_price: _Amount = None


_Products = Annotated[
    tuple[_Product, ...], Field(max_length=1000), BeforeValidator(lambda given: () if given is None else given)
]


class _PreviousData(BaseModel):
    """The nine keys as a client may send them: absent is null, others are ignored, types are those of the answers."""

    model_config = ConfigDict(extra="ignore")

    ruc: _Text = None
    dv: _Text = None
    invoice_number: _Text = None
    total: _Amount = None
    products: _Products = ()
    issuer_name: _Text = None
    issuer_address: _Text = None
    date: Annotated[str | None, BeforeValidator(_day)] = None
    tot_itbms: _Amount = None


def read_retry(texts: Mapping[str, str]) -> Retry:
    """What is asked for, from the text parts `missing_fields` and `previous_data`.

    Raises:
        Problem: one of RETRY_ERRORS.
    """
    searched = _searched(texts.get("missing_fields"))
    text = texts.get("previous_data")
    return Retry(searched=searched, previous=None if text is None else _previous(text))


def _searched(text: str | None) -> tuple[FieldKey, ...]:
    """The keys in the client's order; one that comes twice is searched once."""
    if text is None or not text.strip():
        raise Problem(MISSING_FIELDS_REQUIRED)
    keys = _parsed(text, _LONGEST_MISSING_FIELDS)
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise Problem(INVALID_MISSING_FIELDS_FORMAT)
    if not keys:
        raise Problem(EMPTY_MISSING_FIELDS)
    for key in keys:
        if key not in FIELD_KEYS:
            shown = (_text(key) or "")[:_LONGEST_KEY_SHOWN]
            raise Problem(INVALID_FIELD_KEY, message=INVALID_FIELD_KEY.message.replace("cufe", shown, 1))
    return cast("tuple[FieldKey, ...]", tuple(dict.fromkeys(keys)))


def _previous(text: str) -> ExtractedData:
    document = _parsed(text, _LONGEST_PREVIOUS_DATA)
    if not isinstance(document, dict):
        raise Problem(INVALID_PREVIOUS_DATA_FORMAT)
    try:
        return ExtractedData.model_validate(_PreviousData.model_validate(document).model_dump())
    except ValidationError:
        raise Problem(INVALID_PREVIOUS_DATA_FORMAT) from None


def _parsed(text: str, longest: int) -> Any:
    """The JSON value, numbers exact; None, which no part may be, for what is too long or no JSON."""
    if len(text) > longest:
        return None
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, InvalidOperation, RecursionError):
        return None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
