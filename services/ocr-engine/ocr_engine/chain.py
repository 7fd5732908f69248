"""The chain: hosted models in order, the local engine last; the first plausible reading wins, else the best one."""

import asyncio
import time
from dataclasses import dataclass, field, replace
from typing import Literal

import structlog

from ocr_engine.attempts import Attempts, Patience, Provider
from ocr_engine.budget import Deadline
from ocr_engine.engine import Document, Local, Seen, WordSearch
from ocr_engine.evidence import Evidence, UnreadableDocument, Word
from ocr_engine.lines import text_of
from ocr_engine.local.signature import picture_side
from ocr_engine.location import locate
from ocr_engine.prompts import prompt_for
from ocr_engine.question import Options, Part, Question
from ocr_engine.schemas import SCHEMAS
from ocr_engine.schemas.shape import DocumentSchema, narrowed
from ocr_engine.sender import heed
from ocr_engine.validation import plausible, validate
from shared import telemetry
from shared.contracts.documents import Unreadable
from shared.contracts.reading import Attempt, Reading

_log = structlog.get_logger()
_NOTHING_FOUND = (0, 0.0)
_PAGES_LEFT_OUT = "PAGES_LEFT_OUT"
"""The local engine's word for it."""
_OPENROUTER = "openrouter"
_PDF = "application/pdf"
_JPEG = "image/jpeg"


@dataclass(frozen=True)
class Limits:
    """How the time and the pages of one document are shared out. Seconds."""

    local_reserve: float = 8.0
    """Kept back from the hosted models, so that the local engine can still answer."""
    look_seconds: float = 4.0
    """Longest first look: documents wait for it in one line, and a hosted model can read without it."""
    locate_values: bool = True
    """Look for the places of a model's values in pictures, by OCR beside the model's work."""
    locate_at_once: int = 1
    """Documents for which that OCR runs at a time; others go without places, so that the engine can read."""
    locate_wait: float = 3.0
    """Longest wait for those words once the reading is there."""
    text_wait: float = 20.0
    """Likewise for a schema whose answers show the text, which comes of the same words."""
    most_pages: int = 100
    """Of a PDF under a schema that limits them."""
    pages_to_models: int = 10
    """A PDF with more pages is not sent whole: its first pages are, as pictures."""
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True)
class Result:
    """A reading, or why there is none; and every try."""

    reading: Reading | None
    unreadable: Unreadable | None
    attempts: tuple[Attempt, ...]
    annotations: bytes | None = None
    """What OpenRouter parsed of the document for this reading, as JSON."""
    text: str = ""
    """All of the document's text that was seen."""
    words: tuple[Word, ...] = ()
    """The words of it with their places, as far as they are known."""
    words_from: Literal["text", "ocr"] = "ocr"
    """What the words come from: a PDF's own text, or recognition."""


class Chain:
    """Reads documents. The hosted models come in order of preference; none at all is fine."""

    def __init__(self, providers: tuple[Provider, ...], local: Local, limits: Limits) -> None:
        self._providers = providers
        self._local = local
        self._limits = limits
        self._search = WordSearch(local, limits.locate_at_once)

    async def read(self, document: Document, deadline: Deadline) -> Result:
        """Read a document before the deadline.

        The document's own faults end it at once; a provider's fault passes it on to the next.
        """
        run = _Run(document, deadline, self._local, self._limits, self._search)
        try:
            await run.look()
            rows = asked_for(self._providers, document.options)
            reading = await run.by_models(rows) or await run.by_local_engine()
        except UnreadableDocument as error:
            return run.gave_up(error.reason)
        except TimeoutError:
            return run.gave_up(Unreadable.OUT_OF_TIME)
        return run.done(reading)

    async def close(self) -> None:
        """Stop what still runs for documents that were answered."""
        await self._search.close()


def asked_for(providers: tuple[Provider, ...], options: Options) -> tuple[Provider, ...]:
    """The rows in the order in which they are asked: the model that the client named, then the usual ones.

    What only OpenRouter knows is asked of it first.
    """
    named = [row.for_model(options.model) for row in providers] if options.model else []
    rows = dict.fromkeys((*(row for row in named if row), *providers))
    return tuple(sorted(rows, key=lambda row: options.for_openrouter and row.name != _OPENROUTER))


