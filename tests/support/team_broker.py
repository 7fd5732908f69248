"""A private broker that can be administered, and programs that a page of the documentation shows."""

import asyncio
import os
import re
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

from deploy.local.ports import LOOPBACK
from deploy.local.rabbitmq import RabbitMQ, rabbitmq_script

_SECONDS = 60


class ManagedRabbitMQ(RabbitMQ):
    """A node whose `rabbitmqctl` can be used."""

    def control(self, *arguments: str) -> str:
        """What `rabbitmqctl` prints."""
        command = [str(rabbitmq_script().with_name("rabbitmqctl")), "--quiet", *arguments]
        done = subprocess.run(  # noqa: S603 - the broker's own program
            command, check=False, capture_output=True, text=True, env=self._environment(), timeout=_SECONDS
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def url_of(self, user: str, password: str) -> str:
        """The address for a user of its own."""
        return f"amqp://{quote(user)}:{quote(password, safe='')}@{LOOPBACK}:{self.port}/"


def shown_program(page: Path, name: str, folder: Path) -> Path:
    """The program that a page shows under this name, as a file in a folder."""
    found = re.search(
        rf"<!-- test: {re.escape(name)} -->\n```\w+\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert found, f"{page.name} shows no {name}"
    (folder / name).write_text(found[1], encoding="utf-8")
    return folder / name


class Running:
    """A program that runs, and the lines that it has printed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.lines: list[str] = []
        self.process = process

    async def read(self) -> None:
        """Take its lines until it ends."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.lines.append(line.decode(errors="replace").strip())


@asynccontextmanager
async def running_program(*command: str, cwd: Path, environment: Mapping[str, str]) -> AsyncIterator[Running]:
    """Run a program until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    program = Running(process)
    reading = asyncio.create_task(program.read())
    try:
        yield program
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading
