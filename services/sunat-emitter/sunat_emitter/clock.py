"""Time as SUNAT counts it: the clock of Lima, UTC-5 all year."""

import argparse
from datetime import UTC, date, datetime, time, timedelta, timezone

LIMA = timezone(timedelta(hours=-5), "Lima")


def utc_now() -> datetime:
    """Now, in the milliseconds that MongoDB keeps."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def start_of_day(day: date) -> datetime:
    """When a day begins in Lima."""
    return datetime.combine(day, time(), LIMA)


def end_of_day(day: date) -> datetime | None:
    """When the day after begins in Lima; None where the calendar ends."""
    return None if day == date.max else start_of_day(day + timedelta(days=1))


def given_day(text: str) -> date:
    """A day that an operator gives a command. Raises ArgumentTypeError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no day such as 2026-11-21") from None
