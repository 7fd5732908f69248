"""Takes many pairs over, highest numbers first: series are raised before a document of theirs is stored.

So whoever issues meanwhile gets a number above all that are still to come. Each document is its own small step under
natural keys: what a crash cuts off, importing again completes.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field

from shared.contracts.sunat.importaciones import ArchivoImportado
from sunat_emitter.documents.model import Comprobante
from sunat_emitter.importacion.books import Books
from sunat_emitter.importacion.continued import Continued
from sunat_emitter.importacion.judge import Alone, Refusal, Taken, canonical, judge
from sunat_emitter.importacion.pairs import Pair
from sunat_emitter.importacion.rows import Into
from sunat_emitter.importacion.summary import Summary
from sunat_emitter.importacion.taking import Taking
from sunat_emitter.store.importados import Standing

_CHUNK = 64
_AT_ONCE = 8
Judged = Taken | Alone | Refusal


@dataclass
class Importing:
    """One import, and what it came to so far."""

    books: Books
    into: Into
    continued: Continued = field(init=False)
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        emisor = self.into.emisor
        self.continued = Continued(self.books.series, emisor.company, self.into.now)

    async def run(self, pairs: Sequence[Pair]) -> AsyncIterator[ArchivoImportado]:
        """Take them over: comprobantes, then receipts that came alone, then summaries, whose word needs the others.

        What comes later is judged again then, so that it is not held in memory till then.
        """
        alone: list[Pair] = []
        summaries: list[Pair] = []
        for chunk in _chunks(list(reversed(pairs))):
            judged = []
            for pair, each in zip(chunk, await self._judged(chunk), strict=True):
                if _is_summary(each):
                    summaries.append(pair)
                elif isinstance(each, Alone):
                    alone.append(pair)
                else:
                    judged.append(each)
            for told in await self._take_all(judged):
                yield told
        for chunk in _chunks(alone):
            for told in await self._take_all(await self._judged(chunk)):
                yield told
        for chunk in _chunks(list(reversed(summaries))):
            for told in await self._summarise(await self._judged(chunk)):
                yield told

    async def _judged(self, chunk: Sequence[Pair]) -> list[Judged]:
        return await asyncio.to_thread(_judge_all, chunk, self.into.emisor.ruc)

    async def _take_all(self, judged: Sequence[Judged]) -> list[ArchivoImportado]:
        """One chunk of comprobantes."""
        documents = [each.documento for each in judged if isinstance(each, Taken)]
        await self.continued.raise_for(each for each in documents if isinstance(each, Comprobante))
        names = [each.nombre for each in judged if isinstance(each, Taken | Alone)]
        there = await self.books.importados.standing(names) if names else {}
        told = await self._each(judged, there)
        new = [each.documento for each in told if each.documento and each.resultado == "IMPORTADO"]
        company = self.into.emisor.company
        for name in await self.books.importados.summaries_on(company, new) if new else ():
            await self.books.importados.apply(name, company)
        return await self._as_they_stand(told)

    async def _summarise(self, judged: Sequence[Judged]) -> list[ArchivoImportado]:
        """One chunk of summaries, whose word on comprobantes that came before counts at once."""
        names = [each.nombre for each in judged if isinstance(each, Taken | Alone)]
        there = await self.books.importados.standing(names, summaries=True) if names else {}
        told = await self._each(judged, there)
        for each in told:
            if each.documento and each.resultado != "NO_IMPORTADO":
                await self.books.importados.apply(each.documento, self.into.emisor.company)
        self.counts.update(each.resultado for each in told)
        return told

    async def _each(self, judged: Sequence[Judged], there: dict[str, Standing]) -> list[ArchivoImportado]:
        taking, places = Taking(self.books, self.into), asyncio.Semaphore(_AT_ONCE)
        seen: set[str] = set()

        async def one(each: Judged, *, first: bool) -> ArchivoImportado:
            if isinstance(each, Refusal):
                return ArchivoImportado(
                    archivo=each.archivo, documento=each.nombre, resultado="NO_IMPORTADO", motivo=each.motivo
                )
            if not first:
                return ArchivoImportado(
                    archivo=each.archivo,
                    documento=each.nombre,
                    resultado="NO_IMPORTADO",
                    motivo="está dos veces entre estos archivos: se tomó el otro",
                )
            async with places:
                return await taking.take(each, there.get(each.nombre))

        works = []
        for each in judged:
            name = getattr(each, "nombre", None)
            works.append(one(each, first=name is None or name not in seen))
            if name is not None:
                seen.add(name)
        return list(await asyncio.gather(*works))

    async def _as_they_stand(self, told: list[ArchivoImportado]) -> list[ArchivoImportado]:
        """With the state that an earlier summary gave some of them."""
        self.counts.update(each.resultado for each in told)
        new = [each.documento for each in told if each.documento and each.resultado == "IMPORTADO"]
        if not new:
            return told
        there = await self.books.importados.standing(new)
        return [
            each.model_copy(update={"estado_sunat": there[each.documento].estado})
            if each.documento in there and each.resultado == "IMPORTADO"
            else each
            for each in told
        ]


def _chunks(pairs: Sequence[Pair]) -> Iterator[Sequence[Pair]]:
    for start in range(0, len(pairs), _CHUNK):
        yield pairs[start : start + _CHUNK]


def _judge_all(chunk: Sequence[Pair], ruc: str) -> list[Judged]:
    return [judge(pair, ruc) for pair in chunk]


def _is_summary(each: Judged) -> bool:
    if isinstance(each, Taken):
        return isinstance(each.documento, Summary)
    name = canonical(each.nombre) if isinstance(each, Alone) else None
    return name is not None and name.split("-")[1] in {"RC", "RA"}
