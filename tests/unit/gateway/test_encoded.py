"""Base64 in JSON: whatever a client's library writes is read, and whatever is none is refused."""

import base64
import textwrap
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.encoded import decode, upload_of
from gateway.http import Problem


@given(
    st.binary(min_size=1, max_size=400),
    st.tuples(st.booleans(), st.booleans()),
    st.integers(4, 80),
    st.sampled_from(["", "data:;base64,", "data:image/png;base64,", "DATA:application/pdf;name=a b.pdf;BASE64,"]),
    st.sampled_from(["", " ", "\n", "\r\n\t"]),
)
def test_every_coding_of_the_same_bytes_gives_them_back(
    content: bytes, ways: tuple[bool, bool], width: int, head: str, blank: str
) -> None:
    url_safe, padded = ways
    text = (base64.urlsafe_b64encode if url_safe else base64.b64encode)(content).decode()
    text = text if padded else text.rstrip("=")
    broken = "\r\n".join(textwrap.wrap(text, width))
    assert decode(f"{blank}{head}{broken}{blank}", "imageBase64") == content


@given(st.binary(min_size=1, max_size=100))
def test_a_data_url_may_be_percent_encoded(content: bytes) -> None:
    assert decode("data:image/png;base64," + quote(base64.b64encode(content).decode(), safe=""), "x") == content


@given(st.text(max_size=60))
def test_any_text_is_bytes_or_a_refusal(text: str) -> None:
    try:
        assert decode(text, "imageBase64")
    except Problem as problem:
        assert (problem.status, "'imageBase64'" in problem.message) == (400, True)  # noqa: PT017 - both ends are fine


@given(st.binary(max_size=60), st.booleans(), st.booleans())
def test_any_bytes_are_a_wanted_format_or_refused(content: bytes, images: bool, pdfs: bool) -> None:
    try:
        upload = upload_of(content, images=images, pdfs=pdfs)
    except Problem as problem:
        assert problem.status == 415  # noqa: PT017 - both ends are fine
    else:
        assert upload.content_type in {"image/png", "image/jpeg", "image/webp", "application/pdf"}


@pytest.mark.parametrize("size", [10_485_760, 10_485_761])
def test_the_limit_is_met_to_the_byte(size: int) -> None:
    text = base64.b64encode(b"%PDF-".ljust(size)).decode()
    if size <= 10_485_760:
        assert upload_of(decode(text, "pdfBase64"), images=False, pdfs=True).size == size
        return
    with pytest.raises(Problem) as caught:
        upload_of(decode(text, "pdfBase64"), images=False, pdfs=True)
    assert caught.value.status == 413
