"""Waiting for something that other processes bring about."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def until(condition: Callable[[], bool | Awaitable[bool]], seconds: float = 15.0) -> None:
    """Return as soon as the condition holds; fail when it does not within `seconds`."""
    end = time.monotonic() + seconds
    while True:
        held = condition()
        if held if isinstance(held, bool) else await held:
            return
        if time.monotonic() > end:
            msg = f"not within {seconds:g} s: {getattr(condition, '__name__', condition)}"
            raise AssertionError(msg)
        await asyncio.sleep(0.02)
