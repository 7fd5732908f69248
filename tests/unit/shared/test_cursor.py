"""Cursors: what a page gave leads on, anything else is refused and never breaks."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import cursor
from shared.errors import Refused

_PARTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
_LONGEST_USER_ID = 128


@given(st.lists(_PARTS, min_size=1, max_size=3))
def test_a_place_comes_back_as_it_went(place: list[str]) -> None:
    assert cursor.decode("tags", cursor.encode("tags", *place), len(place)) == tuple(place)


def test_the_longest_user_id_comes_back_whatever_its_letters() -> None:
    user_id = "\U0001f600" * _LONGEST_USER_ID
    assert cursor.decode("users", cursor.encode("users", user_id), 1) == (user_id,)


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: urlsafe_b64encode(raw).decode()))
def test_anything_else_is_refused(text: str) -> None:
    _refuses(text)


@given(_PARTS, st.integers(0, 60), st.text(max_size=2))
def test_a_cursor_with_other_letters_is_refused_or_another_place_of_its_own(part: str, at: int, letters: str) -> None:
    given = cursor.encode("tags", part)
    changed = given[:at] + letters + given[at + 1 :]
    place = _place(changed)
    assert place is None or cursor.encode("tags", *place) == changed


@pytest.mark.parametrize(
    "forged",
    [
        "[" * 1500,
        json.dumps(["tags", "\ud800"]),
        json.dumps(["tags", 5]),
        json.dumps(["tags", ""]),
        json.dumps(["tags", "a", 5]),
        json.dumps(["tags"]),
        json.dumps({"tags": "a"}),
        json.dumps(["users", "a"]),
    ],
)
def test_a_forged_one_is_refused(forged: str) -> None:
    _refuses(urlsafe_b64encode(forged.encode()).decode().rstrip("="))


@pytest.mark.parametrize("more", [" ", "\n", "=", "==", "!", "A" * 2048])
def test_a_cursor_with_more_behind_it_is_refused(more: str) -> None:
    _refuses(cursor.encode("tags", "a") + more)


def test_a_cursor_of_another_listing_is_refused() -> None:
    _refuses(cursor.encode("users", "a"))


def test_the_first_page_has_none() -> None:
    assert cursor.decode("tags", None, 1) is None


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_comes_back_as_it_went(moment: datetime) -> None:
    assert cursor.moment(moment.isoformat()) == moment


@given(st.text(max_size=30) | st.datetimes().map(datetime.isoformat))
def test_what_is_no_moment_in_utc_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="INVALID_CURSOR"):
        cursor.moment(text)


def test_a_moment_before_all_times_of_the_database_is_refused() -> None:
    with pytest.raises(Refused, match="INVALID_CURSOR"):
        cursor.moment("0001-01-01T00:00:00+14:00")


@given(st.integers(0, 2**53))
def test_a_number_comes_back_as_it_went(number: int) -> None:
    assert cursor.number(str(number)) == number


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "\u0661", "9" * 17])
def test_what_is_no_number_of_a_row_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="INVALID_CURSOR"):
        cursor.number(text)


def _place(text: str) -> tuple[str, ...] | None:
    try:
        return cursor.decode("tags", text, 1)
    except Refused:
        return None


def _refuses(text: str) -> None:
    with pytest.raises(Refused) as refused:
        cursor.decode("tags", text, 1)
    assert refused.value.code == "INVALID_CURSOR"
