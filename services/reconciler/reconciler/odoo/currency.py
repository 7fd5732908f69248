"""The currency of a paper that names none, or by a sign that several currencies have: by its country. Pure."""

import re

from reconciler.odoo.figures import Row, missing
from shared.contracts.reading import Candidate, ReadField

_BY_CURRENCY = {
    "EUR": "AD AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MC MT NL PT SI SK SM VA XK ME",
    "USD": "US EC SV PR GU VI",
    "CHF": "CH LI",
    "GBP": "GB XI IM JE GG",
    "DKK": "DK FO GL",
    "NOK": "NO SJ",
    "AUD": "AU",
    "NZD": "NZ",
    "CAD": "CA",
    "SEK": "SE",
    "PLN": "PL",
    "CZK": "CZ",
    "HUF": "HU",
    "RON": "RO",
    "ISK": "IS",
    "TRY": "TR",
    "RSD": "RS",
    "UAH": "UA",
    "PAB": "PA",
    "PEN": "PE",
    "MXN": "MX",
    "COP": "CO",
    "CLP": "CL",
    "ARS": "AR",
    "BRL": "BR",
    "UYU": "UY",
    "BOB": "BO",
    "PYG": "PY",
    "CRC": "CR",
    "GTQ": "GT",
    "HNL": "HN",
    "NIO": "NI",
    "DOP": "DO",
    "INR": "IN",
    "JPY": "JP",
    "CNY": "CN",
    "KRW": "KR",
    "TWD": "TW",
    "HKD": "HK",
    "SGD": "SG",
    "MYR": "MY",
    "IDR": "ID",
    "THB": "TH",
    "PHP": "PH",
    "VND": "VN",
    "AED": "AE",
    "SAR": "SA",
    "ILS": "IL",
    "EGP": "EG",
    "MAD": "MA",
    "ZAR": "ZA",
    "NGN": "NG",
    "KES": "KE",
}
"""ISO 4217 by ISO 3166: one legal tender a country."""
CURRENCY_OF = {country: code for code, countries in _BY_CURRENCY.items() for country in countries.split()}

_SHARED_SIGNS = {
    "$": frozenset(["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "COP", "CLP", "ARS", "UYU"]),
    "¥": frozenset({"JPY", "CNY"}),
    "kr": frozenset({"SEK", "NOK", "DKK", "ISK"}),
}
_GUESSED = 0.4
_BY_COUNTRY = 0.6


def settle(fields: Row, country_key: str, senders: str | None) -> dict[str, ReadField]:
    """The header with the paper's currency.

    A sign of several currencies means that of the paper's country. Where nothing is printed, the currency is that of
    the paper's country, else of the sender's (`senders`, ISO 3166), as a guess.
    """
    result, field = dict(fields), fields.get("currency", ReadField())
    country = fields[country_key].value if country_key in fields else None
    own = CURRENCY_OF.get((country or "").upper())
    if missing(fields, "currency"):
        code = own or CURRENCY_OF.get((senders or "").upper())
        if code is not None:
            sure = _BY_COUNTRY if own else _GUESSED
            guess = Candidate(value=code, confidence=sure, source="computed")
            result["currency"] = ReadField(**guess.model_dump(), candidates=(guess, *field.candidates))
        return result
    sign = _shared_sign(field)
    if own is not None and own != field.value and sign is not None and own in _SHARED_SIGNS[sign]:
        result["currency"] = field.model_copy(update={"value": own, "confidence": min(field.confidence, _BY_COUNTRY)})
    return result


def _shared_sign(field: ReadField) -> str | None:
    """The sign of several currencies that the value was read from, where it stands alone."""
    letters = re.sub(r"[\d\s.,;:()+/-]", "", field.raw)
    return next((sign for sign in _SHARED_SIGNS if letters == sign), None)
