"""Panamanian papers in layouts that printers there use: the same rules read them all."""

from decimal import Decimal

import pytest

from ocr_engine.local.lumis.reader import read_lumis
from shared.contracts.reading import Reading
from tests.support.printed import document
from tests.support.slips import Slip, slips

SLIPS = tuple(slips("panama"))


def products(reading: Reading) -> list[tuple[str | None, ...]]:
    keys = ("name", "quantity", "unit_price", "total_price")
    return [
        tuple(item[key].value if key == "name" else f"{Decimal(item[key].value or 0):.3f}" for key in keys)
        for item in reading.items
    ]


@pytest.mark.parametrize("slip", SLIPS, ids=[slip.name for slip in SLIPS])
def test_a_paper_is_read_whole(slip: Slip) -> None:
    reading = read_lumis(document(slip.text), 1)
    wanted = {key: value for key, value in slip.values.items() if key != "products"}
    assert {key: reading.value(key) for key in wanted} == wanted
    assert products(reading) == [
        (name, *(f"{Decimal(number):.3f}" for number in numbers)) for name, *numbers in slip.values["products"]
    ]


def test_an_address_ends_where_the_papers_number_begins() -> None:
    (slip,) = (each for each in SLIPS if each.name == "laundry-signs")
    assert read_lumis(document(slip.text), 1).value("issuer_address") == "PLAZA NEW YORK, BELLA VISTA"


def test_a_bar_code_on_its_own_line_is_no_part_of_the_name_before() -> None:
    (slip,) = (each for each in SLIPS if each.name == "store-codes-above")
    text = slip.text.replace(" (7%)", "")
    assert [item["name"].value for item in read_lumis(document(text), 1).items] == [
        "CAMISA POLO HOMBRE",
        "MEDIA DEPORTIVA",
    ]


def test_a_currency_sign_far_from_its_amount_is_no_part_of_the_amounts_box() -> None:
    (slip,) = (each for each in SLIPS if each.name == "fuel-tape")
    total = read_lumis(document(slip.text), 1).fields["total"]
    assert total.raw == "51.23"


def test_the_date_of_the_invoice_that_a_credit_note_corrects_is_not_its_own() -> None:
    (slip,) = (each for each in SLIPS if each.name == "credit-note")
    lines = slip.text.splitlines()
    own = next(place for place, line in enumerate(lines) if line.startswith("Fecha"))
    lines[own], lines[own + 1] = lines[own + 1], lines[own]
    assert read_lumis(document("\n".join(lines)), 1).value("date") == "2025-05-05"
