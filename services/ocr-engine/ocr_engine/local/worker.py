"""The child process: limits itself, then answers one job after another. Run as `python -m ocr_engine.local.worker`."""

import contextlib
import os
import resource
import sys
from collections.abc import Callable
from typing import BinaryIO

from ocr_engine.evidence import UnreadableDocument
from ocr_engine.local.protocol import Head, pack, read_frame
from shared.contracts.documents import Unreadable

_OPEN_FILES = 64
_OUT_OF_MEMORY = ("bad_alloc", "Failed to allocate", "memory", "Insufficient")


def main() -> None:
    """Serve jobs from standard input until it ends. Arguments: memory in bytes, CPU seconds per job, models wanted."""
    memory, seconds, models = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "models"
    source, target = _own_streams()
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _limit(resource.RLIMIT_AS, memory)
    # Imported under the limits, because loading the native libraries is the child's first large cost.
    from ocr_engine.local.job import Jobs  # noqa: PLC0415

    jobs = Jobs()
    if models:
        _ = jobs.recognizer
    _fall_silent()
    _send(target, {"ready": True}, b"")
    while (frame := read_frame(source)) is not None:
        _allow(seconds)
        answer, body, fatal = _answer(jobs.do, *frame)
        _send(target, {**answer, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}, body)
        if fatal:
            break


def _answer(do: Callable[[Head, bytes], tuple[Head, bytes]], head: Head, content: bytes) -> tuple[Head, bytes, bool]:
    """The job's answer, and whether this process should end after it."""
    try:
        answer, body = do(head, content)
    except UnreadableDocument as error:
        return {"unreadable": error.reason.value}, b"", False
    except MemoryError:
        return {"unreadable": Unreadable.TOO_COSTLY.value}, b"", True
    except Exception as error:  # noqa: BLE001 - whatever a parser throws at a hostile file is an answer, not an end
        if any(sign in str(error) for sign in _OUT_OF_MEMORY):
            return {"unreadable": Unreadable.TOO_COSTLY.value}, b"", True
        return {"failed": f"{type(error).__name__}"}, b"", False
    return answer, body, False


def _own_streams() -> tuple[BinaryIO, BinaryIO]:
    """Private copies of both pipes: a library that prints must not speak into the protocol."""
    source = os.fdopen(os.dup(0), "rb")
    target = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    return source, target


def _fall_silent() -> None:
    """Print nothing from now on: it could hold a document's text, and the parent listens only to a failing start."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    os.close(null)


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (allowed, allowed))


def _allow(seconds: int) -> None:
    """Raise the soft CPU limit by one job's share; beyond it the kernel ends this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, hard))


def _send(target: BinaryIO, head: Head, body: bytes) -> None:
    target.write(pack(head, body))
    target.flush()


if __name__ == "__main__":
    main()
