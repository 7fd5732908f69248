"""Receipts of many lands: total by arithmetic, date by its order, company whole and alone."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_engine.local.found import Found
from ocr_engine.local.receipt.company import find_company
from ocr_engine.local.receipt.labels import Kind, kind_of
from ocr_engine.local.receipt.money import money_in
from ocr_engine.local.receipt.reader import quality, read_expense, read_receipt
from ocr_engine.local.schemas import SCHEMAS
from shared.contracts.odoo import EXPENSE_FIELDS, ODOO_EXPENSE
from shared.contracts.reading import Reading
from tests.support.printed import document, printed
from tests.support.slips import Slip, slips

TODAY = dt.date(2026, 1, 1)
CENT = Decimal("0.01")
SLIPS = tuple(slips())


def read(text: str) -> Reading:
    return read_expense(document(text), 1)


@pytest.mark.parametrize("slip", SLIPS, ids=[slip.name for slip in SLIPS])
def test_a_slip_of_any_land_is_read(slip: Slip) -> None:
    reading = read(slip.text)
    assert {key: reading.value(key) for key in slip.values} == dict(slip.values)


def test_the_schema_has_every_field_and_nothing_is_invented() -> None:
    reading = read("THANK YOU\nCOME AGAIN\n")
    assert set(reading.fields) == set(EXPENSE_FIELDS)
    assert [key for key in ("total", "date", "currency", "country") if reading.value(key)] == []
    assert reading.schema_name == ODOO_EXPENSE
    assert SCHEMAS[ODOO_EXPENSE].quality(reading) == quality(reading)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Total Sales (Inclusive of GST)", Kind.FINAL),
        ("Total Sales (Excluding GST)", Kind.SUBTOTAL),
        ("TOTAL AFTER ROUNDING", Kind.FINAL),
        ("Rour ding Adjustment :", Kind.ROUNDING),
        ("GST @6% included in total", Kind.TAX),
        ("Total with GST @6%", Kind.FINAL),
        ("Total GST", Kind.TAX),
        ("Total 6% supplies", Kind.SUBTOTAL),
        ("iotal", Kind.TOTAL),
        ("Oiscount", Kind.DISCOUNT),
        ("Total Saving", Kind.SAVING),
        ("TOTAL QTY", Kind.COUNT),
        ("Total Items", Kind.COUNT),
        ("Total a pagar", Kind.FINAL),
        ("SUMME", Kind.FINAL),
        ("Zwischensumme", Kind.SUBTOTAL),
        ("Rückgeld", Kind.CHANGE),
        ("Gegeben Bar", Kind.PAYMENT),
        ("Total TTC", Kind.FINAL),
        ("Jumlah Besar", Kind.FINAL),
        ("Baki", Kind.CHANGE),
        ("Troco", Kind.CHANGE),
        ("Total paid", Kind.PAYMENT),
        ("Sub-Total", Kind.SUBTOTAL),
        ("IVA 21%", Kind.TAX),
        ("Propina", Kind.SERVICE),
        ("Points earned", Kind.SAVING),
        ("Chicken rice", None),
    ],
)
def test_labels_say_what_an_amount_is(label: str, kind: Kind | None) -> None:
    assert kind_of(label) is kind


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("TOTAL RM62.50 z", ["62.50"]),
        ("Tea 2.20ZRL", ["2.20"]),
        ("Rounding: -RM0.02", ["-0.02"]),
        ("Rabatt 1,50-", ["-1.50"]),
        ("Discount (3.00)", ["-3.00"]),
        ("TOTAL 1,007.50", ["1007.50"]),
        ("Summe 1.234,50 EUR", ["1234.50"]),
        ("9.81 0.59 10.40", ["9.81", "0.59", "10.40"]),
        ("12/03/2018 10.25 12.03.18 08:30", ["10.25"]),
        ("GST 6.00%", []),
        ("Water 6x1.25L", []),
        ("Tel 03-2093.73581", []),
        ("0.985 kg", []),
    ],
)
def test_amounts_are_found_among_other_figures(text: str, amounts: list[str]) -> None:
    decimal = "," if "EUR" in text or "1,50" in text else "."
    (line,) = printed(text)
    assert [f"{money.amount:f}" for money in money_in(line, decimal)] == amounts


def test_a_total_below_its_label_is_found() -> None:
    assert read("CAFE X SDN BHD\nTEA      3.00\nTOTAL AMOUNT PAYABLE\n          RM 3.00\n").value("total") == "3.00"


def test_a_total_whose_point_was_lost_is_proved_by_the_cash() -> None:
    reading = read("SHOP ABC ENTERPRISE\nNAILS     7.42\nTOTAL     742\nCASH     10.00\nCHANGE    2.58\n")
    assert reading.value("total") == "7.42"


def test_a_total_that_was_misread_is_computed_from_cash_and_sums() -> None:
    text = "SHOP ABC\nBASIN    21.32\nTOTAL    ##~\nCASH    30.00\nCHANGE   7.40\nTAXABLE  21.32\nGST 6%    1.28\n"
    total = read(text).fields["total"]
    assert (total.value, total.source) == ("22.60", "computed")
    assert total.confidence < 0.8
    assert read(text.replace("##~", "22-60")).fields["total"].source == "ocr"


def test_the_rounded_total_is_what_was_paid() -> None:
    text = "A TRADING\nTEA    8.90\nTOTAL  8.93\nROUNDING ADJ  0.02\nNET TOTAL  8.95\nCASH 10.00\nCHANGE 1.05\n"
    total = read(text).fields["total"]
    assert total.value == "8.95"
    assert total.confidence > 0.9
    assert "8.93" in {each.value for each in total.candidates}


def test_a_total_that_nothing_proves_is_less_sure_than_one_that_adds_up() -> None:
    alone = read("X TRADING\nTOTAL    9.00\n").fields["total"]
    proved = read("X TRADING\nTEA 4.00\nBUN 5.00\nTOTAL    9.00\nCASH 10.00\nCHANGE 1.00\n").fields["total"]
    assert (alone.value, proved.value) == ("9.00", "9.00")
    assert alone.confidence < 0.85 < proved.confidence


def test_a_slip_without_a_label_gives_its_proved_amount_with_little_confidence() -> None:
    total = read("SHOP\nTEA   2.28\nSUBIUIAL   2.28\nIUIAL   2.28\nUASH   5.00\n").fields["total"]
    assert total.value == "2.28"
    assert total.confidence < 0.7


money = st.integers(min_value=5, max_value=90_000).map(lambda cents: Decimal(cents) / 100)
WORDS = (
    ("Subtotal", "Service charge", "Tax 6%", "Rounding", "TOTAL", "Cash", "Change"),
    ("Zwischensumme", "Bedienung", "MwSt 19%", "Rundung", "SUMME", "Gegeben", "Rueckgeld"),
    ("Subtotal", "Servicio", "IVA 21%", "Redondeo", "TOTAL A PAGAR", "Efectivo", "Cambio"),
    ("Subtotal", "Caj Perkhidmatan", "SST 6%", "Pembulatan", "JUMLAH BESAR", "Tunai", "Baki"),
)


@settings(max_examples=60)
@given(
    goods=st.lists(money, min_size=1, max_size=6),
    service=st.none() | money,
    tax=st.none() | money,
    rounding=st.sampled_from([None, CENT, -CENT, 2 * CENT]),
    tendered=st.none() | money,
    words=st.sampled_from(WORDS),
)
def test_whatever_adds_up_is_the_total(
    *,
    goods: list[Decimal],
    service: Decimal | None,
    tax: Decimal | None,
    rounding: Decimal | None,
    tendered: Decimal | None,
    words: tuple[str, ...],
) -> None:
    total = sum(goods, Decimal(0)) + (service or 0) + (tax or 0) + (rounding or 0)
    rows = [(f"Thing {'abcdef'[place]}", amount) for place, amount in enumerate(goods)]
    parts = (sum(goods, Decimal(0)), service, tax, rounding, total)
    rows += [(word, amount) for word, amount in zip(words, parts, strict=False) if amount is not None]
    if tendered is not None:
        rows += [(words[5], total + tendered), (words[6], tendered)]
    text = "SOME SHOP TRADING\n" + "\n".join(f"{label:<24}{amount:>12.2f}" for label, amount in rows)
    assert read(text).value("total") == f"{total:.2f}"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Date: 05/08/2023\nExpiry date 31/12/2030", "2023-08-05"),
        ("Valid until 01/02/2024\n03/01/2024 12:30", "2024-01-03"),
        ("12/31/2023 10:00\n01/02/2024", "2023-12-31"),
        ("Fecha: 3 de marzo de 2024", "2024-03-03"),
        ("9 Mac 2018", "2018-03-09"),
        ("15. Dezember 2023", "2023-12-15"),
        ("le 14 juillet 2024", "2024-07-14"),
        ("07:49PM 563094 14-12-16", "2016-12-14"),
        ("01:34PM 568017 05 02-18", "2018-02-05"),
        ("2018.03.23", "2018-03-23"),
        ("Mar 5, 2024", "2024-03-05"),
    ],
)
def test_the_day_of_issue_is_told_from_other_days(text: str, date: str) -> None:
    assert read(f"SHOP TRADING\n{text}\nTOTAL 1.00\n").value("date") == date


def test_a_date_in_two_orders_keeps_the_other_as_a_candidate() -> None:
    field = read("SHOP TRADING\nDate 05/08/2023\nTOTAL 1.00\n").fields["date"]
    assert field.value == "2023-08-05"
    assert "2023-05-08" in {each.value for each in field.candidates}


def test_other_dates_of_the_paper_tell_which_order_holds() -> None:
    assert read("SHOP\nPrinted 12/25/2023\nDate 05/08/2023\nTOTAL 1.00\n").value("date") == "2023-05-08"


def test_a_day_to_come_is_hardly_the_day_of_issue() -> None:
    slip = read_receipt(document("SHOP\n01/05/2031\n02/05/2025\nTOTAL 1.00\n"), TODAY)
    assert max(slip.date, key=lambda each: each.weight).value == "2025-05-02"


@pytest.mark.parametrize(
    ("head", "company"),
    [
        (
            "tan woon yann\nBOOK HOUSE (TAMAN DAYA) SDN BHD\n789417-W\nNO 5 JALAN SAGU",
            "BOOK HOUSE (TAMAN DAYA) SDN BHD",
        ),
        ("31802.016\nBEYOND HARDWARE\n(872981-V)\nLOT 1, JLN IPOH", "BEYOND HARDWARE"),
        ("TAX INVOICE\nSIN THYE & COMPANY\nREG. NO:00168397-H", "SIN THYE & COMPANY"),
        ("99 MINI MART S/D (519537·X)\nLOT P.T. 2811, JALAN ANGSA", "99 MINI MART S/B"),
        (
            "B.I.G.\nBens Own Grocer\nBENS OWN GROCER SDN. BHD\n(913144-A)\nLot 6, Jalan Batai",
            "BENS OWN GROCER SDN. BHD",
        ),
        (
            "AIK HUAT HARDWARE\nENTERPRISE (SETIA\nALAM) SDN BHD\n(822737-X)",
            "AIK HUAT HARDWARE ENTERPRISE (SETIA ALAM) SDN BHD",
        ),
        ("GREEN LEAF TRADING\nSDN BHD\nNO 1 JALAN ABC", "GREEN LEAF TRADING SDN BHD"),
        (
            "SANYUSTATIONERYSHOP\nNO. 31G, JALAN SETIA\nOwned By :\nSANYU SUPPLY SDN BHD (1135772-K)",
            "SANYU STATIONERY SHOP",
        ),
        ("MOONS\nBISTRO & CAFE\n109, SS21/1A", "MOONS"),
        ("Tax Invoice\nBill to: OTHER FIRM SDN BHD\nGOOD SHOP TRADING", None),
        ("GOOD SHOP TRADING\nBill to:\nOTHER FIRM SDN BHD", "GOOD SHOP TRADING"),
        (
            "Golden Arch Restaurants Sdn Bhd (65351-M)\n(formerly known as Old Arch Sdn Bhd)",
            "Golden Arch Restaurants Sdn Bhd",
        ),
        (
            "Golden Arch Restaurants Sdn Bhd (formerly known as Old Arch Sdn Bhd)\n12345-M",
            "Golden Arch Restaurants Sdn Bhd",
        ),
        ("SIN THYE HARDWARE\nNO.54, JALAN IPOH,\nKG.BATU,\n51200 KUALA LUMPUR", "SIN THYE HARDWARE"),
        ("COMPROBANTE\nEMISOR: TECNO MUNDO, S.A.\nRUC 1-2-3", "TECNO MUNDO, S.A."),
        ("Fecha: 28/02/2026 Pto: 5\nCodigo Descripcion Cant Monto\nLA ESQUINA TIENDA", "LA ESQUINA TIENDA"),
        ("ORIGINAL KAYU RESTORAN\nNO 5 JALAN BESAR", "ORIGINAL KAYU RESTORAN"),
        ("NO SIGNBOARD SEAFOOD\nLot 2, Jalan Laut", "NO SIGNBOARD SEAFOOD"),
        ("MARKET PLACE CAFE\nLot 2, Jalan Laut", "MARKET PLACE CAFE"),
        ("ORIGINAL\nOrder 55\nTable 7\nGREEN LEAF MART", "GREEN LEAF MART"),
        ("Bäckerei Krause KG\nAm Markt 3\n99084 Erfurt", "Bäckerei Krause KG"),
        ("*** COPY ***\nPETRON BKT LANJAN SB\nALSERKAM ENTERPRISE\nKM 458.4 JALAN UTAMA", "PETRON BKT LANJAN SB"),
    ],
)
def test_the_company_is_named_whole_and_alone(head: str, company: str | None) -> None:
    lines = printed(f"{head}\n")
    found = find_company(lines, len(lines))
    assert (found[0].value if found else None) == company


def test_accents_that_the_lands_names_do_not_have_are_slips() -> None:
    assert (
        read("LIM HARDWARÉ TRADING\nJALAN IPOH, MALAYSIA\nTOTAL RM 1.00\n").value("supplier") == "LIM HARDWARE TRADING"
    )


@pytest.mark.parametrize(
    ("line", "reference"),
    [
        ("Invoice No: A-1023", "A-1023"),
        ("INV No.: 1047523 Cashier: Thandar", "1047523"),
        ("N. DOC. FISCAL: 001-0000231", "001-0000231"),
        ("Ticket: 88812     20/12/25 06:30", "88812"),
        ("NUMERO: 0000007838", "0000007838"),
        ("Rechnungs-Nr. 2024/0815", "2024/0815"),
        ("Receipt #: CS00489817", "CS00489817"),
        ("NO. 290, JALAN AIR PANAS", None),
        ("GST REG NO: 001335787520", None),
        ("Tel No: 03-4021 0276", None),
    ],
)
def test_the_slips_own_number_is_told_from_others(line: str, reference: str | None) -> None:
    assert read(f"SHOP TRADING\n{line}\nTEA  1.00\nTOTAL  1.00\n").value("bill_reference") == reference


def test_joined_captures_of_a_slip_are_read_once() -> None:
    slip = next(each for each in SLIPS if each.name == "fruit-shop-es")
    rows = slip.text.splitlines()
    joined = "\n".join([*rows[:12], *rows[8:]])
    assert read_expense(document(joined), 2).value("total") == slip.values["total"]


def test_every_value_says_where_it_stands() -> None:
    reading = read(SLIPS[0].text)
    for key in ("total", "date", "supplier", "description", "bill_reference"):
        field = reading.fields[key]
        if field.value is not None:
            assert field.box is not None, key
            assert field.candidates[0].value == field.value, key


def test_a_page_made_to_cost_time_is_read_in_part() -> None:
    rows = [f"{label} {number}.17 {number}.23" for number in range(900) for label in ("TOTAL", "CASH", "CHANGE", "TAX")]
    reading = read("\n".join(["1" * 5000, *rows]))
    assert set(reading.fields) == set(EXPENSE_FIELDS)


def test_a_value_longer_than_the_contract_allows_is_cut() -> None:
    (line,) = printed("AB" * 4000)
    assert len(Found("X" * 9000, "X" * 9000, 0.9, line.span(), "ocr").candidate().value) == 4096
