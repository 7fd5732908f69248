"""Room for bodies: how many bytes of them this process takes in at once, so that uploads together stay bounded."""

from contextlib import AbstractContextManager
from contextvars import ContextVar
from types import TracebackType
from typing import Self

from gateway.metrics import BODY_BYTES, NO_ROOM
from shared.errors import LumisError


class NoRoom(LumisError):
    """Other bodies fill the room just now."""


class Room:
    """Bytes for bodies that are being read, or were read and are not kept elsewhere yet."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._free = size

    def take(self, announced: int | None) -> "Place":
        """A place for a body of so many bytes, at once or not at all; one that announces none may be of any size.

        A body that is larger than all of the room has the room for itself: what is too large is told as it is read.

        Raises:
            NoRoom: there is too little left.
        """
        wanted = min(_UNKNOWN if announced is None else announced, self._size)
        if wanted > self._free:
            NO_ROOM.inc()
            raise NoRoom
        return Place(self, wanted)

    def change(self, used: int) -> None:
        """So many bytes more are used, or fewer."""
        self._free -= used
        BODY_BYTES.inc(used)


_UNKNOWN = 20 * 1024 * 1024
"""Bytes that a body is given which does not announce its size: the largest that a route takes, base64 included."""


class Place(AbstractContextManager["Place"]):
    """A body's place; left at the end of its block at the latest."""

    def __init__(self, room: Room, size: int) -> None:
        self._room = room
        self._size = size

    def __enter__(self) -> Self:
        self._room.change(self._size)
        self._before = _own.set(self)
        return self

    def leave(self) -> None:
        """Give the place back; leaving twice is harmless."""
        self._room.change(-self._size)
        self._size = 0

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()
        _own.reset(self._before)


_own: ContextVar[Place | None] = ContextVar("place", default=None)


def leave_room() -> None:
    """The body of the request in hand is kept elsewhere now: others may have its place while its client waits."""
    if (place := _own.get()) is not None:
        place.leave()
