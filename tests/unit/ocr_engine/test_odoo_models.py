"""The Extract API's schemas and the hosted models: what is asked, and what their answers become."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from ocr_engine.answers import read_answer
from ocr_engine.budget import Deadline
from ocr_engine.chain import Result
from ocr_engine.engine import Document
from ocr_engine.evidence import Evidence
from ocr_engine.iso import COUNTRIES, CURRENCIES, country_code, currency_code
from ocr_engine.local.page import words_of
from ocr_engine.particulars import check
from ocr_engine.question import ModelAnswer
from ocr_engine.schemas import SCHEMAS
from ocr_engine.schemas.shape import gemini_schema, json_schema
from ocr_engine.validation import validate
from shared.contracts.documents import Unreadable
from shared.contracts.faults import ORDER_PATTERN_IGNORED
from shared.contracts.odoo import (
    APPLICANT_FIELDS,
    EXPENSE_FIELDS,
    INVOICE_FIELDS,
    INVOICE_ITEM,
    INVOICE_TABLES,
    ODOO_APPLICANT,
    ODOO_EXPENSE,
    ODOO_INVOICE,
    UserInfos,
)
from shared.contracts.reading import Reading
from tests.support import gemini_server as gemini
from tests.support import openrouter_server as openrouter
from tests.support.hosted_models import HostedModels, hosted_models
from tests.support.printed import printed
from tests.support.scripted_server import Reply

PAPER = """\
Tulip Office Supplies BV             VAT BE0477.472.701
Invoice 2024/0117                    Date 25/03/2024
Bill to Vega Trading SA              VAT LU26375245
Purchase order P00042
Ink cartridge      2     100,00      21 %      200,00
Subtotal                                       200,00
VAT 21 %                                        42,50
Total EUR                                      242,50
IBAN BE68 5390 0754 7034             BIC GKCC BE BB
"""
WORDS = tuple(words_of(printed(PAPER)))
INVOICE: dict[str, Any] = {
    "type": "invoice",
    "supplier": "Tulip Office Supplies BV",
    "supplier_vat": "BE 0477.472.701",
    "supplier_country": "be",
    "client": "Vega Trading SA",
    "client_vat": "LU26375245",
    "invoice_id": "2024/0117",
    "date": "2024-03-25",
    "due_date": None,
    "currency": "€",
    "subtotal": 200,
    "total_tax_amount": 42.5,
    "total": 242.5,
    "payment_ref": None,
    "iban": "BE68 5390 0754 7034",
    "swift_code": "GKCCBEBB",
    "aba": None,
    "email": "not printed",
    "website": None,
    "items": [
        {
            "description": "Ink cartridge",
            "product": None,
            "unit": None,
            "quantity": 2,
            "unit_price": 100.0,
            "discount": None,
            "tax_rates": "21 %",
            "subtotal": 200.0,
            "total": None,
        }
    ],
    "purchase_orders": [{"number": "P00042"}],
    "taxes": [{"rate": 21, "base": 200.0, "amount": 42.0}],
}
EXPENSE: dict[str, Any] = {
    "description": "Coffee",
    "supplier": "Café Central",
    "country": "Belgium",
    "date": "03/25/2024",
    "total": "4,50",
    "currency": "EUR",
    "bill_reference": "T-17",
}
APPLICANT: dict[str, Any] = {
    "name": "Ana Ruiz",
    "email": "ana.ruiz@example.com",
    "phone": "12",
    "mobile": "+507 6000-0000",
}
ANSWERS = {ODOO_INVOICE: INVOICE, ODOO_EXPENSE: EXPENSE, ODOO_APPLICANT: APPLICANT}
BMP = b"BM" + bytes(12) + (40).to_bytes(4, "little") + (640).to_bytes(4, "little") + (480).to_bytes(4, "little")


@pytest_asyncio.fixture
async def models() -> AsyncIterator[HostedModels]:
    async with hosted_models() as running:
        running.gemini.otherwise = gemini.answer(INVOICE)
        running.local.seen_words = WORDS
        yield running


async def ask(
    models: HostedModels,
    schema: str = ODOO_INVOICE,
    infos: UserInfos | None = None,
    content: bytes = b"\xff\xd8\xff",
    content_type: str = "image/jpeg",
) -> Result:
    models.gemini.otherwise = gemini.answer(ANSWERS[schema])
    document = Document(content, content_type, schema, 1, infos=infos)
    return await models.chain().read(document, Deadline.after(20))


async def reading_of(models: HostedModels, schema: str = ODOO_INVOICE, infos: UserInfos | None = None) -> Reading:
    reading = (await ask(models, schema, infos)).reading
    assert reading is not None
    return reading


def said(values: dict[str, Any], schema: str = ODOO_INVOICE) -> Reading:
    return read_answer(ModelAnswer(json.dumps(values), "m"), SCHEMAS[schema], "gemini")


@pytest.mark.parametrize(
    ("schema", "fields", "item", "tables"),
    [
        (ODOO_INVOICE, tuple(key for key in INVOICE_FIELDS if key != "qr_bill"), INVOICE_ITEM, INVOICE_TABLES),
        (ODOO_EXPENSE, EXPENSE_FIELDS, (), {}),
        (ODOO_APPLICANT, APPLICANT_FIELDS, (), {}),
    ],
)
def test_models_are_asked_for_the_keys_of_the_contract_but_for_the_codes_own_payload(
    schema: str, fields: tuple[str, ...], item: tuple[str, ...], tables: dict[str, tuple[str, ...]]
) -> None:
    shape = SCHEMAS[schema].shape
    assert sorted(key.name for key in shape.header) == sorted(fields)
    assert tuple(key.name for key in shape.item) == item
    assert {table.name: tuple(key.name for key in table.row) for table in shape.tables} == tables
    assert gemini_schema(shape)["propertyOrdering"] == json_schema(shape)["required"]


@pytest.mark.parametrize("schema", [ODOO_INVOICE, ODOO_EXPENSE, ODOO_APPLICANT])
async def test_gemini_reads_each_schema_by_its_structured_output(models: HostedModels, schema: str) -> None:
    reading = await reading_of(models, schema)
    (seen,) = models.gemini.seen
    assert seen.body["generationConfig"]["responseSchema"] == gemini_schema(SCHEMAS[schema].shape)
    assert seen.body["systemInstruction"]["parts"][0]["text"] == SCHEMAS[schema].instructions
    assert (reading.schema_name, reading.provider) == (schema, "gemini")


@pytest.mark.parametrize("schema", [ODOO_INVOICE, ODOO_EXPENSE, ODOO_APPLICANT])
async def test_openrouter_reads_each_schema_by_its_strict_one(models: HostedModels, schema: str) -> None:
    models.gemini.script(gemini.bad_image())
    models.openrouter.otherwise = openrouter.answer(ANSWERS[schema])
    reading = await reading_of(models, schema)
    (seen,) = models.openrouter.seen
    assert seen.body["response_format"]["json_schema"]["schema"] == json_schema(SCHEMAS[schema].shape)
    assert (reading.schema_name, reading.provider) == (schema, "openrouter")


async def test_an_invoices_values_come_in_one_form_each_and_with_their_places(models: HostedModels) -> None:
    result = await ask(models)
    assert result.reading is not None
    fields = result.reading.fields
    assert {key: field.value for key, field in fields.items() if field.value} == {
        "type": "invoice",
        "supplier": "Tulip Office Supplies BV",
        "supplier_vat": "BE0477472701",
        "supplier_country": "BE",
        "client": "Vega Trading SA",
        "client_vat": "LU26375245",
        "invoice_id": "2024/0117",
        "date": "2024-03-25",
        "currency": "EUR",
        "subtotal": "200",
        "total_tax_amount": "42.5",
        "total": "242.5",
        "iban": "BE68539007547034",
        "swift_code": "GKCCBEBB",
    }
    placed = {key for key, field in fields.items() if field.value and field.box}
    assert placed == {key for key in fields if fields[key].value} - {"type", "supplier_country"}
    (item,) = result.reading.items
    assert (item["tax_rates"].value, item["subtotal"].page) == ("21", 0)
    assert result.reading.tables["purchase_orders"][0]["number"].box is not None
    assert "Bill to Vega Trading SA" in result.text


async def test_an_expense_and_a_resume_are_checked_too(models: HostedModels) -> None:
    expense = await reading_of(models, ODOO_EXPENSE)
    assert (expense.value("country"), expense.value("date"), expense.value("total")) == (None, "2024-03-25", "4.50")
    applicant = await reading_of(models, ODOO_APPLICANT)
    assert (applicant.value("phone"), applicant.value("mobile")) == (None, "+507 6000-0000")


async def test_who_sends_it_is_told_as_a_hint(models: HostedModels) -> None:
    infos = UserInfos(company_name='Vega "V" SA', company_vat="LU26375245", country_code="LU", lang="fr_LU")
    await ask(models, infos=infos)
    task = models.gemini.seen[0].body["contents"][0]["parts"][-1]["text"]
    assert '"vat": "LU26375245"' in task
    assert '\\"V\\"' in task
    assert "who is billed" in task
    await ask(models, ODOO_APPLICANT, infos=infos)
    assert "billed" not in models.gemini.seen[1].body["contents"][0]["parts"][-1]["text"]


async def test_nobody_says_anything_of_themselves_by_default(models: HostedModels) -> None:
    await ask(models, infos=UserInfos(perspective="supplier", purchase_order_regex="P.*"))
    assert models.gemini.seen[0].body["contents"][0]["parts"][-1]["text"] == "Read this invoice."


async def test_the_senders_own_pattern_finds_the_orders(models: HostedModels) -> None:
    models.local.found = ("P00042", "P00043")
    infos = UserInfos(purchase_order_regex=r"P\d{5}")
    orders = (await reading_of(models, infos=infos)).tables["purchase_orders"]
    assert [row["number"].value for row in orders] == ["P00042", "P00043"]
    assert [row["number"].box is None for row in orders] == [False, True]


async def test_a_pattern_that_is_none_changes_nothing_and_is_told(models: HostedModels) -> None:
    models.local.found = None
    reading = await reading_of(models, infos=UserInfos(purchase_order_regex="("))
    assert [row["number"].value for row in reading.tables["purchase_orders"]] == ["P00042"]
    assert ORDER_PATTERN_IGNORED in reading.warnings


async def test_a_bitmap_is_sent_as_a_rendered_page(models: HostedModels) -> None:
    result = await ask(models, content=BMP, content_type="image/bmp")
    assert result.reading is not None
    (part, _) = models.gemini.seen[0].body["contents"][0]["parts"]
    assert part["inlineData"]["mimeType"] == "image/jpeg"


@pytest.mark.parametrize("schema", [ODOO_INVOICE, ODOO_EXPENSE, ODOO_APPLICANT])
async def test_a_picture_of_one_pixel_is_refused_before_anybody_looks(models: HostedModels, schema: str) -> None:
    tiny = BMP[:18] + (1).to_bytes(4, "little") * 2
    result = await ask(models, schema, content=tiny, content_type="image/bmp")
    assert result.unreadable is Unreadable.TOO_SMALL
    assert (models.gemini.seen, models.local.calls) == ([], [])


async def test_too_many_pages_are_refused_and_as_many_as_allowed_are_not(models: HostedModels) -> None:
    models.local.evidence = Evidence(pages=101, pages_read=20)
    refused = await ask(models, content=b"%PDF-1.7", content_type="application/pdf")
    assert refused.unreadable is Unreadable.TOO_MANY_PAGES
    assert models.gemini.seen == []
    models.local.evidence = Evidence(pages=100, pages_read=20)
    assert (await ask(models, content=b"%PDF-1.7", content_type="application/pdf")).reading is not None


async def test_neither_limit_is_that_of_the_other_schemas(models: HostedModels) -> None:
    models.local.evidence = Evidence(pages=101, pages_read=20)
    models.content, models.content_type = BMP[:18] + (1).to_bytes(4, "little") * 2, "image/bmp"
    assert (await models.read()).unreadable is None


REFUSED = [
    ("iban", "BE68 5390 0754 7035"),
    ("swift_code", "GKCCXQBB"),
    ("aba", "123456789"),
    ("email", "no address"),
    ("website", "see below"),
    ("currency", "EUX"),
    ("supplier_country", "QQ"),
    ("supplier_vat", "none given"),
]


@pytest.mark.parametrize(("key", "value"), REFUSED)
def test_what_proves_itself_wrong_is_no_value_but_a_candidate(key: str, value: str) -> None:
    field = check(said({**INVOICE, key: value})).fields[key]
    assert field.value is None
    assert len(field.candidates) == 1


KEPT = [
    ("aba", "021000021", "021000021"),
    ("supplier_vat", "ATU 33803001", "ATU33803001"),
    ("supplier_vat", "36-4257812", "36-4257812"),
    ("supplier_country", "UK", "GB"),
    ("currency", "US$", "USD"),
    ("website", "https://tulip.example/office", "https://tulip.example/office"),
    ("email", "Mail: info@tulip.example", "info@tulip.example"),
]


@pytest.mark.parametrize(("key", "value", "wanted"), KEPT)
def test_what_may_be_stays_in_one_form(key: str, value: str, wanted: str) -> None:
    assert check(said({**INVOICE, key: value})).value(key) == wanted


@pytest.mark.parametrize(
    ("text", "rates"),
    [("9,12", "9,12"), ("9% + 12%", "9,12"), ("5,5 %", "5.5"), ("21", "21"), ("exempt", None), ("2100 %", None)],
)
def test_a_lines_rates_are_percents(text: str, rates: str | None) -> None:
    line = {**INVOICE["items"][0], "tax_rates": text}
    (item,) = check(said({**INVOICE, "items": [line]})).items
    assert item["tax_rates"].value == rates


def test_one_number_is_never_both_sides() -> None:
    reading = check(said({**INVOICE, "client_vat": "BE0477472701"}))
    assert (reading.value("supplier_vat"), reading.value("client_vat")) == ("BE0477472701", None)


def test_codes_of_countries_and_currencies_are_real_ones() -> None:
    assert (len(COUNTRIES), all(len(code) == 3 for code in CURRENCIES)) == (250, True)
    assert [country_code(each) for each in ("el", "be", "zz")] == ["GR", "BE", None]
    assert [currency_code(each) for each in ("eur", "€", "kr", "?")] == ["EUR", "EUR", None, None]


SWISS = (
    "SPC|0200|1|CH4431999123000889012|S|Robert Schneider AG|Rue du Lac|1268|2501|Biel|CH||||||||1949.75|CHF"
    "|S|Pia Rutschmann|Marktgasse|28|9400|Rorschach|CH|QRR|210000000003139471430009017||EPD"
).replace("|", "\r\n")
EUROPEAN = "BCD|002|1|SCT|GKCCBEBB|Tulip|BE68539007547034|EUR242.50||RF18539007547034|".replace("|", "\n")


def test_a_payment_code_says_how_it_is_to_be_paid() -> None:
    evidence = Evidence(1, 1, qr=("https://tulip.example", SWISS))
    swiss = validate(said({**INVOICE, "payment_ref": None, "iban": None}), evidence)
    assert swiss.value("qr_bill") == SWISS.replace("\r", "")
    assert (swiss.value("iban"), swiss.value("payment_ref")) == (
        "CH4431999123000889012",
        "210000000003139471430009017",
    )
    european = validate(said({**INVOICE, "payment_ref": "17", "swift_code": None}), Evidence(1, 1, qr=(EUROPEAN,)))
    assert (european.value("payment_ref"), european.value("swift_code")) == ("RF18539007547034", "GKCCBEBB")
    assert {field.value for field in european.fields["payment_ref"].candidates} == {"RF18539007547034", "17"}
    assert european.fields["iban"].source == "gemini"


@pytest.mark.parametrize("code", ["", "BCD", "SPC\n0200", EUROPEAN.replace("7034", "7035"), "x" * 4000])
def test_other_codes_say_nothing_of_payment(code: str) -> None:
    reading = said(INVOICE)
    assert validate(reading, Evidence(1, 1, qr=(code,))) == check(reading)


async def test_without_any_word_on_the_page_the_values_stand_alone(models: HostedModels) -> None:
    models.local.seen_words = ()
    result = await ask(models)
    assert result.reading is not None
    assert (result.text, result.reading.value("total")) == ("", "242.5")
    assert all(field.box is None for field in result.reading.fields.values())


async def test_words_are_waited_for_where_the_text_is_shown(models: HostedModels) -> None:
    models.local.words_seconds = 0.8  # longer than the wait for places alone
    result = await ask(models)
    assert "Tulip" in result.text
    lumis = await models.read()
    assert lumis.words == ()


async def test_a_late_bad_answer_leaves_the_local_engine_to_read(models: HostedModels) -> None:
    models.gemini.script(Reply(b"", status=500), Reply(b"", status=500))
    models.openrouter.script(Reply(b"", status=500), Reply(b"", status=500))
    models.local.text = "seen offline"
    infos = UserInfos(company_vat="BE0477472701")
    result = await models.chain().read(Document(b"", "image/jpeg", ODOO_INVOICE, 1, infos=infos), Deadline.after(20))
    assert (result.reading and result.reading.provider, result.text) == ("local", "seen offline")
    assert models.local.infos == infos
