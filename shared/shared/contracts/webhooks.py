"""Webhooks: what users may be told of, and the event by which each telling is tried until it succeeds."""

from datetime import datetime
from typing import ClassVar

from shared.contracts.credits import CreditsReleased, CreditsSettled
from shared.contracts.documents import DocumentAbandoned, DocumentReconciled, DocumentUnreadable
from shared.contracts.message import Event
from shared.contracts.tags import UserTagged

ENDED_EVENTS = (DocumentReconciled.NAME, DocumentUnreadable.NAME, DocumentAbandoned.NAME)
"""A request has ended: the webhook shows its result too."""

WEBHOOK_EVENTS = (*ENDED_EVENTS, CreditsSettled.NAME, CreditsReleased.NAME, UserTagged.NAME)
"""What a webhook may ask for."""


class WebhookScheduled(Event):
    """gateway → gateway: the owner of a webhook is to be told of an event of a request of theirs.

    Holds nothing of the request: what is told is read when it is sent.
    """

    NAME: ClassVar[str] = "webhook.scheduled.v1"

    user_id: str
    delivery_id: str
    """The same on every attempt."""
    event_id: str
    """The event's id in the request's timeline."""
    event_type: str
    """One of WEBHOOK_EVENTS."""
    occurred_at: datetime
