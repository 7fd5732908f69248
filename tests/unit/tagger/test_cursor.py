"""Cursors: what a page gave leads on, anything else is refused and never breaks."""

import json
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Refused
from tagger import cursor


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20), min_size=1, max_size=3))
def test_a_place_comes_back_as_it_went(place: list[str]) -> None:
    assert cursor.decode("tags", cursor.encode("tags", *place), len(place)) == tuple(place)


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: urlsafe_b64encode(raw).decode()))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        cursor.decode("tags", text, 1)
    assert refused.value.code == "INVALID_CURSOR"


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
    with pytest.raises(Refused):
        cursor.decode("tags", urlsafe_b64encode(forged.encode()).decode(), 1)


def test_the_first_page_has_none() -> None:
    assert cursor.decode("tags", None, 1) is None
