"""Corrections: kept once, counted, learnt from for the same supplier alone, and gone when their user asks for it."""

import argparse
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from prometheus_client import REGISTRY

from ocr_engine import accuracy
from ocr_engine.accuracy import EVERY_FIELD, report_of
from ocr_engine.chain import Chain, Limits
from ocr_engine.comparison import Verdict, compared, same
from ocr_engine.corrections import Corrections
from ocr_engine.erasure import erase_readings
from ocr_engine.handlers import Deps, keep_correction, read_document
from ocr_engine.learning import Learning
from ocr_engine.memory import Layouts
from ocr_engine.store import ReadingStore
from shared.contracts.documents import DocumentRecognized, DocumentUploaded
from shared.contracts.erasure import ErasureCompleted, ErasureRequested
from shared.contracts.extract import Correction, DocumentCorrected
from shared.contracts.odoo import ODOO_INVOICE, UserInfos
from shared.contracts.reading import ReadField, Reading
from shared.erasures import Erasures
from shared.files import FileStore
from shared.mongo import Database
from tests.support.drawn_bills import FIRST, NEXT, Bill, read
from tests.support.local_engine import FakeLocalEngine

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RIGHT = {"date": "2024-02-28", "total": FIRST.due, "supplier": "Papyrus SPRL", "supplier_vat": "BE 0477.472.701"}


