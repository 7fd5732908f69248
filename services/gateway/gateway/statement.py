"""A month's statement as CSV (RFC 4180, UTF-8), safe to open in a spreadsheet. Pure."""

import csv
import io
import re
from collections.abc import Iterable
from datetime import UTC

from shared.contracts.credits import Movement

COLUMNS = ("at", "request_id", "kind", "amount", "balance_after", "reason")

_FORMULA = re.compile(r"(^|;)(\s*[=+\-@＝＋－＠])")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")

Row = tuple[str, str, str, int | str, int, str]


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula (OWASP, CSV injection); `;` begins a cell in Spanish locales."""
    return _FORMULA.sub(r"\1'\2", _CONTROLS.sub(" ", text))


def opening(month: str, balance: int) -> Row:
    """The balance (Lümis) before the month's first movement."""
    return month, "", "opening_balance", "", balance, "Saldo inicial"


def movement(found: Movement) -> Row:
    """A movement; its time in UTC."""
    at = found.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return at, safe(found.request_id), found.kind, found.amount, found.balance_after, safe(found.reason)


def closing(month: str, balance: int) -> Row:
    """The balance after the month's last movement, or until now."""
    return month, "", "closing_balance", "", balance, "Saldo final"


def lines(rows: Iterable[tuple[str | int, ...]]) -> bytes:
    """Rows as lines of CSV."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