class _Run:
    """The state of one document on its way through the chain."""

    def __init__(
        self, document: Document, deadline: Deadline, local: Local, limits: Limits, search: WordSearch
    ) -> None:
        self._document = document
        schema, retry = SCHEMAS[document.schema_name], document.retry
        self._schema = narrowed(schema, retry.searched) if retry else schema
        self._deadline = deadline
        self._local = local
        self._limits = limits
        self._search = search
        self._attempts = Attempts(limits.patience)
        self._words: asyncio.Task[tuple[Word, ...]] | None = None
        self._pages: tuple[Part, ...] | None = None
        self._best: Reading | None = None
        self._annotations: bytes | None = None
        self._seen: Seen | None = None
        self._words_from: Literal["text", "ocr"] = "ocr"
        self._evidence = Evidence(pages=1, pages_read=1)

    async def look(self) -> None:
        """The cheap look; one that takes too long is done without.

        Raises:
            UnreadableDocument: the document itself is at fault, or of a size that the schema refuses.
        """
        document, schema = self._document, self._schema
        side = picture_side(document.content)
        if side is not None and 0 < side < schema.least_side:
            raise UnreadableDocument(Unreadable.TOO_SMALL)
        try:
            with telemetry.span("inspect document"):
                seconds = min(self._deadline.remaining(), self._limits.look_seconds)
                self._evidence = await self._local.inspect(document.content, document.content_type, seconds)
                self._words_from = "text" if self._evidence.words else "ocr"
        except UnreadableDocument as error:
            if error.reason.documents_fault:
                raise
            _log.warning("document not inspected", reason=error.reason.value)
        except TimeoutError:
            _log.warning("document not inspected", reason="timeout")
        if schema.limits_pages and self._evidence.pages > self._limits.most_pages:
            raise UnreadableDocument(Unreadable.TOO_MANY_PAGES)

    async def by_models(self, providers: tuple[Provider, ...]) -> Reading | None:
        """The first plausible reading of a hosted model, its values located."""
        for provider in providers:
            deadline = self._deadline.share(provider.ceiling, self._limits.local_reserve)
            if not self._attempts.may_ask(provider, deadline):
                continue
            question = await self._question(provider, deadline)
            if question is None:
                self._attempts.pass_over(provider, "not_rendered")
                continue
            self._look_for_words()
            reading = await self._attempts.ask(provider, question, deadline)
            if reading is None:
                continue
            self._annotations = self._attempts.annotations or self._annotations
            if self._keep(await self._checked(reading, question)):
                return await self._located(self._best)
            self._attempts.call_implausible()
        return None

    async def by_local_engine(self) -> Reading | None:
        """The local engine's reading, or a model's where that holds more; None where there is neither.

        Raises:
            UnreadableDocument: the document cannot be read, and no model read it either.
            TimeoutError: likewise, by lack of time.
        """
        started, outcome = time.monotonic(), "cancelled"
        document, seconds = self._document, self._deadline.remaining()
        with telemetry.span("provider local") as span:
            try:
                self._seen = await self._local.read_with_text(document, seconds)
                outcome = "ok" if self._keep(self._seen.reading) else "implausible"
            except (UnreadableDocument, TimeoutError) as error:
                outcome = error.reason.value if isinstance(error, UnreadableDocument) else "timeout"
                if self._best is None:
                    raise
            except Exception:  # noqa: BLE001 - the last of the chain: whatever it is, an answer must go out
                _log.exception("local engine failed")
                outcome = "failed"
            finally:
                self._attempts.record_local(outcome, time.monotonic() - started, span)
        return await self._located(self._best) if self._best is not None else None

    def done(self, reading: Reading | None) -> Result:
        """The end of the chain."""
        if reading is None:
            return self.gave_up(Unreadable.OUT_OF_TIME if self._deadline.passed else Unreadable.PROVIDERS_FAILED)
        warnings = tuple(dict.fromkeys((*self._evidence.warnings, *reading.warnings)))
        update = {"attempts": tuple(self._attempts.made), "warnings": warnings}
        annotations = self._annotations if reading.provider == _OPENROUTER else None
        seen = self._seen or Seen(reading)
        return Result(
            reading=reading.model_copy(update=update),
            unreadable=None,
            attempts=tuple(self._attempts.made),
            annotations=annotations,
            text=seen.text or self._evidence.text,
            words=seen.words or self._evidence.words,
            words_from=self._words_from,
        )

    def gave_up(self, reason: Unreadable) -> Result:
        """No reading."""
        return Result(None, reason, tuple(self._attempts.made))

    def _keep(self, reading: Reading) -> bool:
        """Remember the reading if it is the best so far; True where what it says is possible, so the chain may end."""
        rank = _rank(reading, self._schema)
        fine = plausible(reading, self._known_ruc()) and rank > _NOTHING_FOUND
        if fine or self._best is None or rank > _rank(self._best, self._schema):
            self._best = reading
        return fine

    def _known_ruc(self) -> str | None:
        """The RUC that a retry does not look for, so that a DV of another one is not believed."""
        retry = self._document.retry
        return retry.previous.ruc if retry and retry.previous and "ruc" not in retry.searched else None

    async def _checked(self, reading: Reading, question: Question) -> Reading:
        """A model's reading against the evidence; QR, CUFE and XML win over what a model says.

        Sums that do not hold may be explained by a printed tip or discount, so what OCR has seen meanwhile is asked.
        """
        pages = self._evidence.pages
        shown = pages if question.parts[0].content_type == _PDF else min(pages, len(question.parts))
        warnings = (*reading.warnings, _PAGES_LEFT_OUT) if shown < pages else reading.warnings
        reading = reading.model_copy(update={"pages": pages, "pages_read": shown, "warnings": warnings})
        checked = validate(reading, self._evidence)
        if plausible(checked) or self._evidence.text:
            return checked
        words = await self._words_within(self._deadline.share(self._limits.locate_wait, self._limits.local_reserve))
        if not words:
            return checked
        self._evidence = replace(self._evidence, words=words, text=text_of(words))
        return validate(reading, self._evidence)

    def _look_for_words(self) -> None:
        """Begin OCR for the places of values, where there is no text layer to find them in."""
        wanted = self._limits.locate_values and self._schema.places
        if wanted and not self._evidence.words and self._words is None:
            seconds = self._deadline.remaining()
            self._words = self._search.begin(self._document, seconds, wanted=self._schema.shows_text)

    async def _words_within(self, deadline: Deadline) -> tuple[Word, ...]:
        """The words, none where they are not there in time: a place is a nicety."""
        if self._evidence.words or self._words is None:
            return self._evidence.words
        await asyncio.wait({self._words}, timeout=deadline.remaining())
        if not self._words.done() or self._words.cancelled() or self._words.exception() is not None:
            return ()
        return self._words.result()

    async def _located(self, reading: Reading | None) -> Reading | None:
        """The reading with the places of its values, as far as words are there in time."""
        if reading is None or reading.provider == "local":
            return reading
        wait = self._limits.text_wait if self._schema.shows_text else self._limits.locate_wait
        words = await self._words_within(self._deadline.share(wait))
        if words:
            self._evidence = replace(self._evidence, words=words, text=self._evidence.text or text_of(words))
        return locate(await self._heeded(reading), words)

    async def _heeded(self, reading: Reading) -> Reading:
        """A model's reading with what the sender says of themselves, as far as the paper's text bears it out."""
        text, infos = self._evidence.text, self._document.infos
        orders: tuple[str, ...] | None = None
        if infos and infos.purchase_order_regex:
            searched = text or "\n".join(row["number"].value or "" for row in reading.tables.get("purchase_orders", ()))
            try:
                seconds = min(self._deadline.remaining(), self._limits.look_seconds)
                orders = await self._local.search(infos.purchase_order_regex, searched, seconds)
            except TimeoutError:
                _log.warning("no process was free for the sender's pattern")
        return heed(reading, infos, text, orders)

    async def _question(self, provider: Provider, deadline: Deadline) -> Question | None:
        options = self._document.options
        parsed_there = provider.name == _OPENROUTER and options.for_openrouter
        parts = await self._parts(deadline, whole_pdf=provider.model.reads_pdf or parsed_there)
        if not parts:
            return None
        return Question(
            prompt=prompt_for(self._schema, self._document.mode, self._document.retry, self._document.infos),
            schema=self._schema,
            parts=parts,
            most_tokens=self._limits.patience.most_tokens,
            options=options,
        )

    async def _parts(self, deadline: Deadline, *, whole_pdf: bool) -> tuple[Part, ...]:
        """The document as it is sent: pictures always rendered anew, which takes their metadata off."""
        document, limit = self._document, self._limits.pages_to_models
        whole = self._schema.most_pages or limit
        if whole_pdf and document.content_type == _PDF and self._evidence.pages <= whole:
            return (Part(_PDF, document.content),)
        if self._pages is None:
            try:
                pages = await self._local.render(
                    document.content, document.content_type, deadline.remaining(), max_pages=min(whole, 2 * limit)
                )
            except (TimeoutError, UnreadableDocument):
                return ()
            self._pages = tuple(Part(_JPEG, page) for page in pages)
        return self._pages


def _rank(reading: Reading, schema: DocumentSchema) -> tuple[int, float]:
    """How much was found of what is mandatory and asked for, then how sure it is."""
    found = [reading.fields[key].confidence for key in schema.mandatory if reading.value(key)]
    return len(found) + bool(schema.shape.item and reading.items), sum(found)