class Engine:
    """The handlers over a database, with an engine that reads drawn bills."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.local = FakeLocalEngine()
        learning = Learning(
            Corrections(database, kept_for=timedelta(days=365)),
            Layouts(database, kept_for=timedelta(days=365)),
            Erasures(database),
        )
        readings = ReadingStore(database, kept_for=timedelta(days=90))
        chain = Chain((), self.local, Limits())
        self.deps = Deps(chain, readings, FileStore(database), 2.0, lambda: NOW, learning)

    async def read(self, request_id: str, bill: Bill, user: str = "user-1", **changes: str) -> DocumentRecognized:
        """What comes of an upload; `changes` are fields that this paper is read with instead."""
        reading, words = read(bill)
        fields = reading.fields | {
            key: reading.fields[key].model_copy(update={"value": value}) for key, value in changes.items()
        }
        self.local.reading, self.local.seen_words = reading.model_copy(update={"fields": fields}), words
        file_id = await self.deps.files.keep(b"%PDF-1.7", content_type="application/pdf", expires_at=NOW)
        event = DocumentUploaded(
            request_id=request_id,
            origin="gateway-1",
            user_id=user,
            schema_name=ODOO_INVOICE,
            file_id=file_id,
            content_type="application/pdf",
            size=8,
            sha256="0" * 64,
            received_at=NOW,
            answer_by=NOW + timedelta(seconds=30),
            user_infos=UserInfos(company_vat="BE0403170701"),
        )
        (output,) = await read_document(event, self.deps)
        assert isinstance(output, DocumentRecognized)
        return output

    async def correct(self, request_id: str, user: str = "user-1", **said: str | None) -> None:
        corrections = tuple(Correction(key=key, value=value) for key, value in said.items())
        event = DocumentCorrected(
            request_id=request_id,
            origin="gateway-1",
            user_id=user,
            schema_name=ODOO_INVOICE,
            corrections=corrections,
        )
        assert await keep_correction(event, self.deps) == []

    @property
    def learning(self) -> Learning:
        assert self.deps.learning is not None
        return self.deps.learning


@pytest_asyncio.fixture
async def engine(database: Database) -> Engine:
    made = Engine(database)
    await made.deps.readings.prepare()
    await made.learning.corrections.prepare()
    await made.learning.layouts.prepare()
    return made


def both(event: DocumentRecognized) -> tuple[str | None, str | None]:
    return event.reading.value("date"), event.reading.value("total")


ALONE = ("2024-03-16", NEXT.total)
TAUGHT = ("2024-02-29", NEXT.due)


async def test_a_corrected_supplier_is_read_right_next_time_and_nobody_else_is_touched(engine: Engine) -> None:
    first = await engine.read("r1", FIRST)
    assert both(first) == ("2024-03-02", FIRST.total)
    await engine.correct("r1", **RIGHT)
    again = await engine.read("r2", NEXT)
    assert both(again) == TAUGHT
    assert again.layout_id == first.layout_id
    assert 0 < (again.layout_id or 0) < 2**31
    other = await engine.read("r3", NEXT, supplier="Lapis NV", supplier_vat="BE0428759497")
    assert both(other) == ALONE
    assert other.layout_id not in {None, first.layout_id}
    assert both(await engine.read("r4", NEXT, user="user-2")) == ALONE


async def test_a_supplier_whose_vat_was_misread_is_known_by_its_name(engine: Engine) -> None:
    first = await engine.read("r1", FIRST)
    await engine.correct("r1", **RIGHT)
    again = await engine.read("r2", NEXT, supplier_vat="BE0477472707", supplier="PAPYRUS  sprl")
    assert both(again) == TAUGHT
    assert again.layout_id == first.layout_id


async def test_a_supplier_is_known_by_its_printed_name_where_the_users_books_name_it_otherwise(engine: Engine) -> None:
    no_vat = {"supplier_vat": "?"}
    first = await engine.read("r1", FIRST, **no_vat)
    await engine.correct("r1", date="2024-02-28", total=FIRST.due, supplier="Papyrus")
    again = await engine.read("r2", NEXT, **no_vat)
    assert both(again) == TAUGHT
    assert both(await engine.read("r3", NEXT, supplier="Lapis NV", **no_vat)) == ALONE
    assert again.layout_id == first.layout_id is not None


async def test_the_buyers_own_number_stands_for_no_supplier(engine: Engine) -> None:
    own = {"supplier_vat": "BE0403170701", "supplier": "?"}
    assert (await engine.read("r1", FIRST, **own)).layout_id is None
    await engine.correct("r1", date="2024-02-28")
    assert both(await engine.read("r2", NEXT, **own)) == ALONE


async def test_a_repeated_correction_changes_nothing(engine: Engine, database: Database) -> None:
    await engine.read("r1", FIRST)
    await engine.correct("r1", **RIGHT)
    labels = {"schema": ODOO_INVOICE, "provider": "local", "field": "total", "verdict": "wrong"}
    counted = REGISTRY.get_sample_value("lumis_ocr_engine_accuracy_total", labels)
    before = await database["layouts"].find_one(), await database["corrections"].find_one()
    await engine.correct("r1", date="2024-03-02", total="1.00")
    assert (await database["layouts"].find_one(), await database["corrections"].find_one()) == before
    assert REGISTRY.get_sample_value("lumis_ocr_engine_accuracy_total", labels) == counted


async def test_a_crash_between_keeping_and_learning_is_made_up_for(engine: Engine, database: Database) -> None:
    await engine.read("r1", FIRST)
    await engine.correct("r1", **RIGHT)
    await database["layouts"].delete_many({})
    await engine.correct("r1", **RIGHT)
    assert both(await engine.read("r2", NEXT)) == TAUGHT


async def test_a_correction_of_an_unknown_or_strange_reading_is_not_kept(engine: Engine, database: Database) -> None:
    await engine.read("r1", FIRST)
    await engine.correct("nobody-knows-it", total="1.00")
    await engine.correct("r1", user="user-2", total="1.00")
    assert await database["corrections"].count_documents({}) == 0


async def test_an_erasure_takes_corrections_and_layouts_and_what_comes_late_is_not_kept(
    engine: Engine, database: Database
) -> None:
    for user in ("user-1", "user-2"):
        await engine.read(f"r-{user}", FIRST, user=user)
        await engine.correct(f"r-{user}", user=user, **RIGHT)
    stored = await engine.deps.readings.reading("r-user-1")
    assert stored is not None
    event = ErasureRequested(request_id="e", origin="g", user_id="user-1", requested_at=NOW)
    (told,) = await erase_readings(event, engine.deps)
    assert isinstance(told, ErasureCompleted)
    assert told.removed == {"readings": 1, "corrections": 1, "layouts": 1}
    late = DocumentCorrected(
        request_id="r-user-1",
        origin="g",
        user_id="user-1",
        schema_name=ODOO_INVOICE,
        corrections=(Correction(key="total", value=FIRST.due),),
    )
    await engine.learning.take(late, stored, NOW)
    for collection in ("corrections", "layouts"):
        assert await database[collection].count_documents({}) == 1


async def test_a_memory_holds_no_value_and_no_name(engine: Engine, database: Database) -> None:
    await engine.read("r1", FIRST)
    await engine.correct("r1", **RIGHT)
    row = await database["layouts"].find_one()
    text = json.dumps(row, default=str).casefold()
    assert not [word for word in ("papyrus", "477472701", "2024-02-28", "133", "user-1") if word in text]


async def test_the_report_counts_by_field_and_provider_and_names_the_worst_suppliers(engine: Engine) -> None:
    await engine.read("r1", FIRST)
    await engine.correct("r1", **RIGHT, due_date="2024-05-01", payment_ref=None, unknown_field="x")
    await engine.read("r2", replace(FIRST, number="F-1"), user="user-2")
    await engine.correct("r2", user="user-2", total=FIRST.total, subtotal=None)
    report = await report_of(engine.learning.corrections, ODOO_INVOICE, NOW - timedelta(days=1))
    rows = {row.field: row for row in report.rows}
    counts = {key: (row.right, row.wrong, row.missed, row.invented) for key, row in rows.items()}
    assert counts == {
        EVERY_FIELD: (3, 2, 1, 1),
        "date": (0, 1, 0, 0),
        "due_date": (0, 0, 1, 0),
        "subtotal": (0, 0, 0, 1),
        "supplier": (1, 0, 0, 0),
        "supplier_vat": (1, 0, 0, 0),
        "total": (1, 1, 0, 0),
    }
    assert rows["total"].share_right == 0.5
    assert (report.papers, report.rows[0].field) == (2, EVERY_FIELD)
    assert [(each.supplier, each.fields, each.papers) for each in report.suppliers] == [("BE0477472701", 4, 2)]
    later = await report_of(engine.learning.corrections, None, NOW + timedelta(seconds=1))
    assert (later.papers, later.rows, later.suppliers) == (0, (), ())


def test_the_command_says_what_is_wrong_with_its_database(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], mongodb_url: str
) -> None:
    options = argparse.Namespace(schema=None, since=1.0, json=False)
    monkeypatch.delenv("MONGODB_URL", raising=False)
    assert accuracy.run(options) == accuracy.USAGE
    assert "MONGODB_URL" in capsys.readouterr().err
    monkeypatch.setenv("MONGODB_URL", mongodb_url)
    monkeypatch.setattr(accuracy, "DATABASE", "nothing_was_ever_kept_here")
    assert accuracy.run(options) == accuracy.DONE
    assert capsys.readouterr().out == "No document was validated in that time.\n"


@pytest.mark.parametrize(
    ("key", "one", "other"),
    [
        ("total", "121.0", "121.00"),
        ("total", "1210", "1.21E+3"),
        ("date", "2024-02-28", "2024-02-28 00:00:00"),
        ("supplier", "Société Générale, S.A.", "societe generale s a"),
        ("supplier_vat", "BE 0477.472.701", "0477472701"),
        ("iban", "BE71 0961 2345 6769", "be71096123456769"),
        ("website", "https://www.example.com/", "example.com"),
        ("invoice_id", "F 2024-17", "f2024-17"),
    ],
)
def test_values_are_compared_by_what_they_say(key: str, one: str, other: str) -> None:
    assert same(key, one, other)
    assert same(key, other, one)


@pytest.mark.parametrize(
    ("key", "one", "other"),
    [("total", "121.00", "121.01"), ("date", "2024-02-28", "2024-02-29"), ("supplier_vat", "BE1", "BE2")],
)
def test_values_that_differ_differ(key: str, one: str, other: str) -> None:
    assert not same(key, one, other)


def test_lines_are_compared_place_by_place() -> None:
    item = {"description": ReadField(value="Paper"), "quantity": ReadField(value="2.0"), "total": ReadField()}
    reading = Reading(schema_name=ODOO_INVOICE, provider="local", fields={}, items=(item, item))
    found = compared(reading, [], [{"description": "paper", "quantity": "2", "total": "5"}])
    assert [(each.key, each.verdict) for each in found] == [
        ("items.description", Verdict.RIGHT),
        ("items.quantity", Verdict.RIGHT),
        ("items.total", Verdict.MISSED),
        ("items.description", Verdict.INVENTED),
        ("items.quantity", Verdict.INVENTED),
    ]


def test_a_credit_notes_amounts_are_compared_without_their_sign() -> None:
    line = {"quantity": ReadField(value="-5"), "subtotal": ReadField(value="-5.00")}
    fields = {"type": ReadField(value="refund"), "total": ReadField(value="-121.00")}
    reading = Reading(schema_name=ODOO_INVOICE, provider="local", fields=fields, items=(line,))
    said = [{"quantity": "5", "subtotal": "5"}]
    found = compared(reading, [Correction(key="total", value="121")], said)
    assert [each.verdict for each in found] == [Verdict.RIGHT] * 3
    invoice = reading.model_copy(update={"fields": {"type": ReadField(value="invoice")}})
    assert [each.verdict for each in compared(invoice, [], said)] == [Verdict.WRONG] * 2
