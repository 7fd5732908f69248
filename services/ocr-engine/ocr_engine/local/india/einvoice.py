"""The QR code of an Indian e-invoice: a signed token (JWS) whose payload repeats the invoice's main figures.

The portal's signature cannot be checked without its key, so the payload is evidence to be weighed, not truth.
"""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ocr_engine.gst import is_gstin
from shared.money import parse_amount

_PARTS = 3


@dataclass(frozen=True)
class SignedInvoice:
    """What the code says; None is what it does not say, or says in a form that cannot be."""

    seller: str | None
    buyer: str | None
    number: str | None
    date: str | None
    """`YYYY-MM-DD`."""
    total: Decimal | None


def signed_invoice(codes: Iterable[str]) -> SignedInvoice | None:
    """The first of the codes that is an e-invoice's."""
    return next((found for code in codes if (found := _read(code)) is not None), None)


def _read(code: str) -> SignedInvoice | None:
    parts = code.strip().split(".")
    if len(parts) != _PARTS:
        return None
    outer = _json(_decoded(parts[1]))
    inner = outer.get("data") if outer else None
    data = _json(inner) if isinstance(inner, str) else inner
    if not isinstance(data, Mapping) or "SellerGstin" not in data:
        return None
    return SignedInvoice(
        seller=_gstin(data, "SellerGstin"),
        buyer=_gstin(data, "BuyerGstin"),
        number=_text(data, "DocNo"),
        date=_day(_text(data, "DocDt")),
        total=_amount(data, "TotInvVal"),
    )


def _decoded(part: str) -> str:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _json(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _text(data: Mapping[str, Any], key: str) -> str | None:
    value = data.get(key)
    return value.strip()[:64] or None if isinstance(value, str) else str(value) if isinstance(value, int) else None


def _gstin(data: Mapping[str, Any], key: str) -> str | None:
    value = (_text(data, key) or "").upper()
    return value if is_gstin(value) else None


def _amount(data: Mapping[str, Any], key: str) -> Decimal | None:
    value = data.get(key)
    return parse_amount(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _day(text: str | None) -> str | None:
    for form in ("%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d"):
        try:
            return dt.datetime.strptime(text or "", form).replace(tzinfo=dt.UTC).date().isoformat()
        except ValueError:
            continue
    return None
