"""What the commands of the runner do; `status`, `token` and `parked` are those of the command `lumis`."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from types import FrameType

from deploy.local.log import Log
from deploy.local.ports import is_free
from deploy.local.record import ROOT, AlreadyRunning, Folder, Record, end_leftovers
from deploy.local.rows import Addresses
from deploy.local.servers import ServerFailed, ServerMissing
from deploy.local.stack import Interrupted, Stack, StartFailed
from lumis_operator import command
from lumis_operator.tokens import make_token

DEFAULT_PORT = 8080
OK, FAILED, NOT_RUNNING = 0, 1, 3
_DOWN_SECONDS = 60.0
_SAMPLE = "tests/data/papers/demo.jpg"


class WrongUse(Exception):
    """The command cannot be carried out as given; the message says what to change."""


def http_port() -> int:
    """The gateway's port: PORT, else 8080.

    Raises:
        WrongUse: PORT is no port number, or another program listens there.
    """
    text = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not text.isdecimal() or not 0 < int(text) < 65536:  # noqa: PLR2004 - TCP's limit
        raise WrongUse(f"PORT must be a number between 1 and 65535, not {text!r}")
    if not is_free(int(text)):
        raise WrongUse(f"port {text} is taken by another program: choose another one with PORT=8081")
    return int(text)


def run(folder: Folder) -> int:
    """Start everything, print one log, end it all on Ctrl-C, SIGTERM or when a part ends."""
    log = Log()
    try:
        with folder.held() as left:
            if left:
                log.say(f"ended {len(left)} processes that an earlier run left behind")
            return _run(folder, log)
    except AlreadyRunning:
        record = folder.read()
        at = f" at {record.url} (process {record.pid})" if record else ""
        raise WrongUse(f"Lumis is running already{at}: end it with `make down` or Ctrl-C in its terminal") from None


def _run(folder: Folder, log: Log) -> int:
    port = http_port()
    try:
        stack = Stack(folder.path, log, secret=folder.secret(), http_port=port, inherited=os.environ)
    except ServerMissing as missing:
        raise WrongUse(str(missing)) from None
    log.on_closed = stack.stopping.set
    listen_for_signals(stack)
    started = time.monotonic()
    record = _record_of(stack.where)
    folder.write(record)
    try:
        stack.start(on_spawned=lambda: folder.write(replace(record, stamps=stack.stamps)))
        folder.write(replace(record, stamps=stack.stamps, ready=True))
        log.say(f"ready after {time.monotonic() - started:.1f} s\n{welcome(folder, stack.where)}")
        problem = stack.watch()
    except Interrupted:
        problem = None
    except (StartFailed, ServerMissing, ServerFailed) as failure:
        problem = str(failure)
    finally:
        log.say("stopping (Ctrl-C again: at once)")
        stack.stop()
    log.say(problem or "stopped")
    return FAILED if problem else OK


def _record_of(where: Addresses) -> Record:
    return Record(
        os.getpid(),
        where.url,
        where.mongodb_url,
        where.rabbitmq_url,
        where.ops_ports,
        broker_metrics_port=where.broker_metrics_port,
    )


def listen_for_signals(stack: Stack) -> None:
    """The first SIGINT, SIGTERM or SIGHUP ends the stack in order, the second at once."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        (stack.hurry if stack.stopping.is_set() else stack.stopping).set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask)


def welcome(folder: Folder, where: Addresses) -> str:
    """The address, a token and a line to try."""
    lines = ["", f"Lumis is at {where.url}"]
    if secret := signing_secret(folder):
        token = make_token(secret, "demo-user")
        upload = f'-F "image=@{_SAMPLE}" {where.url}/api/v4/invoices/upload-ocr'
        lines += [
            "give a user Lümis:  make token USER=demo-user LUMIS=100",
            f"token of demo-user: {token}",
            f'try: curl -H "Authorization: Bearer {token}" {upload}',
        ]
    return "\n".join([*lines, ""])


def signing_secret(folder: Folder) -> str | None:
    """What signs development tokens; None where the environment names keys that only others can sign with."""
    if os.environ.get("JWT_PUBLIC_KEY") or os.environ.get("JWKS_URL"):
        return None
    return os.environ.get("JWT_SECRET") or folder.secret()


def up(folder: Folder) -> int:
    """Start everything in the background; returns when all are ready."""
    if folder.is_held():
        record = folder.read()
        print(f"Lumis is running already{f' at {record.url}' if record else ''}.")
        return OK
    http_port()
    folder.path.mkdir(parents=True, exist_ok=True)
    log = folder.path / "lumis.log"
    with log.open("wb") as output:
        runner = subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "run"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    print(f"starting Lumis, its log is {log}", flush=True)
    try:
        return _wait_until_up(folder, runner)
    except KeyboardInterrupt:
        runner.terminate()
        runner.wait()
        return FAILED


def _wait_until_up(folder: Folder, runner: "subprocess.Popen[bytes]") -> int:
    while runner.poll() is None:
        record = folder.read()
        if record is not None and record.pid == runner.pid and record.ready:
            where = Addresses(record.mongodb_url, record.rabbitmq_url, int(record.url.rpartition(":")[2]), {})
            print(welcome(folder, where))
            runner.returncode = 0  # it goes on without us, and Popen must not complain of that
            return OK
        time.sleep(0.1)
    lines = (folder.path / "lumis.log").read_text(errors="replace").splitlines()[-40:]
    print("\n".join(["Lumis did not start:", *lines]), file=sys.stderr)
    return FAILED


def down(folder: Folder) -> int:
    """End what `up` or `run` started."""
    record = folder.read()
    if not folder.is_held() or record is None:
        left = end_leftovers(record)
        print("Lumis is not running." + (f" Ended {len(left)} processes of a dead run." if left else ""))
        return OK
    os.kill(record.pid, signal.SIGTERM)
    deadline = time.monotonic() + _DOWN_SECONDS
    while folder.is_held():
        if time.monotonic() > deadline:
            os.kill(record.pid, signal.SIGKILL)
            end_leftovers(folder.read())
            break
        time.sleep(0.1)
    print("Lumis is stopped.")
    return OK


def status(folder: Folder) -> int:
    """Say what runs; 0 when all is ready, 3 when nothing runs."""
    record = folder.read()
    if not folder.is_held() or record is None:
        print("Lumis is not running.")
        return NOT_RUNNING
    print(f"Lumis at {record.url} (process {record.pid})", flush=True)
    return operator(folder, "status")


def token(folder: Folder, user: str, scope: str, lumis: int) -> int:
    """Print a development token; with `lumis`, grant the user as many first."""
    if secret := signing_secret(folder):
        os.environ.setdefault("JWT_SECRET", secret)
    return operator(folder, "token", user, "--scope", scope, "--lumis", str(lumis))


def parked(folder: Folder, arguments: Sequence[str]) -> int:
    """Work on the parked messages of RABBITMQ_URL, else of the running Lumis."""
    return operator(folder, "parked", *(arguments or ["list"]))


def operator(folder: Folder, *words: str) -> int:
    """The command `lumis` on the Lumis of this folder, where one runs and the environment names no other."""
    os.environ.setdefault("LUMIS_DATA", str(folder.path))
    return command.run(words)


def remove(folder: Folder) -> int:
    """Delete a stopped run's data."""
    if folder.is_held():
        raise WrongUse("Lumis is running: end it first (make down)")
    shutil.rmtree(folder.path, ignore_errors=True)
    return OK
