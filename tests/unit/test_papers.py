"""The drawn papers carry figures that fit, and the bad files are as bad as they say."""

import io
import json
import struct
from decimal import Decimal
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from shared.money import to_cents
from shared.panama import cufe_in_url, dv_fits, is_ruc, parse_cufe
from tests.support import badfiles
from tests.support.papers import Paper, draw, make_invoice
from tests.support.papers.__main__ import FOLDER, SAMPLES
from tests.support.papers.invoice import RATES, Kind, truth

papers = st.builds(
    Paper,
    kind=st.sampled_from(("fiscal", "tape", "page")),
    seed=st.integers(0, 10_000),
    discount=st.booleans(),
    wrapped=st.booleans(),
)


@given(papers)
@settings(max_examples=150, deadline=None)
def test_every_issuer_has_a_ruc_with_its_own_check_digits(paper: Paper) -> None:
    till = make_invoice(paper).till
    assert is_ruc(till.ruc)
    assert dv_fits(till.ruc, till.dv) is True


@given(papers)
@settings(max_examples=150, deadline=None)
def test_lines_less_discounts_plus_itbms_are_the_total(paper: Paper) -> None:
    invoice = make_invoice(paper)
    bases = [invoice.base(rate) for rate in RATES]
    assert sum(bases) == invoice.subtotal - invoice.discount
    assert invoice.total == to_cents(sum(bases) + invoice.tot_itbms)
    unrounded = sum(base * rate / 100 for base, rate in zip(bases, RATES, strict=True))
    assert abs(invoice.tot_itbms - unrounded) <= Decimal("0.005") * max(len(invoice.lines), len(RATES))
    assert invoice.tendered >= invoice.total


@given(papers)
@settings(max_examples=100, deadline=None)
def test_a_cufe_repeats_what_the_paper_says(paper: Paper) -> None:
    invoice = make_invoice(paper)
    if paper.kind == "fiscal":
        assert invoice.cufe is None
        return
    cufe = parse_cufe(invoice.cufe or "")
    assert cufe is not None
    assert (cufe.ruc, cufe.dv, cufe.number) == (invoice.till.ruc, invoice.till.dv, invoice.number)
    assert cufe.date == invoice.issued.date()
    assert cufe_in_url(invoice.qr or "") == invoice.cufe


@pytest.mark.parametrize("kind", ["fiscal", "tape", "page"])
def test_a_paper_is_drawn_the_same_twice(kind: Kind) -> None:
    paper = Paper(kind, 3, "poor")
    assert draw(paper) == draw(paper)


@pytest.mark.parametrize("kind", ["tape", "page"])
def test_the_qr_of_a_clean_paper_can_be_read(kind: Kind) -> None:
    drawing = draw(Paper(kind, 12, file_format="png"))
    codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(drawing.content)))
    assert [cufe_in_url(code.text) for code in codes] == [drawing.truth["cufe"]]


def test_a_text_pdf_shows_every_field_of_its_truth() -> None:
    drawing = draw(Paper("page", 5, file_format="pdf"))
    document = pdfium.PdfDocument(drawing.content)
    words = " ".join(document[0].get_textpage().get_text_range().split())
    found = drawing.truth
    for value in (found["ruc"], found["invoice_number"], found["issuer_name"], f"{found['total']:,.2f}", found["cufe"]):
        assert value in words
    for product in found["products"]:
        assert product["name"] in words
        assert f"{product['total_price']:,.2f}" in words


def test_an_omitted_field_is_neither_printed_nor_true() -> None:
    paper = Paper("page", 5, file_format="pdf", omitted=("dv", "products"))
    invoice = make_invoice(paper)
    words = pdfium.PdfDocument(draw(paper).content)[0].get_textpage().get_text_range()
    assert "DV:" not in words
    assert "FE01" not in words
    assert invoice.lines[0].name not in words
    assert truth(invoice, paper.omitted)["dv"] is None
    assert truth(invoice, paper.omitted)["products"] == []


def test_a_turned_picture_is_as_wide_as_the_upright_one_is_high() -> None:
    upright = Image.open(io.BytesIO(draw(Paper("fiscal", 6, "good")).content))
    turned = Image.open(io.BytesIO(draw(Paper("fiscal", 6, "good", rotated=270)).content))
    assert turned.size == upright.size[::-1]


def test_joined_captures_are_higher_than_the_paper_alone() -> None:
    alone = Image.open(io.BytesIO(draw(Paper("tape", 6, "good")).content))
    joined = Image.open(io.BytesIO(draw(Paper("tape", 6, "good", mode=2)).content))
    assert joined.width == alone.width
    assert joined.height > alone.height * 1.1


def test_a_text_pdf_cannot_be_turned() -> None:
    with pytest.raises(ValueError, match="upright"):
        draw(Paper("page", 1, file_format="pdf", rotated=90))


@pytest.mark.parametrize("name", SAMPLES)
def test_each_committed_sample_is_small_and_has_the_truth_of_its_paper(name: str) -> None:
    kept = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    file: Path = FOLDER / kept["file"]
    drawing = draw(SAMPLES[name])
    assert 5_000 < file.stat().st_size < 300_000
    assert kept == {"file": f"{name}.{drawing.suffix}", **drawing.truth}


def test_bomb_headers_promise_what_their_names_say() -> None:
    assert struct.unpack(">II", badfiles.png_bomb()[16:24]) == (30_000, 30_000)
    assert struct.unpack(">II", badfiles.wide_png()[16:24]) == (14_000, 14_000)
    assert struct.unpack(">II", badfiles.zero_pixel_png()[16:24]) == (0, 0)
    assert len(badfiles.png_bomb()) < 200_000
    assert len(badfiles.wide_png()) < 50_000


def test_the_long_pdf_has_its_pages_in_few_bytes() -> None:
    content = badfiles.many_pages_pdf()
    assert len(content) < 1_500_000
    assert len(pdfium.PdfDocument(content)) == 200_000


def test_the_wide_pdf_has_the_largest_page() -> None:
    assert pdfium.PdfDocument(badfiles.huge_page_pdf())[0].get_size() == (14_400, 14_400)


def test_the_locked_pdf_opens_with_its_password_only() -> None:
    content = badfiles.encrypted_pdf("clave")
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(content))
    with pikepdf.open(io.BytesIO(content), password="clave") as document:
        assert len(document.pages) == 1


def test_the_cut_jpeg_does_not_decode() -> None:
    with pytest.raises(OSError, match="truncated"):
        Image.open(io.BytesIO(badfiles.truncated_jpeg())).load()


def test_the_polyglot_is_both_a_picture_and_a_pdf() -> None:
    content = badfiles.jpeg_and_pdf()
    Image.open(io.BytesIO(content)).load()
    with pikepdf.open(io.BytesIO(content)) as document:
        assert len(document.pages) == 1


@pytest.mark.parametrize(
    ("content", "signature"),
    [
        (badfiles.empty(), b""),
        (badfiles.zip_archive(), b"PK\x03\x04"),
        (badfiles.gif(), b"GIF8"),
        (badfiles.plain_text(), b"FACTURA"),
        (badfiles.jpeg_stub(), b"\xff\xd8\xff"),
        (badfiles.pdf_stub(), b"%PDF-"),
    ],
)
def test_look_alikes_begin_as_their_kind(content: bytes, signature: bytes) -> None:
    assert content.startswith(signature)


def test_the_late_pdf_opens_although_its_signature_comes_late() -> None:
    assert badfiles.late_pdf().index(b"%PDF-") == 200
    assert len(pdfium.PdfDocument(badfiles.late_pdf())) == 1
