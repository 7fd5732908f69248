"""From a reading's canonical texts to typed values; what is not canonical counts as not read, with a warning."""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal

from shared.contracts.reading import ReadField
from shared.money import parse_amount

_PLAIN_DECIMAL = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,8})?")
"""What is believed of a number: no exponent, no digits of other scripts, and few enough for Decimal128 to be exact."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Values:
    """The values of one mapping of read fields; remembers the keys whose text could not be understood."""

    def __init__(self, fields: Mapping[str, ReadField]) -> None:
        self._fields = fields
        self.invalid: list[str] = []

    def text(self, key: str) -> str | None:
        """The trimmed text; None where nothing, or only blanks, was read."""
        field = self._fields.get(key)
        return (field.value or "").strip() or None if field else None

    def amount(self, key: str) -> Decimal | None:
        """A plain decimal."""
        text = self.text(key)
        if text is None:
            return None
        amount = parse_amount(text) if _PLAIN_DECIMAL.fullmatch(text) else None
        if amount is None:
            self.invalid.append(key)
        return amount

    def day(self, key: str) -> str | None:
        """A date that exists, as `YYYY-MM-DD`."""
        text = self.text(key)
        if text is None:
            return None
        try:
            if _DAY.fullmatch(text):
                return dt.date.fromisoformat(text).isoformat()
        except ValueError:
            pass
        self.invalid.append(key)
        return None
