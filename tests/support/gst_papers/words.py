"""Amounts as Indian invoices write them: in lakhs and crores, in figures and in words."""

from decimal import Decimal

_UNITS = (
    "Zero One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve Thirteen Fourteen Fifteen Sixteen Seventeen "
    "Eighteen Nineteen"
)
_SMALL = _UNITS.split()
_TENS = ["Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"]
_SCALES = ((10_000_000, "Crore"), (100_000, "Lakh"), (1000, "Thousand"), (100, "Hundred"))


def grouped(value: Decimal, places: int = 2) -> str:
    """`1,00,000.00`."""
    whole, _, part = f"{abs(value):.{places}f}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    groups: list[str] = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    return ("-" if value < 0 else "") + ",".join([*groups, tail]) + (f".{part}" if part else "")


def spelled(value: Decimal) -> str:
    """`One Lakh Two Hundred Five and Paise Ten`."""
    rupees, paise = int(value), int(value * 100) % 100
    return _spelled(rupees) + (f" and Paise {_spelled(paise)}" if paise else "")


def _spelled(number: int) -> str:
    for size, name in _SCALES:
        if number >= size:
            rest = number % size
            return f"{_spelled(number // size)} {name}" + (f" {_spelled(rest)}" if rest else "")
    if number < len(_SMALL):
        return _SMALL[number]
    ten, one = divmod(number, 10)
    return _TENS[ten - 2] + (f" {_SMALL[one]}" if one else "")
