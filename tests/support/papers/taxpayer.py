"""Identifiers that fit: RUC forms, CUFE with its check digit (DGI layout) and the look-up address in the QR."""

import base64
import datetime as dt
import json
from dataclasses import dataclass
from random import Random
from typing import Literal

from shared.panama import possible_dvs

RucForm = Literal["company", "register", "old", "person", "foreigner"]
LONGEST_PROVINCE = 2
"""A first group this short is a province or a letter code, so the issuer is a person."""

RUC_FORMS: tuple[RucForm, ...] = ("company", "company", "company", "register", "old", "person", "foreigner")


def make_ruc(rng: Random, form: RucForm | None = None) -> tuple[str, str]:
    """A RUC of one of its forms, with the check digits that the DGI's rule gives it."""
    match form or rng.choice(RUC_FORMS):
        case "company":
            ruc = f"155{rng.randrange(590000, 799999)}-2-{rng.randrange(2015, 2025)}"
        case "register":
            ruc = f"{rng.randrange(200000, 2700000)}-1-{rng.randrange(400000, 850000)}"
        case "old":
            ruc = f"{rng.randrange(1000, 60000)}-{rng.randrange(10, 500)}-{rng.randrange(100000, 360000)}"
        case "person":
            ruc = f"{rng.randrange(1, 10)}-{rng.randrange(100, 999)}-{rng.randrange(100, 2500)}"
        case "foreigner":
            ruc = f"E-8-{rng.randrange(50000, 190000)}"
    return ruc, possible_dvs(ruc)[0]


def check_digit(body: str) -> str:
    """Luhn over what follows `FE`; a non-digit counts as the last digit of its ASCII code."""
    total = 0
    for place, character in enumerate(reversed(body)):
        digit = int(character) if character.isdigit() else ord(character) % 10
        total += digit if place % 2 else sum(divmod(2 * digit, 10))
    return str(-total % 10)


@dataclass(frozen=True)
class Till:
    """Where an issuer sells: its RUC with DV, branch (4 digits) and billing point (3 digits)."""

    ruc: str
    dv: str
    branch: str
    point: str


def make_cufe(till: Till, date: dt.date, number: str, security: str) -> str:
    """The 66 characters of an internal invoice in production; number has 10 digits, security 9."""
    kind = "1" if len(till.ruc.partition("-")[0]) <= LONGEST_PROVINCE else "2"
    seller = f"{till.ruc.rjust(20, '0')}-{till.dv}{till.branch}"
    body = f"01{kind}{seller}{date:%Y%m%d}{number}{till.point}011{security}"
    return f"FE{body}{check_digit(body)}"


def qr_address(cufe: str, rng: Random) -> str:
    """The DGI's look-up address with the CUFE, an invented digest and an invented token whose payload repeats them."""
    digest = base64.b64encode(rng.randbytes(32)).decode()
    payload = json.dumps({"chFE": cufe, "iAmb": "1", "digestValue": digest}, separators=(",", ":")).encode()
    token = ".".join(_base64url(part) for part in (b'{"alg":"HS256","typ":"JWT"}', payload, rng.randbytes(32)))
    return (
        f"https://dgi-fep.mef.gob.pa/Consultas/FacturasPorQR?chFE={cufe}&iAmb=1"
        f"&digestValue={digest.replace('+', '%2B')}&jwt={token}"
    )


def _base64url(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()
