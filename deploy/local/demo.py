"""The demonstration: a Lumis with ports and data of its own, one upload and two comprobantes from end to end."""

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from deploy.local.commands import WrongUse, listen_for_signals
from deploy.local.comprobantes import issue, problems_of_issued, show_issued
from deploy.local.journey import travel
from deploy.local.log import Log
from deploy.local.picture import problems_of, show
from deploy.local.ports import free_ports
from deploy.local.processes import processes_of
from deploy.local.record import DATA, ROOT, Folder
from deploy.local.servers import ServerFailed, ServerMissing
from deploy.local.stack import Interrupted, Stack, StartFailed
from lumis_operator.tokens import make_token
from shared.errors import LumisError

SAMPLE = ROOT / "tests" / "data" / "papers" / "demo.jpg"
USER = "demo-user"
GRANTED = 100
LEFT = DATA / "comprobantes"
"""What the demonstration leaves behind."""

ResultT = TypeVar("ResultT")


def demo() -> int:
    """Run the demonstration; 0 when everything came out as expected."""
    console = Console(soft_wrap=True)
    folder = Path(tempfile.mkdtemp(prefix="lumis-demo-"))
    log = Log(colour=False)
    log.quiet = True
    problems = []
    try:
        problems = _demo(console, folder, log)
    finally:
        problems += _remove(folder)
        for problem in problems:
            console.print(f"[red]✗[/red] {problem}", highlight=False)
    if not problems:
        console.print("[green]✓[/green] everything as expected; all processes ended, all other data removed")
    return 1 if problems else 0


def _remove(folder: Path) -> list[str]:
    """Remove the data; says what stayed."""
    try:
        shutil.rmtree(folder)
    except OSError as error:
        return [f"data stayed in {folder}: {error.strerror or type(error).__name__}"]
    return []


def _demo(console: Console, folder: Path, log: Log) -> list[str]:
    """Run it, and end what it started; the problems."""
    secret = Folder(folder).secret()
    try:
        stack = Stack(folder, log, secret=secret, http_port=free_ports(1)[0], inherited=_environment())
    except ServerMissing as missing:
        raise WrongUse(str(missing)) from None
    listen_for_signals(stack)
    log.say_with(lambda text: console.print(f"[dim]{text}[/dim]", highlight=False))
    console.rule("[bold]Lumis: one invoice from end to end")
    try:
        started = time.monotonic()
        stack.start()
        console.print(f"MongoDB, RabbitMQ and six services are ready after {time.monotonic() - started:.1f} s\n")
        token = make_token(secret, USER)
        journey = asyncio.run(_interruptible(travel(stack.where, token, USER, SAMPLE.read_bytes(), GRANTED), stack))
        show(console, journey, SAMPLE.relative_to(ROOT))
        issued = asyncio.run(_interruptible(issue(stack.where.url, token, LEFT), stack))
        show_issued(console, issued, LEFT)
        problems = problems_of(journey, SAMPLE.with_suffix(".json")) + problems_of_issued(issued, LEFT)
    except Interrupted:
        problems = ["interrupted"]
    except (StartFailed, ServerMissing, ServerFailed, LumisError, OSError, TimeoutError) as failure:
        problems = [str(failure) or type(failure).__name__, *log.all_last_lines()]
    finally:
        stack.stopping.set()
        stamps = stack.stamps
        stack.stop()
    if alive := [str(pid) for stamp in stamps for pid in processes_of(stamp)]:
        problems.append(f"processes that did not end: {', '.join(alive)}")
    return problems


def _environment() -> dict[str, str]:
    """The caller's environment without keys and addresses of another Lumis."""
    foreign = {"MONGODB_URL", "RABBITMQ_URL", "JWT_SECRET", "JWT_PUBLIC_KEY", "JWKS_URL", "JWT_AUDIENCE", "JWT_ISSUER"}
    foreign |= {"SUNAT_BASE_URL", "SMTP_HOST", "PUBLIC_URL"}
    return {name: value for name, value in os.environ.items() if name not in foreign}


async def _interruptible(work: Coroutine[None, None, ResultT], stack: Stack) -> ResultT:
    task = asyncio.ensure_future(work)
    while not task.done():
        if stack.stopping.is_set():
            task.cancel()
            await asyncio.wait([task])
            raise Interrupted
        await asyncio.wait([task], timeout=0.2)
    return task.result()
