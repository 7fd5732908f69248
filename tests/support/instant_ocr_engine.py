"""The ocr-engine with a model that answers at once and looks at nothing: what is left is the platform's own cost."""

from dataclasses import replace

from ocr_engine.app import SERVICE, AppDeps
from ocr_engine.chain import Chain, Limits
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
    header = {key: read_field(value) for key, value in INVOICE.items() if key != "products"}
    items = tuple({key: read_field(value) for key, value in product.items()} for product in INVOICE["products"])
    return Reading(schema_name="lumis", provider="local", fields=header, items=items)


async def build(settings: OcrEngineSettings, platform: Platform) -> AppDeps:
    engine = FakeLocalEngine()
    engine.reading = instant_reading()
    readings = ReadingStore(platform.database("ocr_engine"))
    await readings.prepare()
    return AppDeps(
        chain=Chain((), engine, Limits()),
        readings=readings,
        files=FileStore(platform.database("documents")),
        answer_margin=settings.answer_margin_seconds,
    )


if __name__ == "__main__":
    run(replace(SERVICE, build=build))
