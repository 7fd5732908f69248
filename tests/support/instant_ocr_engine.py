"""The ocr-engine with a model that answers at once and looks at nothing: what is left is the platform's own cost."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from ocr_engine.app import SERVICE, AppDeps
from ocr_engine.chain import Chain, Limits
from ocr_engine.engine import Document, Seen
from ocr_engine.evidence import Evidence
from ocr_engine.settings import OcrEngineSettings
from ocr_engine.store import ReadingStore
from shared.contracts.reading import ReadField, Reading
from shared.files import FileStore
from shared.service import Platform, run
from tests.support.hosted_models import INVOICE
from tests.support.local_engine import FakeLocalEngine


def read_field(value: object) -> ReadField:
    return ReadField(value=None if value is None else str(value), confidence=0.9, source="gemini")


def instant_reading() -> Reading:
    """The same invoice under a number of its own each time."""
    header = {key: read_field(value) for key, value in INVOICE.items() if key != "products"}
    header["invoice_number"] = read_field(uuid4().hex[:12])
    items = tuple({key: read_field(value) for key, value in product.items()} for product in INVOICE["products"])
    return Reading(schema_name="lumis", provider="local", fields=header, items=items)


class InstantEngine(FakeLocalEngine):
    """Reads without looking, and keeps nothing of what it was asked."""

    async def inspect(self, content: bytes, content_type: str, timeout: float) -> Evidence:
        return self.evidence

    async def read_with_text(self, document: Document, timeout: float) -> Seen:
        return Seen(instant_reading())


async def build(settings: OcrEngineSettings, platform: Platform) -> AppDeps:
    readings = ReadingStore(platform.database("ocr_engine"), kept_for=timedelta(days=1))
    await readings.prepare()
    return AppDeps(
        chain=Chain((), InstantEngine(), Limits()),
        readings=readings,
        files=FileStore(platform.database("documents")),
        answer_margin=settings.answer_margin_seconds,
    )


if __name__ == "__main__":
    run(replace(SERVICE, build=build))
