"""A program that speaks the Extract API to a running gateway."""

import asyncio
import base64
import io
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.support.platform import Platform
from tests.support.waiting import until

TEST_TOKEN = "integration_token"


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def rotated_scan(pdf: bytes, degrees: int, page: int = 0, scale: float = 2.0) -> bytes:
    """A page as a scanner gives it that took the sheet the wrong way round; PNG."""
    import pypdfium2  # noqa: PLC0415 - only tests of scans need it

    with pypdfium2.PdfDocument(pdf) as document:
        picture = document[page].render(scale=scale).to_pil().rotate(-degrees, expand=True)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@dataclass(frozen=True)
class Client:
    """Calls one kind of document on one generation of routes."""

    platform: Platform
    token: str = TEST_TOKEN
    kind: str = "invoice"
    generation: str = "1"
    version: int | None = 122

    def path(self, operation: str) -> str:
        if self.generation == "iap":
            return f"/iap/{self.kind}_extract/{operation}"
        return f"/api/extract/{self.kind}/{self.generation}/{operation}"

    async def answer(self, operation: str, params: Any, identity: Any = 0) -> dict[str, Any]:
        """The whole answer to a call."""
        body = {"jsonrpc": "2.0", "method": "call", "params": params, "id": identity}
        limit = aiohttp.ClientTimeout(total=15)  # as Odoo's own client
        async with self.platform.client.post(self.path(operation), json=body, timeout=limit) as response:
            assert response.status == 200, await response.text()
            return dict(await response.json())

    async def call(self, operation: str, /, **params: Any) -> dict[str, Any]:
        """The `result` of a call."""
        version = {} if self.version is None else {"version": self.version}
        answer = await self.answer(operation, {**version, **params})
        assert "error" not in answer
        return dict(answer["result"])

    async def parse(self, *contents: bytes, **params: Any) -> dict[str, Any]:
        """Hand documents in."""
        documents = [encoded(content) for content in contents]
        return await self.call("parse", account_token=self.token, documents=documents, **params)

    async def handed_in(self, *contents: bytes, **params: Any) -> str:
        """Hand documents in; the uuid or token."""
        taken = await self.parse(*contents, **params)
        assert taken["status"] == "success", taken
        return str(taken.get("document_uuid") or taken["document_token"])

    async def get(self, document: Any) -> dict[str, Any]:
        """How a document stands."""
        if self.generation == "2":
            return await self.call("get_result", document_token=document, account_token=self.token)
        return await self.call("get_result", document_uuid=document)

    async def ended(self, document: Any, seconds: float = 60, pause: float = 0) -> dict[str, Any]:
        """A document once it is no longer processed; `pause` seconds between two looks."""
        found: dict[str, Any] = {}

        async def has_ended() -> bool:
            await asyncio.sleep(pause)
            found.update(await self.get(document))
            return bool(found["status"] != "processing")

        await until(has_ended, seconds)
        return found

    async def read(self, *contents: bytes, **params: Any) -> dict[str, Any]:
        """The one object of a document's results."""
        ended = await self.ended(await self.handed_in(*contents, **params))
        assert ended["status"] == "success", ended
        (result,) = ended["results"]
        return dict(result)


async def account(platform: Platform, lumis: int, **options: Any) -> tuple[str, Client]:
    """A new user with so many credits, and a client that pays with them."""
    user = await platform.user(lumis)
    return user, Client(platform, token=await issue(platform, user), **options)


async def issue(platform: Platform, user: str) -> str:
    """A new account token of a user."""
    path = f"/api/v4/admin/users/{user}/extract-tokens"
    headers = platform.headers("boss", "admin")
    async with platform.client.post(path, json={"name": "tests"}, headers=headers) as response:
        assert response.status == 200, await response.text()
        return str((await response.json())["data"]["token"])


def content(result: dict[str, Any], feature: str) -> Any:
    """What a feature says."""
    return result[feature]["selected_value"]["content"]
