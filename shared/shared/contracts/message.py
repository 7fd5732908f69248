"""The roots of every contract: a frozen model, an event, a call and a call's answer."""

from datetime import datetime
from typing import Annotated, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints

RequestId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
"""Ties every step of one request together; a UUID that the gateway gives."""

Origin = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""The process that began the request. The last word of each event's routing key, so it holds no dot."""


class Contract(BaseModel):
    """A frozen value that crosses a border. Unknown fields are ignored, so that a newer sender is understood.

    Its validation errors never show the value that was wrong: it may be personal, and errors are logged.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Event(Contract):
    """Something that happened: `subject.past-participle.vN` in NAME."""

    NAME: ClassVar[str]

    request_id: RequestId
    origin: Origin


AnswerT = TypeVar("AnswerT", bound=Contract)


class Call(Contract, Generic[AnswerT]):
    """A question to one service that is answered now: `service.verb-object.vN` in NAME, its model in ANSWER."""

    NAME: ClassVar[str]
    ANSWER: ClassVar[type[Contract]]


class EventRecord(Contract):
    """An event as it stands in a request's timeline."""

    id: str
    type: str
    source: str
    time: datetime
