"""GSTIN: two digits of the state, a PAN, the entity, `Z`, and a check character; and the states themselves."""

import re
import unicodedata

STATES = {
    "01": "Jammu and Kashmir",
    "02": "Himachal Pradesh",
    "03": "Punjab",
    "04": "Chandigarh",
    "05": "Uttarakhand",
    "06": "Haryana",
    "07": "Delhi",
    "08": "Rajasthan",
    "09": "Uttar Pradesh",
    "10": "Bihar",
    "11": "Sikkim",
    "12": "Arunachal Pradesh",
    "13": "Nagaland",
    "14": "Manipur",
    "15": "Mizoram",
    "16": "Tripura",
    "17": "Meghalaya",
    "18": "Assam",
    "19": "West Bengal",
    "20": "Jharkhand",
    "21": "Odisha",
    "22": "Chhattisgarh",
    "23": "Madhya Pradesh",
    "24": "Gujarat",
    "25": "Daman and Diu",
    "26": "Dadra and Nagar Haveli and Daman and Diu",
    "27": "Maharashtra",
    "28": "Andhra Pradesh (until 2014)",
    "29": "Karnataka",
    "30": "Goa",
    "31": "Lakshadweep",
    "32": "Kerala",
    "33": "Tamil Nadu",
    "34": "Puducherry",
    "35": "Andaman and Nicobar Islands",
    "36": "Telangana",
    "37": "Andhra Pradesh",
    "38": "Ladakh",
    "96": "other country",
    "97": "other territory",
    "99": "centre",
}
"""Codes of states and territories, and of what is none."""

_MERGED = {"25": "26", "28": "37"}
"""Old codes that mean a state of today: 25 went into 26 in 2020, 28 became 37."""
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SHAPE = re.compile(r"[0-9]{2}[0-9A-Z]{13}")
_PAN = re.compile(r"[A-Z]{5}[0-9]{4}[A-Z]")
_LENGTH = 15
_CODE_LENGTH = 2
_OTHER_NAMES = {
    "andhra pradesh": "37",
    "orissa": "21",
    "pondicherry": "34",
    "uttaranchal": "05",
    "new delhi": "07",
    "nct of delhi": "07",
    "jammu & kashmir": "01",
    "andaman & nicobar islands": "35",
    "dadra & nagar haveli and daman & diu": "26",
}
_BY_NAME = {name.lower(): code for code, name in STATES.items()} | _OTHER_NAMES


def normalized(gstin: str | None) -> str | None:
    """Without blanks, in capitals."""
    return "".join((gstin or "").split()).upper() or None


def check_character(first: str) -> str:
    """The 15th character that belongs to the first fourteen: digits in base 36, weighed 1 and 2 in turn."""
    total = 0
    for position, character in enumerate(first):
        product = _ALPHABET.index(character) * (1 + position % 2)
        total += product // 36 + product % 36
    return _ALPHABET[-total % 36]


def fault(gstin: str) -> str | None:
    """What is wrong with it: `FORM`, `STATE` or `CHECK_DIGIT`; None where nothing is.

    Numbers of embassies, deductors and non-residents have no `Z`, so the 14th character is left open.
    """
    if not _SHAPE.fullmatch(gstin):
        return "FORM"
    if gstin[:2] not in STATES:
        return "STATE"
    return None if check_character(gstin[:-1]) == gstin[-1] else "CHECK_DIGIT"


def state_of(gstin: str | None) -> str | None:
    """The state's code that a GSTIN begins with, as of today; None where it begins with none."""
    code = (gstin or "")[:2]
    return _MERGED.get(code, code) if len(gstin or "") == _LENGTH and code in STATES else None


def pan_of(gstin: str | None) -> str | None:
    """The PAN inside a GSTIN."""
    pan = (normalized(gstin) or "")[2:12]
    return pan if _PAN.fullmatch(pan) else None


def state_code(text: str | None) -> str | None:
    """The two digits of a printed place of supply: `27`, `7`, `27-Maharashtra`, `Maharashtra (27)`; else None."""
    plain = unicodedata.normalize("NFKC", text or "").strip()
    digits = re.findall(r"[0-9]+", plain)
    if len(digits) == 1 and len(digits[0]) <= _CODE_LENGTH:
        code: str | None = digits[0].zfill(2)
    else:
        code = _BY_NAME.get(re.sub(r"[^a-z& ]", "", plain.lower()).strip())
    return code if code in STATES else None


def place_of(code: str | None) -> str | None:
    """The state of today that a code means, for comparing two of them."""
    return None if code is None else _MERGED.get(code, code)
