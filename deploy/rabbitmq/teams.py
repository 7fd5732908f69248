"""Credentials of a team outside the platform: it reads the events that it was given, and can do nothing else.

The rights are RabbitMQ's own (access control, topic authorisation): configure and write only queues that begin with
`team.<name>.`, read those and `lumis.events`, bind only by the names of its events. So it can publish nothing: neither
events, nor into a service's queue through the default exchange, nor by dead-lettering.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.bus.topology import EXCHANGE
from shared.contracts.topology import EVENTS

_NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")
_SALT_BYTES = 4
_NOTHING = "^$"
_MOST_CONNECTIONS = 20
_MOST_CHANNELS = 100


@dataclass(frozen=True)
class Team:
    """A team and what it may read. `events` are names (`document.reconciled.v1`); None is every event, future ones too.

    `most_bytes` is what each of its queues may hold: beyond it the oldest messages go, so that a reader who stays away
    fills no disk of the platform's.
    """

    name: str
    events: tuple[str, ...] | None
    most_bytes: int = 1024 * 1024 * 1024

    def __post_init__(self) -> None:
        """Check what was given.

        Raises:
            ValueError: the name is not usable, or an event is not one of the platform's.
        """
        if not _NAME.fullmatch(self.name):
            raise ValueError(
                f"{self.name!r} is no team's name: 2 to 31 small letters, digits and hyphens, a letter first"
            )
        known = {row.event.NAME for row in EVENTS}
        if unknown := sorted(set(self.events or ()) - known):
            raise ValueError(f"no such event: {', '.join(unknown)}. There are: {', '.join(sorted(known))}")
        if self.events == ():
            raise ValueError("name at least one event")
        if self.most_bytes <= 0:
            raise ValueError("a queue that may hold nothing is of no use")

    @property
    def user(self) -> str:
        """Its name at the broker; its queues' names begin with it and a dot."""
        return f"team.{self.name}"


def definitions(teams: Iterable[tuple[Team, str]], vhost: str = "/") -> dict[str, Any]:
    """Teams with their passwords as RabbitMQ's definitions, to be imported; again with another password changes it."""
    rows = tuple(teams)
    return {
        "users": [_user(team, password) for team, password in rows],
        "permissions": [{"vhost": vhost, "user": team.user, **_rights(team)} for team, _ in rows],
        "topic_permissions": [
            {"vhost": vhost, "user": team.user, "exchange": EXCHANGE, "write": _NOTHING, "read": _binding_keys(team)}
            for team, _ in rows
        ],
        "policies": [
            {
                "vhost": vhost,
                "name": team.user,
                "pattern": f"^{_own(team)}",
                "apply-to": "queues",
                "priority": 0,
                "definition": {"max-length-bytes": team.most_bytes, "overflow": "drop-head"},
            }
            for team, _ in rows
        ],
    }


def _own(team: Team) -> str:
    return rf"{re.escape(team.user)}\."


def _rights(team: Team) -> dict[str, str]:
    own = f"{_own(team)}.+"
    return {"configure": f"^{own}$", "write": f"^{own}$", "read": f"^({re.escape(EXCHANGE)}|{own})$"}


def _binding_keys(team: Team) -> str:
    if team.events is None:
        return ".*"
    return rf"^({'|'.join(re.escape(name) for name in team.events)})\..+$"


def _user(team: Team, password: str) -> dict[str, Any]:
    return {
        "name": team.user,
        "password_hash": password_hash(password),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": [],
        "limits": {"max-connections": _MOST_CONNECTIONS, "max-channels": _MOST_CHANNELS},
    }


def password_hash(password: str, salt: bytes | None = None) -> str:
    """A password as RabbitMQ keeps it: Base64 of a salt of four bytes and the SHA-256 of salt and password."""
    salt = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
