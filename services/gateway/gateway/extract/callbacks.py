"""The collection `callbacks`: programs that are called, once, when the document that they handed in can be read."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote

import structlog

from gateway.extract.protocol import INTEGRATION_TOKEN
from gateway.metrics import CALLBACK_SECONDS, CALLBACKS_REFUSED
from gateway.post import Busy, Outcome, Post
from shared.addresses import ForbiddenUrl
from shared.contracts.extract import CallbackScheduled
from shared.errors import Unavailable
from shared.mongo import Database, Index, ReturnDocument
from shared.redaction import pseudonym

_log = structlog.get_logger()

_LEASE_MARGIN = 15.0
"""Seconds beyond an exchange's own: the wait for a place at its host, and the database's."""
_LOOK_SECONDS = 0.5

_TEST_ATTEMPTS = 4
"""The first, and one after each of the ladder's steps."""


def callback_url(url: str, document_id: str) -> str:
    """Where a document's call goes: the id ends the path, before a query (`?db=…` names an Odoo database)."""
    path, question, query = url.partition("?")
    return f"{path.removesuffix('/')}/{quote(document_id, safe='')}{question}{query}"


class Callbacks:
    """Plans the calls and makes them: an empty POST each, no redirects, no private address unless `post` allows it."""

    INDEXES = (
        Index("callbacks", (("expires_at", 1),), expire_after_seconds=0),
        Index("callbacks", (("user_id", 1), ("planned_at", 1))),
    )

    def __init__(self, database: Database, post: Post, *, kept_for: timedelta) -> None:
        self._callbacks = database["callbacks"]
        self._post = post
        self._kept_for = kept_for

    async def plan(self, *, request_id: str, user_id: str, url: str, document_id: str) -> None:
        """Keep what is to be called once the request's document can be read; the first plan of a request stands.

        Call it before the document is published. A URL that may not be called costs its sender the call and nothing
        else: it is counted and logged, not kept.
        """
        target = callback_url(url.strip(), document_id)
        try:
            self._post.check(target)
        except ForbiddenUrl as error:
            CALLBACKS_REFUSED.labels(error.reason).inc()
            _log.warning("callback refused", reason=error.reason, user=pseudonym(user_id))
            return
        now = datetime.now(UTC)
        row = {
            "user_id": user_id,
            "document_id": document_id,
            "url": target,
            "planned_at": now,
            "leased_until": now,
            "called_at": None,
            "expires_at": now + self._kept_for,
        }
        await self._callbacks.update_one({"_id": request_id}, {"$setOnInsert": row}, upsert=True)

    async def due(
        self, request_id: str, origin: str, reason: Literal["ready", "failed"] = "ready"
    ) -> list[CallbackScheduled]:
        """The event by which a request's call is made; none where no call is planned, or it was made.

        Publish it once the result can be read. Documents that end by an event of the bus have it published by
        themselves; one that is ready at once (test mode) is the caller's to publish.
        """
        row = await self._callbacks.find_one({"_id": request_id, "called_at": None}, {"user_id": 1, "document_id": 1})
        if row is None:
            return []
        return [
            CallbackScheduled(
                request_id=request_id,
                origin=origin,
                user_id=row["user_id"],
                document_id=row["document_id"],
                reason=reason,
            )
        ]

    async def call(self, event: CallbackScheduled) -> None:
        """Make a request's call, once however often the event comes.

        A process that dies between the receiver's answer and the note of it has the call made again; the receivers
        of this protocol only poll, so that costs them a look.

        Raises:
            Unavailable: it could not be made now; the bus's ladder tries again.
        """
        row = await self._lease(event.request_id)
        if row is None:
            return
        try:
            outcome = await self._post.send(row["user_id"], row["url"], b"", {"User-Agent": "lumis-callbacks/1"})
        except Busy:
            await self._fail(row, "too much is in hand for its host")
            return
        CALLBACK_SECONDS.labels(outcome.kind).observe(outcome.seconds)
        _log.info(
            "callback made",
            place=outcome.place,
            outcome=outcome.kind,
            status=outcome.status,
            ms=outcome.milliseconds,
            reason=event.reason,
        )
        await self._conclude(row, outcome)

    async def erase(self, user_id: str, before: datetime) -> int:
        """Delete the calls that a user planned until then; how many."""
        wanted = {"user_id": user_id, "planned_at": {"$lte": before}}
        return (await self._callbacks.delete_many(wanted)).deleted_count

    async def close(self) -> None:
        """Close every connection."""
        await self._post.close()

    async def _lease(self, request_id: str) -> dict[str, Any] | None:
        """The planned call, for this process alone; None where there is none any more.

        Where another process has it in hand, its end is waited for: it may have died, and then nobody tells.

        Raises:
            Unavailable: others had it in hand all the while.
        """
        lease = timedelta(seconds=self._post.seconds + _LEASE_MARGIN)
        ends = datetime.now(UTC) + 2 * lease
        while (now := datetime.now(UTC)) < ends:
            free = {"_id": request_id, "called_at": None, "leased_until": {"$lte": now}}
            change = {"$set": {"leased_until": now + lease}, "$inc": {"attempts": 1}}
            row = await self._callbacks.find_one_and_update(free, change, return_document=ReturnDocument.AFTER)
            if row is not None or not await self._is_planned(request_id):
                return row
            await asyncio.sleep(_LOOK_SECONDS)
        raise Unavailable("other processes had this call in hand all the while")

    async def _is_planned(self, request_id: str) -> bool:
        return await self._callbacks.find_one({"_id": request_id, "called_at": None}, {"_id": 1}) is not None

    async def _conclude(self, row: dict[str, Any], outcome: Outcome) -> None:
        if outcome.delivered or outcome.kind == "forbidden":  # what is not public now stays so: no try is worth it
            await self._end(row, outcome.kind)
            return
        why = f"answered {outcome.status}" if outcome.status else outcome.kind
        await self._fail(row, f"{outcome.place}: {why}")

    async def _fail(self, row: dict[str, Any], why: str) -> None:
        """Leave the call to the bus's ladder. Anybody may hand test documents in, so their calls are never parked."""
        if row["user_id"] == INTEGRATION_TOKEN and row["attempts"] >= _TEST_ATTEMPTS:
            await self._end(row, "given_up")
            return
        await self._callbacks.update_one({"_id": row["_id"]}, {"$set": {"leased_until": datetime.now(UTC)}})
        raise Unavailable(f"the program that waits for a document was not called ({why})")

    async def _end(self, row: dict[str, Any], outcome: str) -> None:
        done = {"called_at": datetime.now(UTC), "outcome": outcome}
        await self._callbacks.update_one({"_id": row["_id"]}, {"$set": done, "$unset": {"url": ""}})
