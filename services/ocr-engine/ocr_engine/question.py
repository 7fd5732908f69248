"""What a model is asked and what comes back: an answer, or a failure that says what to do next."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Protocol, Self

from ocr_engine.prompts import Prompt
from ocr_engine.schemas.shape import DocumentSchema
from shared.errors import LumisError

ProviderName = Literal["gemini", "openrouter"]

Tokens = tuple[int | None, int | None]
"""(read, written), as billed; None where the provider did not say."""


@dataclass(frozen=True)
class Part:
    """A piece of the document as it is sent: a whole PDF, or one page as JPEG."""

    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Options:
    """What a client asked of the hosted models; `plugins` and `annotations` are OpenRouter's and passed on as given."""

    model: str | None = None
    """`vendor/model` as OpenRouter names it; `google/…` is asked of Gemini itself first."""
    filename: str = "invoice.pdf"
    plugins: tuple[Any, ...] = field(default=(), repr=False)
    annotations: tuple[Any, ...] = field(default=(), repr=False)
    """What OpenRouter gave back when it parsed the same PDF before."""

    @property
    def for_openrouter(self) -> bool:
        """Whether something is asked that only OpenRouter knows."""
        return bool(self.plugins or self.annotations)


@dataclass(frozen=True)
class Question:
    """A document and what is to be read off it. `most_tokens` limits the answer."""

    prompt: Prompt
    schema: DocumentSchema
    parts: tuple[Part, ...]
    most_tokens: int
    options: Options = field(default_factory=Options)


@dataclass(frozen=True)
class ModelAnswer:
    """A model's whole answer as text; the model's name as the provider gave it."""

    text: str = field(repr=False)
    model: str
    tokens: Tokens = (None, None)
    annotations: bytes | None = field(default=None, repr=False)
    """What OpenRouter parsed of a PDF, as JSON, to be handed in with the same PDF again."""
    cost: Decimal | None = None
    """US dollars, where the provider says what it charged."""


class Again(StrEnum):
    """Whether the same provider is worth another try for this document."""

    NO = "no"
    SOON = "soon"
    """Once more after a short pause."""
    LONGER = "longer"
    """Once more with room for a longer answer."""


@dataclass(eq=False)
class ProviderFailed(LumisError):
    """A provider gave no usable answer.

    `code` is short and holds nothing of the document. `rest` opens the breaker for that many seconds at once;
    `off` switches the provider off for good, with the reason; `blames_document` leaves the breaker as it is, because
    another document may do better.
    """

    code: str
    again: Again = Again.NO
    rest: float | None = None
    off: str | None = None
    blames_document: bool = False
    tokens: Tokens = (None, None)

    def __str__(self) -> str:
        return self.code


class Model(Protocol):
    """A hosted model."""

    @property
    def name(self) -> ProviderName:
        """The provider."""
        ...

    @property
    def model(self) -> str:
        """The model that is asked for."""
        ...

    @property
    def reads_pdf(self) -> bool:
        """True where a PDF can be sent as it is; else its pages are rendered."""
        ...

    def named(self, model: str) -> Self | None:
        """Another model of the same provider; None where it has none of that name."""
        ...

    async def ask(self, question: Question, budget: float) -> ModelAnswer:
        """Ask once, within `budget` seconds.

        Raises:
            ProviderFailed: no usable answer.
        """
        ...
