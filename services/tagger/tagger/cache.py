"""The catalogue in use: built once per version, looked at for changes every few seconds."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from tagger.catalogue import Catalogue, build_catalogue
from tagger.rows import Rows


class CatalogueCache:
    """Gives the current catalogue; `version` is a cheap read, `load` an expensive one."""

    def __init__(
        self,
        version: Callable[[], Awaitable[int]],
        load: Callable[[], Awaitable[Rows]],
        shorthand: Mapping[str, str],
        *,
        check_seconds: float,
    ) -> None:
        self._version = version
        self._load = load
        self._shorthand = shorthand
        self._check_seconds = check_seconds
        self._checked_at = float("-inf")
        self._catalogue: Catalogue | None = None
        self._turn = asyncio.Lock()

    async def current(self) -> Catalogue:
        """The catalogue, at most `check_seconds` behind the database."""
        if self._catalogue is not None and time.monotonic() - self._checked_at < self._check_seconds:
            return self._catalogue
        async with self._turn:
            version = await self._version()
            if self._catalogue is None or self._catalogue.version != version:
                # Built beside the event loop: a large catalogue takes longer than a heartbeat allows.
                rows = await self._load()
                self._catalogue = await asyncio.to_thread(build_catalogue, rows, self._shorthand, version)
            self._checked_at = time.monotonic()
            return self._catalogue
