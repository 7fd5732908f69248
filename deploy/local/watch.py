"""`make watch`: a real Prometheus beside the Lumis that runs on this machine."""

import os
import signal
import time

from deploy.local.commands import FAILED, OK, WrongUse
from deploy.local.ports import is_free
from deploy.local.prometheus import Prometheus, targets_of
from deploy.local.record import Folder
from deploy.local.rows import Addresses
from deploy.local.servers import ServerFailed, ServerMissing

DEFAULT_PORT = 9090


def watch(folder: Folder) -> int:
    """Start Prometheus on the running Lumis, say where it is, end it on Ctrl-C, SIGTERM, or when Lumis ends.

    Raises:
        WrongUse: Lumis does not run, Prometheus is not installed, or its port is taken.
    """
    record = folder.read()
    if not folder.is_held() or record is None or not record.ready:
        raise WrongUse("there is nothing to watch: start Lumis first (make up)")
    where = Addresses(
        record.mongodb_url,
        record.rabbitmq_url,
        int(record.url.rpartition(":")[2]),
        record.ops_ports,
        broker_metrics_port=record.broker_metrics_port,
    )
    server = Prometheus(folder.path / "prometheus", targets_of(where), port=_port())
    try:
        server.start()
    except (ServerMissing, ServerFailed) as problem:
        raise WrongUse(str(problem)) from None
    print(f"Prometheus watches Lumis at {record.url}: {server.url} (alerts: {server.url}/alerts). Ctrl-C ends it.")
    try:
        return _until_ended(server, folder)
    finally:
        server.stop()


def _port() -> int:
    text = os.environ.get("PROMETHEUS_PORT") or str(DEFAULT_PORT)
    if not text.isdecimal() or not is_free(int(text)):
        raise WrongUse(f"port {text} cannot be used: choose another one with PROMETHEUS_PORT=9091")
    return int(text)


def _until_ended(server: Prometheus, folder: Folder) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while server.alive and folder.is_held():
            time.sleep(0.2)
    except KeyboardInterrupt:
        return OK
    print("Lumis has ended." if server.alive else f"Prometheus has ended:\n{server.last_lines()}")
    return OK if server.alive else FAILED
