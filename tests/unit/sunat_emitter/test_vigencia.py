"""Operators see in time which certificates end."""

import math
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.mongo import Database
from sunat_emitter.deps import Deps
from sunat_emitter.vigencia import CERTIFICATES, NEXT_END, counted, measure
from tests.support.sunat import COMPANY, emitter, set_up

NOW = datetime.fromisoformat("2026-11-21T10:00:00+00:00")


def test_certificates_are_counted_by_what_is_left() -> None:
    days = (-1, 0, 1, 7, 8, 30, 31, 400)
    assert counted([NOW + timedelta(days=each) for each in days], NOW) == {
        "ended": 2,
        "under_7d": 2,
        "under_30d": 2,
        "longer": 2,
    }


async def test_an_issuer_counts_once_it_has_a_certificate(database: Database) -> None:
    deps = await emitter(database)
    await measure(deps)
    assert math.isnan(_value(NEXT_END))
    await set_up(deps)
    await measure(deps)
    end = await _end_of(deps)
    assert _value(NEXT_END) == pytest.approx(end.timestamp())
    assert sum(_value(CERTIFICATES.labels(left)) for left in ("ended", "under_7d", "under_30d", "longer")) == 1


async def _end_of(deps: Deps) -> datetime:
    found = await deps.emisores.of_company(COMPANY)
    assert found is not None
    assert found.certificado is not None
    return found.certificado.valid_until


def _value(gauge: Any) -> float:
    return float(gauge._value.get())
