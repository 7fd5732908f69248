"""What hostile files cost: the processes that open them stay far below their limit, however often they are replaced."""

import asyncio
import contextlib
from pathlib import Path

from ocr_engine.settings import OcrEngineSettings
from tests.e2e.test_one_invoice import BAD_FILES
from tests.support.platform import Platform

MEBIBYTE = 1024 * 1024
LIMIT = OcrEngineSettings.model_fields["local_memory_mb"].default * MEBIBYTE


def peak_of(pid: int) -> int:
    """Most bytes that a process has had resident; 0 where it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


async def test_no_bad_file_makes_a_reading_process_large(platform: Platform) -> None:
    peaks: dict[int, int] = {}

    async def watch() -> None:
        while True:
            for pid in platform.stack.children_of("ocr-engine"):
                peaks[pid] = max(peaks.get(pid, 0), peak_of(pid))
            await asyncio.sleep(0.1)

    watching = asyncio.create_task(watch())
    user = await platform.user(lumis=15 * len(BAD_FILES))
    answers = await asyncio.gather(*(platform.upload(user, make()) for _, make, _ in BAD_FILES))
    await asyncio.sleep(0.3)
    watching.cancel()
    assert [status for status, _ in answers] == [expected for _, _, expected in BAD_FILES]
    assert min(peaks.values()) > 10 * MEBIBYTE, "they were looked at"
    assert max(peaks.values()) < LIMIT / 2
