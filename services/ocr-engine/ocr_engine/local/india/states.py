"""States and territories of India by their GST codes, and a printed place of supply as one."""

import re

from ocr_engine.local.spelling import fold

STATES = {
    "01": "jammu and kashmir",
    "02": "himachal pradesh",
    "03": "punjab",
    "04": "chandigarh",
    "05": "uttarakhand",
    "06": "haryana",
    "07": "delhi",
    "08": "rajasthan",
    "09": "uttar pradesh",
    "10": "bihar",
    "11": "sikkim",
    "12": "arunachal pradesh",
    "13": "nagaland",
    "14": "manipur",
    "15": "mizoram",
    "16": "tripura",
    "17": "meghalaya",
    "18": "assam",
    "19": "west bengal",
    "20": "jharkhand",
    "21": "odisha",
    "22": "chhattisgarh",
    "23": "madhya pradesh",
    "24": "gujarat",
    "25": "daman and diu",
    "26": "dadra and nagar haveli and daman and diu",
    "27": "maharashtra",
    "29": "karnataka",
    "30": "goa",
    "31": "lakshadweep",
    "32": "kerala",
    "33": "tamil nadu",
    "34": "puducherry",
    "35": "andaman and nicobar islands",
    "36": "telangana",
    "37": "andhra pradesh",
    "38": "ladakh",
    "96": "other country",
    "97": "other territory",
    "99": "centre",
}
"""Code of the GST network → name."""

_OTHERS = {
    "orissa": "21",
    "pondicherry": "34",
    "uttaranchal": "05",
    "chattisgarh": "22",
    "chhatisgarh": "22",
    "tamilnadu": "33",
    "nct of delhi": "07",
    "new delhi": "07",
    "jammu kashmir": "01",
    "andaman and nicobar": "35",
    "andaman nicobar islands": "35",
    "dadra and nagar haveli": "26",
}
_KNOWN = set(STATES) | {"28"}
_NAMES = {"".join(name.split()): code for code, name in STATES.items()} | {
    "".join(name.split()): code for name, code in _OTHERS.items()
}
"""Names without blanks, which recognition drops."""
_BY_LENGTH = sorted(_NAMES, key=len, reverse=True)
_CODE = re.compile(r"(?<![\d.])(\d{1,2})(?![\d.])")
_LABELLED = re.compile(r"\bcode\b\W*(\d{1,2})(?!\d)")


def state_in(text: str) -> str | None:
    """The code of the state that a text names, by its name or its two digits: `Karnataka (29)`, `29`; else None."""
    folded = fold(text)
    labelled = _LABELLED.search(folded)
    code = labelled or _CODE.search(folded)
    if code and code[1].zfill(2) in _KNOWN:
        return code[1].zfill(2)
    return state_named(text)


def state_named(text: str) -> str | None:
    """The code of the state whose name stands in the text."""
    letters = "".join(re.findall("[a-z]", fold(text).replace("&", "and")))
    return next((_NAMES[name] for name in _BY_LENGTH if name in letters), None)
