"""GST invoices and the hosted models: what is asked of them, in which order, and what their answers become."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from ocr_engine.answers import canonical_amount, canonical_date, canonical_percent, read_answer
from ocr_engine.breaker import State
from ocr_engine.budget import Deadline
from ocr_engine.chain import Result
from ocr_engine.engine import Document
from ocr_engine.evidence import Evidence, UnreadableDocument
from ocr_engine.handlers import Deps, read_document
from ocr_engine.prompts import prompt_for
from ocr_engine.question import ModelAnswer, Options
from ocr_engine.schemas import SCHEMAS
from ocr_engine.schemas.shape import gemini_schema, json_schema
from ocr_engine.store import ReadingStore
from shared.contracts.documents import DocumentRecognized, DocumentUploaded, Unreadable
from shared.contracts.india.keys import (
    LEGACY_FIELDS,
    LEGACY_ITEM,
    LEGACY_TABLES,
    V4_FIELDS,
    V4_ITEM,
    V4_TABLES,
)
from shared.contracts.reading import Reading
from shared.files import FileStore
from shared.mongo import Database
from tests.support import gemini_server as gemini
from tests.support import openrouter_server as openrouter
from tests.support.gst_values import LEGACY_VALUES, V4_VALUES
from tests.support.hosted_models import HostedModels, hosted_models
from tests.support.scripted_server import Reply

V4, LEGACY = SCHEMAS["india_gst_v4"], SCHEMAS["india_legacy"]
PDF, JPEG = "application/pdf", "image/jpeg"
PARSED = [{"type": "file", "file": {"hash": "ab", "content": [{"type": "text", "text": "₹ 10,679.00"}]}}]
PLUGINS = ({"id": "file-parser", "pdf": {"engine": "cloudflare-ai"}},)
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest_asyncio.fixture
async def models() -> AsyncIterator[HostedModels]:
    async with hosted_models() as running:
        running.gemini.otherwise = gemini.answer(V4_VALUES)
        running.openrouter.otherwise = openrouter.answer(V4_VALUES)
        yield running


async def ask(models: HostedModels, content_type: str = JPEG, schema: str = V4.name, **options: Any) -> Result:
    content = b"%PDF-1.7" if content_type == PDF else b"\xff\xd8\xff"
    document = Document(content, content_type, schema, 1, options=Options(**options))
    return await models.chain().read(document, Deadline.after(20))


def tries(result: Result) -> list[tuple[str, str | None, str]]:
    return [(each.provider, each.model, each.outcome) for each in result.attempts]


def read(schema: Any, values: dict[str, Any]) -> Reading:
    return read_answer(ModelAnswer(json.dumps(values), "m"), schema, "gemini")


@pytest.mark.parametrize(
    ("schema", "fields", "item", "tables"),
    [(V4, V4_FIELDS, V4_ITEM, V4_TABLES), (LEGACY, LEGACY_FIELDS, LEGACY_ITEM, LEGACY_TABLES)],
)
def test_models_are_asked_for_exactly_the_keys_of_the_contract(
    schema: Any, fields: tuple[str, ...], item: tuple[str, ...], tables: dict[str, tuple[str, ...]]
) -> None:
    shape = schema.shape
    assert tuple(key.name for key in shape.header) == fields
    assert tuple(key.name for key in shape.item) == item
    assert {table.name: tuple(key.name for key in table.row) for table in shape.tables} == tables
    assert set(schema.mandatory) <= set(fields)


@pytest.mark.parametrize("schema", [V4, LEGACY])
def test_both_dialects_hold_every_list_and_openais_is_strict(schema: Any) -> None:
    strict, subset = json_schema(schema.shape), gemini_schema(schema.shape)
    assert subset["propertyOrdering"] == list(strict["properties"]) == strict["required"]
    assert strict["additionalProperties"] is False
    for table in schema.shape.lists:
        row = strict["properties"][table.name]["items"]
        assert row["additionalProperties"] is False
        assert row["required"] == list(row["properties"]) == [key.name for key in table.row]
        assert subset["properties"][table.name]["type"] == "ARRAY"


def test_choices_and_flags_are_written_in_each_dialect() -> None:
    strict, subset = json_schema(V4.shape)["properties"], gemini_schema(V4.shape)["properties"]
    assert strict["reverse_charge"]["type"] == ["boolean", "null"]
    assert subset["reverse_charge"]["type"] == "BOOLEAN"
    mode = strict["items"]["items"]["properties"]["price_mode"]
    assert (mode["type"], mode["enum"]) == (["string", "null"], ["WITHOUT_TAX", "WITH_TAX", None])
    mode = subset["items"]["items"]["properties"]["price_mode"]
    assert (mode["format"], mode["enum"], mode["nullable"]) == ("enum", ["WITHOUT_TAX", "WITH_TAX"], True)


def test_the_prompt_names_slabs_units_later_pages_and_nulls_and_takes_text_for_data() -> None:
    prompt = prompt_for(V4, 1)
    assert "0, 0.1, 0.25, 1, 1.5, 3, 5, 6, 7.5, 12, 18, 28 and 40" in prompt.instructions
    assert all(word in prompt.instructions for word in ("NOS", "KGS", "27 Maharashtra", "later page", "is null"))
    assert "never an instruction" in prompt.instructions
    assert "pre-GST" in prompt_for(LEGACY, 1).instructions or "before GST" in prompt_for(LEGACY, 1).instructions


def test_an_answer_becomes_a_reading_with_tables() -> None:
    reading = read(V4, V4_VALUES)
    assert reading.value("printed_grand_total") == "10679.0"
    assert reading.value("reverse_charge") == "false"
    assert reading.items[0]["price_mode"].value == "WITHOUT_TAX"
    assert [row["label"].value for row in reading.tables["charges"]] == ["Freight"]
    assert reading.tables["charges"][0]["taxable"].value == "true"
    assert reading.tables["hsn_tax_table"][0]["cgst"].value == "814.5"
    assert reading.tables["header_discounts"] == ()


def test_what_models_write_instead_of_numbers_and_dates_is_understood() -> None:
    values = {
        "invoice_date": "15-Jan-24",
        "printed_grand_total": "₹ 1,00,000.00/-",
        "round_off": "(-)0.40",
        "reverse_charge": "Yes",
        "place_of_supply_state_code": "7",
        "tcs_base": "Taxable Ex Tax",
        "items": [{"name": "A", "gst_rate": "9+9%", "price_mode": "with tax", "discount_pct_printed": "10 %"}, {}, 5],
        "charges": "none",
        "hsn_tax_table": [{"hsn": " 8517 ", "total": "1.629,00"}],
    }
    reading = read(V4, values)
    header = {key: reading.value(key) for key in values if key in V4_FIELDS}
    assert header == {
        "invoice_date": "2024-01-15",
        "printed_grand_total": "100000.00",
        "round_off": "-0.40",
        "reverse_charge": "true",
        "place_of_supply_state_code": "07",
        "tcs_base": "taxable_ex_tax",
    }
    (item,) = reading.items
    assert (item["gst_rate"].value, item["price_mode"].value) == ("18", "WITH_TAX")
    assert item["discount_pct_printed"].value == "10"
    assert reading.tables["charges"] == ()
    assert reading.tables["hsn_tax_table"][0]["total"].value == "1629.00"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("03/04/2024", "2024-04-03"),
        ("03-04-24", "2024-04-03"),
        ("15 January 2024", "2024-01-15"),
        ("15.01.2024", "2024-01-15"),
        ("2024-01-15", "2024-01-15"),
        ("31/02/2024", None),
        ("soon", None),
    ],
)
def test_dates_are_day_first_with_years_of_two_digits_too(text: str, date: str | None) -> None:
    assert canonical_date(text, short_years=True) == date


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1,00,000.00", "100000.00"), ("Rs. 500/-", "500"), ("(+)0.20", "0.20"), ("12,34,567", "1234567"), ("(-)", None)],
)
def test_amounts_are_grouped_as_india_does(text: str, amount: str | None) -> None:
    assert canonical_amount(text) == amount


@pytest.mark.parametrize(("text", "percent"), [("18%", "18"), ("2.5 + 2.5", "5.0"), ("0.25", "0.25"), ("tax", None)])
def test_percents_may_be_sums(text: str, percent: str | None) -> None:
    assert canonical_percent(text) == percent


async def test_no_ocr_is_made_for_places_that_nobody_is_shown(models: HostedModels) -> None:
    await ask(models)
    assert "words" not in models.local.calls


async def test_long_answers_get_room(models: HostedModels) -> None:
    models.gemini.script(gemini.cut())
    result = await ask(models)
    limits = [seen.body["generationConfig"]["maxOutputTokens"] for seen in models.gemini.seen]
    assert limits == [8192, 16384]
    assert result.reading is not None


async def test_a_model_at_openrouter_is_asked_first_and_the_usual_ones_follow(models: HostedModels) -> None:
    gone = openrouter.error(404, "No endpoints found")
    models.openrouter.script(gone, gone)
    result = await ask(models, model="anthropic/claude-sonnet-9")
    assert tries(result) == [
        ("openrouter", "anthropic/claude-sonnet-9", "http_404"),
        ("gemini", "gemini-3.5-flash-lite", "ok"),
    ]


async def test_a_model_without_structured_output_is_told_the_schema_in_words(models: HostedModels) -> None:
    nothing = "No endpoints found that can handle the requested parameters."
    models.openrouter.script(openrouter.error(404, nothing), openrouter.fenced(V4_VALUES))
    result = await ask(models, model="anthropic/claude-3.5-sonnet")
    assert tries(result) == [("openrouter", "anthropic/claude-3.5-sonnet", "ok")]
    first, second = (seen.body for seen in models.openrouter.seen)
    assert first["provider"] == {"require_parameters": True}
    assert not {"response_format", "provider", "temperature"} & set(second)
    assert '"hsn_tax_table"' in second["messages"][0]["content"]
    assert result.reading is not None
    assert result.reading.value("invoice_number") == "INV-2024-001"


async def test_the_usual_model_is_never_asked_without_its_schema(models: HostedModels) -> None:
    models.gemini.otherwise = Reply(b"down", status=503)
    models.openrouter.script(openrouter.error(404, "gone"))
    models.local.read_error = UnreadableDocument(Unreadable.PROVIDERS_FAILED)
    await ask(models)
    assert len(models.openrouter.seen) == 1


async def test_a_model_of_googles_is_asked_of_gemini_then_of_openrouter(models: HostedModels) -> None:
    models.gemini.script(gemini.overloaded(), gemini.overloaded())
    models.openrouter.script(openrouter.error(404, "gone"), openrouter.error(404, "gone"))
    result = await ask(models, model="google/gemini-2.5-flash")
    assert [each[:2] for each in tries(result)] == [
        ("gemini", "gemini-2.5-flash"),
        ("gemini", "gemini-2.5-flash"),
        ("openrouter", "google/gemini-2.5-flash"),
        ("gemini", "gemini-3.5-flash-lite"),
    ]


async def test_a_model_that_is_gone_does_not_switch_its_provider_off(models: HostedModels) -> None:
    result = await ask(models, model="google/gemini-2.0-flash")
    models.openrouter.script(openrouter.error(404, "gone"), openrouter.error(404, "gone"))
    assert [each[2] for each in tries(result)][:1] == ["http_404"]
    await ask(models, model="no/such-model")
    assert {name: breaker.state for name, breaker in models.breakers.items()} == {
        "gemini": State.CLOSED,
        "openrouter": State.CLOSED,
    }


async def test_a_provider_that_rests_is_left_alone_with_any_model(models: HostedModels) -> None:
    models.breakers["openrouter"].failed(rest=60)
    result = await ask(models, model="openai/gpt-4o")
    assert tries(result)[0] == ("openrouter", "openai/gpt-4o", "breaker_open")
    assert models.openrouter.seen == []


async def test_the_usual_model_named_outright_is_only_moved_to_the_front(models: HostedModels) -> None:
    await ask(models, model=openrouter.MODEL)
    assert (len(models.openrouter.seen), len(models.gemini.seen)) == (1, 0)


async def test_pages_are_rendered_for_a_model_without_file_input(models: HostedModels) -> None:
    models.local.evidence = Evidence(pages=30, pages_read=20)
    models.local.pages = tuple(b"page %d" % number for number in range(30))
    result = await ask(models, PDF, model=openrouter.MODEL)
    content = models.openrouter.seen[0].body["messages"][1]["content"]
    assert [part["type"] for part in content] == ["text"] + ["image_url"] * 20
    assert result.reading is not None
    assert (result.reading.pages, result.reading.pages_read) == (30, 20)
    assert "PAGES_LEFT_OUT" in result.reading.warnings


async def test_gemini_gets_all_pages_of_a_long_pdf(models: HostedModels) -> None:
    models.local.evidence = Evidence(pages=30, pages_read=20)
    result = await ask(models, PDF)
    assert models.gemini.seen[0].body["contents"][0]["parts"][0]["inlineData"]["mimeType"] == PDF
    assert result.reading is not None
    assert (result.reading.pages_read, result.reading.warnings) == (30, ())


async def test_a_model_with_file_input_gets_the_pdf_under_its_name(models: HostedModels) -> None:
    await ask(models, PDF, model="openai/gpt-4o-mini", filename="bill.pdf")
    body = models.openrouter.seen[0].body
    file = body["messages"][1]["content"][1]
    assert (file["type"], file["file"]["filename"]) == ("file", "bill.pdf")
    assert file["file"]["file_data"].startswith("data:application/pdf;base64,")
    assert "plugins" not in body


async def test_plugins_and_annotations_make_openrouter_the_first_and_are_passed_on(models: HostedModels) -> None:
    message = {"role": "assistant", "content": json.dumps(V4_VALUES), "refusal": None, "annotations": PARSED}
    models.openrouter.script(openrouter.completion([{"index": 0, "finish_reason": "stop", "message": message}]))
    first = await ask(models, PDF, plugins=PLUGINS)
    assert models.gemini.seen == []
    assert models.openrouter.seen[0].body["plugins"] == list(PLUGINS)
    assert json.loads(first.annotations or b"") == PARSED
    again = await ask(models, PDF, annotations=tuple(PARSED))
    messages = models.openrouter.seen[1].body["messages"]
    assert [each["role"] for each in messages] == ["system", "user", "assistant", "user"]
    assert messages[1]["content"][1]["type"] == "file"
    assert messages[2]["annotations"] == PARSED
    assert again.annotations is None


async def test_plugins_of_a_picture_are_passed_on_and_annotations_are_not(models: HostedModels) -> None:
    await ask(models, JPEG, plugins=PLUGINS, annotations=tuple(PARSED))
    body = models.openrouter.seen[0].body
    assert [each["role"] for each in body["messages"]] == ["system", "user"]
    assert body["plugins"] == list(PLUGINS)


async def test_annotations_of_a_reading_that_lost_are_not_given(models: HostedModels) -> None:
    message = {"role": "assistant", "content": "{}", "annotations": PARSED}
    models.openrouter.script(openrouter.completion([{"index": 0, "finish_reason": "stop", "message": message}]))
    result = await ask(models, PDF, plugins=PLUGINS)
    assert result.reading is not None
    assert (result.reading.provider, result.annotations) == ("gemini", None)


async def test_an_answer_without_anything_goes_on_to_the_next(models: HostedModels) -> None:
    models.gemini.script(gemini.answer({**dict.fromkeys(V4_VALUES), "items": []}))
    result = await ask(models)
    assert result.reading is not None
    assert result.reading.provider == "openrouter"


async def test_without_models_and_without_rules_nothing_is_read(models: HostedModels) -> None:
    down = Reply(b"down", status=503)
    models.gemini.otherwise, models.openrouter.otherwise = down, down
    models.local.read_error = UnreadableDocument(Unreadable.PROVIDERS_FAILED)
    result = await ask(models)
    assert (result.reading, result.unreadable) == (None, Unreadable.PROVIDERS_FAILED)


async def test_options_come_from_the_kept_file_and_annotations_go_into_another(
    models: HostedModels, database: Database
) -> None:
    files, readings = FileStore(database), ReadingStore(database, kept_for=timedelta(days=1))
    await readings.prepare()
    deps = Deps(models.chain(), readings, files, answer_margin=1.0, now=lambda: NOW)
    expires_at = datetime.now(UTC) + timedelta(hours=1)
    options = json.dumps({"plugins": PLUGINS, "annotations": []}).encode()
    event = DocumentUploaded(
        request_id="r-1",
        origin="gateway-1",
        user_id="u-1",
        schema_name=V4.name,
        file_id=await files.keep(b"%PDF-1.7", content_type=PDF, expires_at=expires_at),
        content_type=PDF,
        size=8,
        sha256="0" * 64,
        received_at=NOW,
        answer_by=NOW + timedelta(seconds=20),
        model="openai/gpt-4o",
        filename="bill.pdf",
        options_id=await files.keep(options, content_type="application/json", expires_at=expires_at),
    )
    message = {"role": "assistant", "content": json.dumps(V4_VALUES), "annotations": PARSED}
    models.openrouter.script(openrouter.completion([{"index": 0, "finish_reason": "stop", "message": message}]))
    (answer,) = await read_document(event, deps)
    assert isinstance(answer, DocumentRecognized)
    assert models.openrouter.seen[0].body["model"] == "openai/gpt-4o"
    assert models.openrouter.seen[0].body["plugins"] == list(PLUGINS)
    assert json.loads(await files.read(answer.annotations_id or "") or b"") == PARSED
    assert await files.read(event.options_id or "") is None
    assert await read_document(event, deps) == [answer]
    assert len(models.openrouter.seen) == 1


def test_the_older_schema_is_read_too() -> None:
    reading = read(LEGACY, LEGACY_VALUES)
    assert reading.value("total_invoice_amount") == "11800.0"
    assert reading.value("invoice_date") == "2024-01-15"
    (charge,) = reading.tables["additional_charges"]
    assert {key: field.value for key, field in charge.items()} == {
        "name": "Freight",
        "amount": "500.0",
        "tax_rate": "18",
        "amount_includes_tax": "false",
    }
