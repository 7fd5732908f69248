"""The Extract API's pure rules: versions, statuses, ids by every name, calls as they come, documents out of lists."""

import base64
import contextlib
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.extract.envelope import call_of
from gateway.extract.identifiers import LARGEST_NUMBER, identifier_of, key_of, one_named, several_named
from gateway.extract.papers import UnsupportedFormat, document_of, format_of, infos_of
from gateway.extract.protocol import KINDS, SUCCESS, Kind, Version, Where, status_of, version_of
from shared.contracts.documents import Unreadable
from shared.contracts.odoo import UserInfos
from tests.support.extract import encoded
from tests.support.extract_papers import picture

ONE = Where("invoice", "1")
UUID = "0d6f2f0a-6c57-4a6c-9d0e-0c4f8a1b2c3d"
PDF = b"%PDF-1.7\n" + b"paper" * 300
PNG = picture("PNG")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("kind", "asked", "number"),
    [
        ("invoice", None, 122),
        ("expense", None, 132),
        ("applicant", None, 102),
        ("invoice", 120, 120),
        ("invoice", "121", 121),
        ("invoice", 123, 123),
        ("invoice", 999, 123),
        ("invoice", 7, 120),
        ("invoice", True, 122),
        ("invoice", [122], 122),
        ("expense", 131, 131),
        ("applicant", 101, 101),
    ],
)
def test_older_routes_take_the_nearest_version(kind: Kind, asked: Any, number: int) -> None:
    assert version_of(Where(kind, "1"), asked) == Version(kind, number)
    assert version_of(Where(kind, "iap"), asked) == Version(kind, number)


@pytest.mark.parametrize("asked", [None, 999, 132, "x", True, 122.5, "1" * 5000])
def test_the_newest_routes_take_known_versions_alone(asked: Any) -> None:
    assert version_of(Where("invoice", "2"), asked) is None
    assert version_of(Where("invoice", "2"), 122) == Version("invoice", 122)


def test_versions_tell_their_forms() -> None:
    forms = {number: Version("invoice", number) for number in (120, 121, 122, 123)}
    assert [forms[number].has_words for number in forms] == [True, True, False, False]
    assert [forms[number].has_flat_lines for number in forms] == [False, False, False, True]
    assert [forms[number].goes_by_number for number in forms] == [True, False, False, False]
    assert [Version("expense", number).has_words for number in (130, 131, 132)] == [True, True, False]
    assert [Version("applicant", number).goes_by_number for number in (100, 101, 102)] == [True, True, False]


@pytest.mark.parametrize(
    ("reason", "of_a_pdf", "of_a_picture"),
    [
        (Unreadable.ENCRYPTED, 10, 10),
        (Unreadable.TOO_MANY_PAGES, 11, 11),
        (Unreadable.TOO_SMALL, 14, 14),
        (Unreadable.DAMAGED, 15, 6),
        (Unreadable.TOO_LARGE, 16, 6),
        (Unreadable.TOO_COSTLY, 16, 6),
        (Unreadable.PROVIDERS_FAILED, 2, 2),
        (Unreadable.OUT_OF_TIME, 2, 2),
        (Unreadable.FILE_GONE, 2, 2),
    ],
)
def test_every_reason_has_a_status(reason: Unreadable, of_a_pdf: int, of_a_picture: int) -> None:
    assert status_of(reason, "application/pdf").code == of_a_pdf
    assert status_of(reason, "image/png").code == of_a_picture


def test_no_reason_is_without_a_status() -> None:
    assert all(status_of(reason, "application/pdf").code > 1 for reason in Unreadable)


def test_the_newest_routes_show_no_code() -> None:
    assert SUCCESS.shown(ONE) == {"status": "success", "status_msg": "Success", "status_code": 0}
    assert SUCCESS.shown(Where("invoice", "2")) == {"status": "success", "status_msg": "Success"}


@pytest.mark.parametrize(
    ("named", "identifier"),
    [
        (UUID, UUID),
        (UUID.upper(), UUID),
        (f" {UUID}\n", UUID),
        (7, 7),
        ("7", 7),
        (7.0, 7),
        (LARGEST_NUMBER, LARGEST_NUMBER),
        (LARGEST_NUMBER + 1, None),
        (0, None),
        (-7, None),
        (True, None),
        (None, None),
        ("", None),
        ("nobody", None),
        ("9" * 20, None),
        (math.inf, None),
        (math.nan, None),
        ([UUID], None),
    ],
)
def test_what_names_a_document(named: Any, identifier: Any) -> None:
    assert identifier_of(named) == identifier


@given(json_values)
def test_nothing_that_comes_as_an_id_breaks_anything(value: Any) -> None:
    found = identifier_of(value)
    assert found is None or isinstance(found, str) or 0 < found <= LARGEST_NUMBER
    assert isinstance(key_of(value), str)
    assert one_named({"document_uuid": value, "document_id": 7}) is not None
    assert several_named({"document_uuids": value}) in (None, value)


