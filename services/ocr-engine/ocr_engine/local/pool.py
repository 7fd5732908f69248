"""Warm child processes with limits: killed when they overrun, replaced when they die, renewed after so many jobs."""

import asyncio
import contextlib
import os
import sys
from dataclasses import dataclass

import structlog

from ocr_engine.local.protocol import HEADER_SIZE, BrokenFrame, Head, pack, unpack_head, unpack_lengths
from shared.contracts.documents import Unreadable

_log = structlog.get_logger()

_WORKER = "ocr_engine.local.worker"
_START_SECONDS = 60.0
_END_SECONDS = 2.0
"""For a child that failed to start to end by itself, so that its own return code is seen."""
_LONGEST_WORDS = 300
_OUT_OF_MEMORY = ("memory", "bad_alloc", "allocat", "failed to map segment")
"""What Python, the loader and native libraries say, in lower case; a child that the kernel ends says nothing."""
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


class ChildNotStarted(ChildDied):
    """No child could be started, whatever it was to do; the text says why."""


@dataclass
class _Child:
    process: asyncio.subprocess.Process
    jobs: int = 0

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
            ChildNotStarted: there was no child, and none could be started.
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
            with contextlib.suppress(ChildNotStarted):  # whoever comes next tries again
                fresh = await self._spawn()
        finally:
            # None in the queue stands for a child yet to be started, so that a place is never lost.
            self._idle.put_nowait(fresh)

    async def _spawn(self) -> _Child:
        environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
        arguments = [str(self._limits.memory), str(self._limits.cpu_seconds), "models" if self._models else "plain"]
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                _WORKER,
                *arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            raise _not_started(f"{type(error).__name__}: {error.strerror}", None) from error
        self._all.add(process)
        try:
            await _started(process)
        except BaseException:
            await _end(process)
            self._all.discard(process)
            raise
        return _Child(process)


async def _started(process: asyncio.subprocess.Process) -> None:
    """Wait until a child says that it is ready."""
    if process.stdout is None:
        raise ChildNotStarted
    try:
        async with asyncio.timeout(_START_SECONDS):
            await _read(process.stdout)
    except TimeoutError as error:
        raise _not_started(f"not ready after {_START_SECONDS:.0f} s", None) from error
    except (asyncio.IncompleteReadError, BrokenFrame) as error:
        raise _not_started(await _last_words(process), process.returncode) from error


async def _last_words(process: asyncio.subprocess.Process) -> str:
    """The last line that a child wrote before it ended; a child that is ready writes none."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_END_SECONDS):
            await process.wait()
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    said = await process.stderr.read() if process.stderr else b""
    await process.wait()
    lines = said.decode("utf-8", "replace").split("\n")
    return next((line.strip()[:_LONGEST_WORDS] for line in reversed(lines) if line.strip()), "")


def _not_started(reason: str, returncode: int | None) -> ChildNotStarted:
    """The failure, with its reason in the log: what a client is told does not hold it."""
    words = reason or "it ended without a word"
    hints = {}
    if not reason or any(sign in reason.lower() for sign in _OUT_OF_MEMORY):
        hints["hint"] = "LOCAL_MEMORY_MB, or the memory of this machine or container, may be too little"
    _log.error("no reading process could be started", error=words, returncode=returncode, **hints)
    return ChildNotStarted(f"a reading process did not start: {words} (return code {returncode})")


async def _read(reader: asyncio.StreamReader) -> tuple[Head, bytes]:
    head_length, body_length = unpack_lengths(await reader.readexactly(HEADER_SIZE))
    head = unpack_head(await reader.readexactly(head_length))
    return head, await reader.readexactly(body_length)


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()
