"""Panama's tax identifiers: RUC, its check digits (DV), and the CUFE of an electronic invoice. Pure rules, no I/O."""

import datetime as dt
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

PROVINCES = 13
"""A first group of 1-13 without letters is a province, so the RUC is a person's."""

_LETTER_CODES = {"": "00", "E": "50", "N": "40", "PE": "75", "PI": "79", "AV": "15", "NT": "43"}
_TOME_DIGITS = 3
_ENTRY_DIGITS = 5
_FIRST_OLD_ROLL = 10
_WEIGHT_TWICE = 10
_SIX_DIGIT_ENTRIES = frozenset({"E", "N", "NT"})
_OLD_ROLLS = "1234567891234789234567891234567891234567"
"""What replaces digits 6-7 of an old company's RUC, for 10, 11, … 49 (DGI, version 201805)."""

_RUC = re.compile(
    r"(?:(?P<province>[1-9]|1[0-3])?(?P<letters>PE|PI|AV|E|N)|(?P<nt_province>[1-9]|1[0-3])-(?P<nt>NT)|(?P<first>\d{1,10}))"
    r"-(?P<tome>\d{1,4})-(?P<entry>\d{1,6})"
)
_CUFE = re.compile(
    r"FE(?P<document>\d{2})(?P<kind>\d)(?P<ruc>[0-9A-Z-]{20})-(?P<dv>\d{2})(?P<branch>[0-9A-Z]{4})(?P<date>\d{8})"
    r"(?P<number>\d{10})(?P<point>\d{3})(?P<emission>\d{2})(?P<environment>\d)(?P<security>\d{9})\d"
)
CUFE_LENGTH = 66

_DGI_HOST = re.compile(r"dgi-fep(?:-test)?\.mef\.gob\.pa")
_DASHES = re.compile(r"[‐‑‒–—−]")


@dataclass(frozen=True)
class _RucParts:
    province: str
    letters: str
    company: str
    tome: str
    entry: str


@dataclass(frozen=True)
class Cufe:
    """The parts of a CUFE (DGI, ficha técnica de la factura electrónica): who issued what, when and where."""

    text: str
    document_type: str
    """`01` internal invoice, `02` import, `03` export, `04` credit note, `08` free zone, `09` refund."""
    ruc_type: str
    """`1` person, `2` company."""
    ruc: str
    dv: str
    branch: str
    date: dt.date
    number: str
    """Ten digits, leading zeros kept."""
    point: str
    emission: str
    environment: str
    """`1` production, `2` tests."""
    security: str


def normalize_ruc(text: str) -> str:
    """The RUC in one spelling: upper case, no spaces, plain hyphens kept."""
    return _DASHES.sub("-", re.sub(r"\s+", "", text)).upper()


def is_ruc(text: str) -> bool:
    """True for a text in one of the RUC's known forms; says nothing about whether it was ever given out."""
    return _parse_ruc(text) is not None


def possible_dvs(ruc: str) -> tuple[str, ...]:
    """The check digits that fit a RUC (DGI, DV algorithm 201805); empty where no rule is known.

    Two come back for an `NT` number, which a body and a person carry alike.
    """
    parts = _parse_ruc(ruc)
    if parts is None:
        return ()
    if parts.company:
        return (_company_dv(parts),)
    if parts.letters and parts.letters != "NT" and len(parts.tome) > _TOME_DIGITS:
        return ()  # the DGI's own example of such a number contradicts its rule
    entry = parts.entry if parts.letters in _SIX_DIGIT_ENTRIES else parts.entry[:_ENTRY_DIGITS]
    body = parts.province.zfill(2) + _LETTER_CODES[parts.letters] + parts.tome.zfill(3) + entry.zfill(5)
    person = _dv("5" + body)
    return (_dv(body), person) if parts.letters == "NT" else (person,)


def dv_fits(ruc: str, dv: str) -> bool | None:
    """Whether the check digits belong to the RUC; None where no rule is known for its form."""
    fitting = possible_dvs(ruc)
    return dv in fitting if fitting else None


def parse_cufe(text: str) -> Cufe | None:
    """The CUFE taken apart; None unless its layout, its date and its check digit hold."""
    compact = _DASHES.sub("-", re.sub(r"\s+", "", text)).upper()
    match = _CUFE.fullmatch(compact)
    if match is None or not _luhn_holds(compact[2:]):
        return None
    try:
        date = dt.datetime.strptime(match["date"], "%Y%m%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        return None
    return Cufe(
        text=compact,
        document_type=match["document"],
        ruc_type=match["kind"],
        ruc=match["ruc"].lstrip("0"),
        dv=match["dv"],
        branch=match["branch"],
        date=date,
        number=match["number"],
        point=match["point"],
        emission=match["emission"],
        environment=match["environment"],
        security=match["security"],
    )


def cufe_in_url(text: str) -> str | None:
    """The CUFE inside an address of the DGI's look-up (QR or printed); None for any other text. Fetches nothing."""
    try:
        address = urlsplit(text.strip())
    except ValueError:
        return None
    if not _DGI_HOST.fullmatch(address.hostname or ""):
        return None
    query = {key.casefold(): values[0] for key, values in parse_qs(address.query).items()}
    tail = unquote(address.path.rstrip("/").rpartition("/")[2])
    for candidate in (query.get("chfe"), query.get("cufe"), tail):
        if candidate and (cufe := parse_cufe(candidate)):
            return cufe.text
    return None


def _parse_ruc(text: str) -> _RucParts | None:
    match = _RUC.fullmatch(normalize_ruc(text))
    if match is None:
        return None
    letters = match["letters"] or match["nt"] or ""
    province = match["province"] or match["nt_province"] or ""
    first = match["first"] or ""
    if first and int(first) <= PROVINCES:
        # With a leading zero it is an invoice number such as 001-002-123456, never a cédula.
        if first.startswith("0"):
            return None
        return _RucParts(first, letters, "", match["tome"], match["entry"])
    return _RucParts(province, letters, first, match["tome"], match["entry"])


def _company_dv(parts: _RucParts) -> str:
    body = parts.company.zfill(10) + parts.tome.zfill(4) + parts.entry.zfill(6)
    old = body[3:5] == "00" and body[5] < "5"
    if old and int(body[5:7]) >= _FIRST_OLD_ROLL:
        body = body[:5] + "0" + _OLD_ROLLS[int(body[5:7]) - _FIRST_OLD_ROLL] + body[7:]
    return _dv(body, old=old)


def _dv(body: str, *, old: bool = False) -> str:
    first = _check_digit(body, old=old)
    return first + _check_digit(body + first, old=old)


def _check_digit(body: str, *, old: bool) -> str:
    """Modulo 11 with weights 2, 3, 4… from the right; an old company's roll uses weight 11 twice."""
    total = sum(
        int(digit) * (place + 2 - (old and place >= _WEIGHT_TWICE)) for place, digit in enumerate(reversed(body))
    )
    rest = total % 11
    return str(11 - rest) if rest > 1 else "0"


def _luhn_holds(text: str) -> bool:
    """Luhn, a non-digit counting as the last digit of its ASCII code (`-` is 5)."""
    total = 0
    for place, character in enumerate(reversed(text)):
        digit = int(character) if character.isdigit() else ord(character) % 10
        if place % 2:
            digit = sum(divmod(digit * 2, 10))
        total += digit
    return total % 10 == 0