def test_a_name_that_says_nothing_is_passed_over() -> None:
    assert one_named({"document_uuid": "", "document_token": False, "document_id": 7}) == 7
    assert one_named({"document_uuid": [], "document_id": None}) is None


def test_lists_under_several_names_are_joined() -> None:
    assert several_named({"document_uuids": ["a"], "documents_ids": [7]}) == ["a", 7]
    assert several_named({"document_uuid": "a"}) is None


@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_a_call_or_says_why_it_is_none(content: bytes) -> None:
    call = call_of(content, ONE)
    assert isinstance(call.params, dict)
    json.dumps({"id": call.id}, ensure_ascii=False, allow_nan=False).encode()


@pytest.mark.parametrize(
    ("identity", "echoed"),
    [
        ("0", 0),
        ('"abc"', "abc"),
        ("null", None),
        ("1.5", 1.5),
        ("false", False),
        ("1e999", None),
        ("[1]", None),
        ('{"a": 1}', None),
        ('"\\ud800"', "?"),
    ],
)
def test_an_id_is_echoed_as_far_as_it_can_be_written(identity: str, echoed: Any) -> None:
    call = call_of(f'{{"id": {identity}, "params": {{}}}}'.encode(), ONE)
    assert call.fault is None
    assert (call.id, type(call.id)) == (echoed, type(echoed))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "INVALID_JSON"),
        (b"[" * 200_000, "INVALID_JSON"),
        (b'{"id": NaN}', "INVALID_JSON"),
        (b'{"id": ' + b"9" * 5000 + b"}", "INVALID_JSON"),
        (b"[1]", "INVALID_REQUEST"),
        (b"null", "INVALID_REQUEST"),
        (b'{"params": 7}', "INVALID_PARAMS"),
    ],
)
def test_a_body_that_is_no_call_has_a_fault(content: bytes, code: str) -> None:
    fault = call_of(content, ONE).fault
    assert fault is not None
    assert fault.code == code


def test_the_first_pdf_of_a_list_is_taken_else_the_first_document() -> None:
    other = b"%PDF-1.4\nanother"
    assert document_of([encoded(PNG), encoded(PDF), encoded(other)]).content.take() == PDF
    assert document_of([encoded(PNG), encoded(picture("JPEG"))]).content_type == "image/png"
    assert document_of(encoded(PDF)).content_type == "application/pdf"


def test_a_pdf_behind_a_data_url_or_line_breaks_is_found_in_a_list() -> None:
    broken = "\n".join(encoded(PDF)[at : at + 10] for at in range(0, len(encoded(PDF)), 10))
    for text in (f"data:application/pdf;base64,{encoded(PDF)}", broken, base64.urlsafe_b64encode(PDF).decode()):
        assert document_of([encoded(PNG), text]).content.take() == PDF


@given(json_values)
def test_any_list_of_documents_is_a_document_or_says_why_it_is_none(value: Any) -> None:
    with contextlib.suppress(UnsupportedFormat):
        assert document_of(value).content_type


def test_a_document_of_more_than_10_mb_is_refused_with_words() -> None:
    for size in (10_485_761, 11_000_000):
        with pytest.raises(UnsupportedFormat, match="larger than 10 MB"):
            document_of([encoded(b"%PDF-1.7" + bytes(size - 8))])
    assert document_of([encoded(b"%PDF-1.7" + bytes(10_485_752))]).size == 10_485_760


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP"])
def test_formats_are_told_by_their_bytes(form: str) -> None:
    assert format_of(picture(form)[:1024]) == f"image/{form.lower()}"


def test_what_only_begins_like_a_format_is_none() -> None:
    assert format_of(b"BM") is None
    assert format_of(b"BMW is a maker of cars, and this is a text") is None
    assert format_of(picture("GIF")[:1024]) is None


def test_senders_are_known_by_what_they_say_and_odoos_false_is_nothing() -> None:
    said = {
        "user_company_VAT": " BE0403170701 ",
        "user_company_name": False,
        "user_lang": "fr_BE",
        "user_email": "x" * 300,
        "perspective": "supplier",
        "unknown": {},
    }
    assert infos_of(said) == UserInfos(company_vat="BE0403170701", lang="fr_BE", perspective="supplier")
    assert infos_of({"user_company_vat": "A", "user_company_VAT": "B"}).company_vat == "A"
    assert infos_of({"perspective": "nobody"}).perspective == "client"


@given(json_values | st.dictionaries(st.sampled_from(["user_email", "perspective", "user_lang"]), json_values))
def test_nothing_that_a_sender_says_breaks_anything(value: Any) -> None:
    infos_of(value).model_dump_json()


def test_every_kind_has_a_latest_version() -> None:
    assert [getattr(version_of(Where(kind, "1"), None), "number", None) for kind in KINDS] == [122, 132, 102]
