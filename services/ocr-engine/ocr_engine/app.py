"""Wires the ocr-engine: its chain of providers, its store, and the event that it acts on."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from ocr_engine.attempts import Patience, Provider
from ocr_engine.breaker import Breaker
from ocr_engine.chain import Chain, Limits
from ocr_engine.corrections import Corrections
from ocr_engine.erasure import erase_readings
from ocr_engine.handlers import Deps, keep_correction, read_document
from ocr_engine.learning import Learning
from ocr_engine.memory import Layouts
from ocr_engine.prices import LIST_PRICES, Price
from ocr_engine.providers.gemini import Gemini
from ocr_engine.providers.local import LocalEngine
from ocr_engine.providers.openrouter import OpenRouter
from ocr_engine.settings import OcrEngineSettings
from ocr_engine.store import ReadingStore
from shared.bus import Subscription
from shared.contracts.documents import LARGEST_ANNOTATIONS, DocumentUploaded
from shared.contracts.erasure import ErasureRequested
from shared.contracts.extract import DocumentCorrected
from shared.erasures import Erasures
from shared.files import FileStore
from shared.http_client import HttpClient
from shared.mongo import Database
from shared.service import Platform, Service

_log = structlog.get_logger()

_PREFETCH = 16
"""Documents in hand at once; each may hold its file and its base64 form, some 25 MB, in memory."""


@dataclass(frozen=True)
class AppDeps(Deps):
    """The handlers' Deps, and what has to be closed in the end."""

    local: LocalEngine | None = None
    clients: tuple[HttpClient, ...] = ()


def hosted_models(settings: OcrEngineSettings) -> tuple[tuple[Provider, ...], tuple[HttpClient, ...]]:
    """The hosted models that have a key, in order of preference, and their connections.

    Keys go into headers and nowhere else: a URL ends up in logs.
    """
    rows: list[Provider] = []
    prices = {**LIST_PRICES, **{model: Price(*dollars) for model, dollars in settings.model_prices.items()}}
    clients: list[HttpClient] = []

    def breaker() -> Breaker:
        return Breaker(failures=settings.breaker_failures, rest=settings.breaker_seconds)

    if key := settings.gemini_api_key:
        headers = {"x-goog-api-key": key.get_secret_value()}
        clients.append(HttpClient("gemini", settings.gemini_base_url, headers=headers))
        gemini = Gemini(clients[-1], settings.gemini_model)
        rows.append(Provider(gemini, breaker(), settings.gemini_seconds, prices=prices))
    if key := settings.openrouter_api_key:
        headers = {"authorization": f"Bearer {key.get_secret_value()}", "x-title": "Lumis"}
        base, largest = settings.openrouter_base_url, 2 * LARGEST_ANNOTATIONS
        clients.append(HttpClient("openrouter", base, headers=headers, largest_answer=largest))
        model = OpenRouter(clients[-1], settings.openrouter_model)
        rows.append(Provider(model, breaker(), settings.openrouter_seconds, prices=prices))
    return tuple(rows), tuple(clients)


def limits_of(settings: OcrEngineSettings) -> Limits:
    """How the settings share time and pages out."""
    return Limits(
        local_reserve=settings.local_reserve_seconds,
        locate_values=settings.locate_values,
        locate_at_once=settings.locate_at_once,
        locate_wait=settings.locate_wait_seconds,
        most_pages=settings.extract_most_pages,
        pages_to_models=settings.model_most_pages,
        patience=Patience(
            least_seconds=settings.model_least_seconds,
            most_tokens=settings.model_most_tokens,
            more_tokens=settings.model_more_tokens,
        ),
    )


async def build(settings: OcrEngineSettings, platform: Platform) -> AppDeps:
    """Open what the handlers need."""
    rows, clients = hosted_models(settings)
    for row in rows:
        row.watch()
    database = platform.database("ocr_engine")
    readings = ReadingStore(database, kept_for=timedelta(days=settings.readings_days))
    await readings.prepare()
    learning = await _learning(settings, database)
    local = LocalEngine(
        workers=settings.local_workers,
        memory_limit=settings.local_memory_mb * 1024 * 1024,
        cpu_seconds=settings.local_cpu_seconds,
        embedded_xml=settings.embedded_xml,
    )
    await local.start()
    _log.info("providers", order=[row.name for row in rows] + ["local"])
    return AppDeps(
        chain=Chain(rows, local, limits_of(settings)),
        readings=readings,
        files=FileStore(platform.database("documents")),
        answer_margin=settings.answer_margin_seconds,
        learning=learning,
        local=local,
        clients=clients,
    )


async def _learning(settings: OcrEngineSettings, database: Database) -> Learning:
    corrections = Corrections(database, kept_for=timedelta(days=settings.corrections_days))
    layouts = Layouts(database, kept_for=timedelta(days=settings.layouts_days))
    await corrections.prepare()
    await layouts.prepare()
    return Learning(corrections, layouts, Erasures(database))


async def close(deps: AppDeps) -> None:
    """Close connections and end the local engine's processes."""
    await deps.chain.close()
    for client in deps.clients:
        await client.close()
    if deps.local is not None:
        await deps.local.close()


SERVICE = Service(
    name="ocr-engine",
    settings=OcrEngineSettings,
    build=build,
    subscriptions=(
        Subscription(DocumentUploaded, read_document, prefetch=_PREFETCH),
        Subscription(DocumentCorrected, keep_correction),
        Subscription(ErasureRequested, erase_readings),
    ),
    close=close,
)
