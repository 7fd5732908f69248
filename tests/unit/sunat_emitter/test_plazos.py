"""Until when SUNAT takes a comprobante."""

from datetime import UTC, date, datetime

from sunat_emitter.plazos import Plazos


def test_a_factura_has_three_days_counted_from_the_day_after_issue_by_limas_clock() -> None:
    assert Plazos().end("F001", date(2026, 11, 21)) == datetime(2026, 11, 25, 5, tzinfo=UTC)


def test_a_boleta_and_its_notes_have_five() -> None:
    assert Plazos().end("B001", date(2026, 12, 29)) == datetime(2027, 1, 4, 5, tzinfo=UTC)
    assert Plazos().end("BC01", date(2026, 12, 29)) == Plazos().end("B001", date(2026, 12, 29))


def test_the_days_are_settings() -> None:
    assert Plazos(factura=1, boleta=7).end("FC01", date(2026, 2, 27)) == datetime(2026, 3, 1, 5, tzinfo=UTC)
