"""Warm child processes with limits: killed when they overrun, replaced when they die, renewed after so many jobs."""

import asyncio
import contextlib
import os
import sys
from dataclasses import dataclass, field

import structlog

from ocr_engine.local.protocol import HEADER_SIZE, BrokenFrame, Head, pack, unpack_head, unpack_lengths
from shared.contracts.documents import Unreadable

_log = structlog.get_logger()

_START_SECONDS = 60.0
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV", "TMPDIR", "LD_LIBRARY_PATH")
"""A child reads hostile files, so it inherits no key or password of the service."""


@dataclass(frozen=True)
class Limits:
    """What a child may use."""

    memory: int = 2_000_000_000
    """Bytes of address space."""
    cpu_seconds: int = 20
    """Per job."""
    jobs: int = 200
    """Jobs after which a child is renewed, so that no leak grows."""


class ChildDied(Exception):
    """The child ended in the middle of a job: out of processor time, or crashed."""


@dataclass
class _Child:
    process: asyncio.subprocess.Process
    jobs: int = 0
    peak: int = field(default=0)

    async def exchange(self, frame: bytes) -> tuple[Head, bytes]:
        """Send a frame and read the answer."""
        reader, writer = self.process.stdout, self.process.stdin
        if reader is None or writer is None:
            raise ChildDied
        try:
            writer.write(frame)
            await writer.drain()
            return await _read(reader)
        except (asyncio.IncompleteReadError, ConnectionError, BrokenFrame) as error:
            raise ChildDied from error


class Pool:
    """`size` children that take one job each at a time."""

    def __init__(self, size: int, limits: Limits, *, models: bool) -> None:
        """`models`: load the neural models at the start, so that the first job does not wait for them."""
        self._size, self._limits, self._models = size, limits, models
        self._idle: asyncio.Queue[_Child | None] = asyncio.Queue()
        self._all: set[asyncio.subprocess.Process] = set()
        self._replacing: set[asyncio.Task[None]] = set()
        self.peak_memory = 0
        """Most bytes that any child has had resident."""

    async def start(self) -> None:
        """Start every child and wait until it is ready."""
        for child in await asyncio.gather(*(self._spawn() for _ in range(self._size))):
            self._idle.put_nowait(child)

    async def close(self) -> None:
        """End every child now."""
        for task in self._replacing:
            task.cancel()
        await asyncio.gather(*self._replacing, return_exceptions=True)
        for process in list(self._all):
            await _end(process)
        self._all.clear()

    async def run(self, head: Head, content: bytes, seconds: float) -> tuple[Head, bytes]:
        """One job; waiting for a free child counts.

        Raises:
            TimeoutError: `seconds` passed; the child at work was killed.
            ChildDied: the child ended by itself.
        """
        loop = asyncio.get_running_loop()
        ends = loop.time() + seconds
        async with asyncio.timeout_at(ends):
            child = await self._idle.get()
        keep: _Child | None = None
        try:
            async with asyncio.timeout_at(ends):
                child = await self._living(child)
                left = max(ends - loop.time(), 0.0)
                answer, body = await child.exchange(pack({**head, "seconds": left}, content))
            self.peak_memory = max(self.peak_memory, int(answer.get("peak", 0)))
            child.jobs += 1
            # A child that ran out of memory ends after its answer.
            is_ending = child.jobs >= self._limits.jobs or answer.get("unreadable") == Unreadable.TOO_COSTLY
            keep = None if is_ending else child
            return answer, body
        finally:
            if keep is not None:
                self._idle.put_nowait(keep)
            else:
                self._replace(child)

    async def _living(self, child: _Child | None) -> _Child:
        """The child, or another where it ended while nobody used it, or could not be started before."""
        if child is not None and child.process.returncode is None:
            return child
        if child is not None:
            self._all.discard(child.process)
        return await self._spawn()

    def _replace(self, child: _Child | None) -> None:
        """End a child and warm another in its place at once, in nobody's time."""
        if child is not None:
            with contextlib.suppress(ProcessLookupError):
                child.process.kill()
            self._all.discard(child.process)
        task = asyncio.create_task(self._warm())
        self._replacing.add(task)
        task.add_done_callback(self._replacing.discard)

    async def _warm(self) -> None:
        fresh: _Child | None = None
        try:
            fresh = await self._spawn()
        except (ChildDied, OSError) as error:  # whoever comes next tries again
            _log.warning("no reading process could be started", error=type(error).__name__)
        finally:
            # None in the queue stands for a child yet to be started, so that a place is never lost.
            self._idle.put_nowait(fresh)

    async def _spawn(self) -> _Child:
        environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
        arguments = [str(self._limits.memory), str(self._limits.cpu_seconds), "models" if self._models else "plain"]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "ocr_engine.local.worker",
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        self._all.add(process)
        try:
            if process.stdout is None:
                raise ChildDied
            async with asyncio.timeout(_START_SECONDS):
                await _read(process.stdout)
        except (asyncio.IncompleteReadError, BrokenFrame, TimeoutError) as error:
            await _end(process)
            self._all.discard(process)
            raise ChildDied("a reading process did not start") from error
        except asyncio.CancelledError:
            await _end(process)
            self._all.discard(process)
            raise
        return _Child(process)


async def _read(reader: asyncio.StreamReader) -> tuple[Head, bytes]:
    head_length, body_length = unpack_lengths(await reader.readexactly(HEADER_SIZE))
    head = unpack_head(await reader.readexactly(head_length))
    return head, await reader.readexactly(body_length)


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()
