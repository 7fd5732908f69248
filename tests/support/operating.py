"""The command `lumis` as a test runs it: in a thread of this process, with settings of its own."""

import asyncio
import contextlib
import io
import json
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import structlog

from lumis_operator.command import run
from lumis_operator.places import OperatorSettings

_SETTINGS = {name.upper() for name in OperatorSettings.model_fields}


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    error: str

    def document(self) -> Any:
        """The JSON document that it printed."""
        return json.loads(self.out)


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with these settings of the command and no others."""
    return {name: value for name, value in os.environ.items() if name not in _SETTINGS} | dict(settings)


@contextlib.contextmanager
def _as_a_process(settings: Mapping[str, str]) -> Iterator[tuple[io.StringIO, io.StringIO]]:
    out, error = io.StringIO(), io.StringIO()
    configured = structlog.get_config()
    # What else runs in this process must not print into the command's answer.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(error),
    ):
        for name in _SETTINGS:
            patch.delenv(name, raising=False)
        for name, value in settings.items():
            patch.setenv(name, value)
        try:
            yield out, error
        finally:
            logging.disable(logging.NOTSET)
            structlog.configure(**configured)


async def lumis(settings: Mapping[str, str], *words: str) -> Ran:
    """Carry out `lumis WORDS` with these settings."""
    with _as_a_process(settings) as (out, error):
        code = await asyncio.to_thread(run, words)
    return Ran(code, out.getvalue(), error.getvalue())
