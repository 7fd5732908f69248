"""Lima's clock, five hours behind UTC all year: whose day it is, and which night's turn, at any moment."""

from argparse import ArgumentTypeError
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunat_emitter.clock import LIMA, end_of_day, given_day, start_of_day
from sunat_emitter.eleccion import today
from sunat_emitter.nocturno.ronda import due_day
from sunat_emitter.plazos import CLASES, Clase, Plazos

SECONDS = st.integers(1_577_836_800, 3_786_912_000)
MOMENTS = SECONDS.map(lambda second: datetime.fromtimestamp(second, UTC))
HOURS = st.times().map(lambda moment: f"{moment:%H:%M}")


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 1, 4, 59, 59, 999_000, tzinfo=UTC), date(2026, 2, 28)),
        (datetime(2026, 3, 1, 5, 0, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 1, 0, 0, tzinfo=UTC), date(2026, 2, 28)),
        (datetime(2027, 1, 1, 4, 59, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2028, 2, 29, 23, 59, 59, tzinfo=LIMA), date(2028, 2, 29)),
        (datetime(2026, 6, 30, 23, 0, tzinfo=LIMA), date(2026, 6, 30)),  # no summer time in Peru
    ],
)
def test_the_day_is_limas_whatever_the_day_in_utc(moment: datetime, day: date) -> None:
    assert today(moment) == day


@given(MOMENTS)
def test_every_moment_lies_in_its_own_day_and_in_no_other(moment: datetime) -> None:
    day = today(moment)
    after = end_of_day(day)
    assert after is not None
    assert start_of_day(day) <= moment < after
    assert after - start_of_day(day) == timedelta(hours=24)


@given(MOMENTS, HOURS)
def test_the_night_that_is_due_is_the_last_whose_hour_has_struck(moment: datetime, hora: str) -> None:
    struck = datetime.combine(due_day(moment, hora), time.fromisoformat(hora), LIMA)
    assert struck <= moment < struck + timedelta(hours=24)


@pytest.mark.parametrize(
    ("here", "day"),
    [
        (datetime(2026, 3, 2, 23, 49, 59, tzinfo=LIMA), date(2026, 3, 1)),
        (datetime(2026, 3, 2, 23, 50, tzinfo=LIMA), date(2026, 3, 2)),
        (datetime(2026, 3, 3, 0, 0, tzinfo=LIMA), date(2026, 3, 2)),
        (datetime(2026, 3, 3, 12, 0, tzinfo=LIMA), date(2026, 3, 2)),  # after an outage of the night
    ],
)
def test_a_night_begins_at_its_hour_and_is_caught_up_with_until_the_next(here: datetime, day: date) -> None:
    assert due_day(here.astimezone(UTC), "23:50") == day


def test_a_night_just_after_midnight_is_that_days_own() -> None:
    assert due_day(datetime(2026, 3, 3, 0, 9, tzinfo=LIMA), "00:10") == date(2026, 3, 2)
    assert due_day(datetime(2026, 3, 3, 0, 10, tzinfo=LIMA), "00:10") == date(2026, 3, 3)


@given(MOMENTS, st.sampled_from(CLASES))
def test_what_is_issued_now_is_in_time_now_and_for_its_days(moment: datetime, clase: Clase) -> None:
    end = Plazos().end_of(clase, today(moment))
    left = end - moment
    days = timedelta(days=Plazos().days(clase))
    assert days < left <= days + timedelta(days=1)


def test_a_day_that_an_operator_gives_is_read_or_refused_in_words() -> None:
    assert given_day("2026-02-28") == date(2026, 2, 28)
    with pytest.raises(ArgumentTypeError, match="mañana is no day such as 2026-11-21"):
        given_day("mañana")
