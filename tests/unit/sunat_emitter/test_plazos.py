"""Until when SUNAT takes a file, around midnight in Lima and on any day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunat_emitter.clock import LIMA
from sunat_emitter.plazos import CLASES, Clase, Plazos

PLAZOS = Plazos()
DAYS = st.dates(date(2020, 1, 1), date(2090, 1, 1))
MOMENTS = st.integers(1_577_836_800, 3_786_912_000).map(lambda second: datetime.fromtimestamp(second, UTC))


def test_a_factura_has_three_days_counted_from_the_day_after_issue_by_limas_clock() -> None:
    assert PLAZOS.end("F001", date(2026, 11, 21)) == datetime(2026, 11, 25, 5, tzinfo=UTC)


def test_a_boleta_and_its_notes_have_five() -> None:
    assert PLAZOS.end("B001", date(2026, 12, 29)) == datetime(2027, 1, 4, 5, tzinfo=UTC)
    assert PLAZOS.end("BC01", date(2026, 12, 29)) == PLAZOS.end("B001", date(2026, 12, 29))


def test_a_voiding_has_seven() -> None:
    assert PLAZOS.end_of("baja", date(2028, 2, 24)) == datetime(2028, 3, 3, 5, tzinfo=UTC)


def test_the_days_are_settings() -> None:
    assert Plazos(factura=1, boleta=7).end("FC01", date(2026, 2, 27)) == datetime(2026, 3, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(("clase", "last"), [("factura", 24), ("boleta", 26), ("baja", 28)])
def test_the_last_second_in_lima_is_in_time_and_the_next_one_is_not(clase: Clase, last: int) -> None:
    """Midnight in Lima is five o'clock in UTC, whose own midnight changes nothing."""
    issued = date(2026, 11, 21)
    for moment, over in (
        (datetime(2026, 11, last, 23, 59, 59, tzinfo=LIMA), False),
        (datetime(2026, 11, last + 1, 0, 0, tzinfo=UTC), False),
        (datetime(2026, 11, last + 1, 4, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 11, last + 1, 5, 0, 0, tzinfo=UTC), True),
    ):
        assert (moment >= PLAZOS.end_of(clase, issued)) is over
        assert (issued <= PLAZOS.last_over(clase, moment)) is over


@given(DAYS, MOMENTS, st.sampled_from(CLASES), st.integers(0, 30))
def test_a_day_is_over_by_its_date_exactly_when_its_end_is_reached(
    issued: date, moment: datetime, clase: Clase, days: int
) -> None:
    plazos = Plazos(days, days, days)
    assert (issued <= plazos.last_over(clase, moment)) == (moment >= plazos.end_of(clase, issued))


@given(DAYS, st.sampled_from(CLASES))
def test_the_end_is_a_midnight_of_lima_so_many_days_after_the_day_of_issue(issued: date, clase: Clase) -> None:
    end = PLAZOS.end_of(clase, issued).astimezone(LIMA)
    assert (end.hour, end.minute, end.second) == (0, 0, 0)
    assert end.date() - issued == timedelta(days=PLAZOS.days(clase) + 1)


def test_what_is_over_says_when_it_ended_and_what_is_left() -> None:
    said = PLAZOS.remedy("factura", date(2026, 11, 21), en_duda=False)
    assert said.startswith("El plazo para enviarlo a SUNAT venció el 24/11/2026 (3 días).")
    assert "otro número" in said
    assert "resumen diario" in PLAZOS.remedy("boleta", date(2026, 11, 21), en_duda=False)
    assert "se sigue enviando" in PLAZOS.remedy("boleta", date(2026, 11, 21), en_duda=False, resumen=True)
    assert "nota de crédito" in PLAZOS.remedy("baja", date(2026, 11, 21), en_duda=False)
    assert "concilie primero" in PLAZOS.remedy("factura", date(2026, 11, 21), en_duda=True)
