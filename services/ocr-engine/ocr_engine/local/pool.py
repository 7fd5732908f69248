"""Warm child processes with limits: killed when they overrun, replaced when they die, renewed after so many jobs."""

import asyncio
import contextlib
import os
import sys
from dataclasses import dataclass, field

from ocr_engine.local.protocol import HEADER_SIZE, BrokenFrame, Head, pack, unpack_head, unpack_lengths

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
        self._closed = False
        self.peak_memory = 0
        """Most bytes that any child has had resident."""

    async def start(self) -> None:
        """Start every child and wait until it is ready."""
        for child in await asyncio.gather(*(self._spawn() for _ in range(self._size))):
            self._idle.put_nowait(child)

    async def close(self) -> None:
        """End every child now."""
        self._closed = True
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
                child = child or await self._spawn()
                left = max(ends - loop.time(), 0.0)
                answer, body = await child.exchange(pack({**head, "seconds": left}, content))
            self.peak_memory = max(self.peak_memory, int(answer.get("peak", 0)))
            child.jobs += 1
            keep = child if child.jobs < self._limits.jobs else None
            return answer, body
        finally:
            # None in the queue stands for a child yet to be started, so that a place is never lost.
            self._idle.put_nowait(keep)
            if keep is None and child is not None:
                child.process.kill() if child.process.returncode is None else None
                self._all.discard(child.process)

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
