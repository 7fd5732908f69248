"""A steady load of uploads, each at its time whatever became of those before, and what must be true of them after."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp

from tests.support.platform import UPLOAD, Platform
from tests.support.waiting import until

PRICE = 15
"""Lümis for an upload."""
STORY = (
    "credits.held.v1",
    "document.uploaded.v1",
    "document.recognized.v1",
    "document.reconciled.v1",
    "credits.settled.v1",
    "user.tagged.v1",
)
"""The events of an upload that went well."""
_CLIENT_SECONDS = 60


@dataclass(frozen=True)
class Upload:
    """What a client saw: when it began, how long it took (seconds), the status (0: no answer) and what it was told."""

    began: float
    seconds: float
    status: int
    request_id: str
    told: str
    """The code of the error, or what happened to the connection."""


@dataclass
class Load:
    """Uploads of one document by several users in turn, so many a second, through one address."""

    platform: Platform
    url: str
    content: bytes
    per_second: float
    users: Sequence[str]
    keep_alive: float
    """Seconds; less than a gateway goes on for at its end, as with any load balancer."""
    most: int = 1_000_000
    """It ends by itself after so many."""
    uploads: list[Upload] = field(default_factory=list)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Upload until told to stop or all is uploaded, then wait for the answers."""
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=self.keep_alive)
        timeout = aiohttp.ClientTimeout(total=_CLIENT_SECONDS)
        started = time.perf_counter()
        async with (
            aiohttp.ClientSession(self.url, connector=connector, timeout=timeout) as session,
            asyncio.TaskGroup() as tasks,
        ):
            number = 0
            while not self._stop.is_set() and number < self.most:
                tasks.create_task(self._upload(session, self.users[number % len(self.users)]))
                number += 1
                await asyncio.sleep(max(0.0, started + number / self.per_second - time.perf_counter()))

    def stop(self) -> None:
        """Begin no more."""
        self._stop.set()

    async def _upload(self, session: aiohttp.ClientSession, user: str) -> None:
        form = aiohttp.FormData()
        form.add_field("image", self.content, filename="invoice.pdf", content_type="application/pdf")
        began, status, request_id, told = time.perf_counter(), 0, "", ""
        try:
            async with session.post(UPLOAD, data=form, headers=self.platform.headers(user)) as response:
                answer = await response.json()
                status, request_id = response.status, answer["request_id"]
                told = (answer.get("error") or {}).get("code", "")
        except (aiohttp.ClientError, TimeoutError) as error:
            told = repr(error)
        self.uploads.append(Upload(began, time.perf_counter() - began, status, request_id, told))

    @property
    def failed(self) -> list[Upload]:
        """Those that were not answered with 200."""
        return [each for each in self.uploads if each.status != 200]


@dataclass(frozen=True)
class Books:
    """What the databases say after a load, against what its clients were told."""

    lost: int
    """Requests answered with 200 without an invoice, or with an event missing or told twice in their timelines."""
    overcharged: int
    """Lümis that the users paid beyond what was answered with 200; below zero where less."""


async def books_of(load: Load, granted: int) -> Books:
    """Wait until all is settled and told, then compare; `granted` is what each user had before."""
    answered = {each.request_id for each in load.uploads} - {each.request_id for each in load.failed}
    await until(lambda: _all_told(load, answered), 60)
    invoices = load.platform.db["reconciler"]["invoices"].find({"_id": {"$in": list(answered)}}, {"_id": 1})
    kept = {str(invoice["_id"]) async for invoice in invoices}
    left = [await load.platform.balance(user) for user in load.users]
    assert not any(each.held for each in left)
    paid = granted * len(load.users) - sum(each.balance for each in left)
    return Books(lost=len(answered - kept), overcharged=paid - PRICE * len(answered))


async def _all_told(load: Load, answered: set[str]) -> bool:
    """Whether each request's timeline has all of its events, each once."""
    requests = load.platform.db["gateway"]["requests"].find({"_id": {"$in": list(answered)}}, {"timeline": 1})
    told = [Counter(str(entry["type"]) for entry in request["timeline"]) async for request in requests]
    return len(told) == len(answered) and all(each == Counter(STORY) for each in told)
