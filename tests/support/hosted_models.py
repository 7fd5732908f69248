"""A chain of Gemini and OpenRouter on loopback with a stand-in for the local engine, for tests of the whole."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from ocr_engine.attempts import Patience, Provider
from ocr_engine.breaker import Breaker
from ocr_engine.budget import Deadline
from ocr_engine.chain import Chain, Limits, Result
from ocr_engine.engine import Document
from ocr_engine.providers.gemini import Gemini
from ocr_engine.providers.openrouter import OpenRouter
from shared.http_client import HttpClient
from tests.support import gemini_server, openrouter_server
from tests.support.local_engine import FakeLocalEngine
from tests.support.scripted_server import ScriptedServer

INVOICE: dict[str, Any] = {
    "issuer_name": "Super Xtra Centro",
    "ruc": "155751938-2-2024",
    "dv": "66",
    "issuer_address": "Plaza Central, Local 5",
    "invoice_number": "001-002-123456",
    "date": "2024-12-15",
    "cufe": None,
    "tot_itbms": 0.35,
    "total": 5.60,
    "products": [
        {"name": "Coca Cola 500ml", "quantity": 2, "unit_price": 1.50, "total_price": 3.00},
        {"name": "Pan Integral", "quantity": 1, "unit_price": 2.25, "total_price": 2.25},
    ],
}
"""An invoice whose figures agree, RUC and DV included."""


@dataclass
class HostedModels:
    """Both servers, the chain that asks them, and its parts."""

    gemini: ScriptedServer
    openrouter: ScriptedServer
    local: FakeLocalEngine
    providers: tuple[Provider, ...]
    limits: Limits
    content_type: str = "image/jpeg"
    content: bytes = field(default=b"\xff\xd8\xff the upload", repr=False)

    @property
    def breakers(self) -> dict[str, Breaker]:
        return {row.name: row.breaker for row in self.providers}

    def chain(self, **limits: Any) -> Chain:
        return Chain(self.providers, self.local, replace(self.limits, **limits))

    async def read(self, seconds: float = 20.0, mode: int = 1, **limits: Any) -> Result:
        return await self.chain(**limits).read(self.document(mode), Deadline.after(seconds))

    def document(self, mode: int = 1) -> Document:
        return Document(self.content, self.content_type, "lumis", mode)


@asynccontextmanager
async def hosted_models(*, ceiling: float = 3.0) -> AsyncIterator[HostedModels]:
    """Gemini and OpenRouter answer with names of their own, so that a reading tells who gave it."""
    async with AsyncExitStack() as stack:
        gemini = await stack.enter_async_context(gemini_server.gemini_server(INVOICE | {"issuer_name": "FROM GEMINI"}))
        openrouter = await stack.enter_async_context(
            openrouter_server.openrouter_server(INVOICE | {"issuer_name": "FROM OPENROUTER"})
        )
        one = HttpClient("gemini", gemini.url, headers={"x-goog-api-key": gemini_server.KEY})
        two = HttpClient("openrouter", openrouter.url, headers={"authorization": f"Bearer {openrouter_server.KEY}"})
        stack.push_async_callback(one.close)
        stack.push_async_callback(two.close)
        providers = (
            Provider(Gemini(one, "gemini-3.5-flash-lite"), Breaker(failures=3, rest=30), ceiling),
            Provider(OpenRouter(two, openrouter_server.MODEL), Breaker(failures=3, rest=30), ceiling),
        )
        limits = Limits(local_reserve=1.0, patience=Patience(least_seconds=0.1), locate_wait=0.5)
        yield HostedModels(gemini, openrouter, FakeLocalEngine(), providers, limits)
