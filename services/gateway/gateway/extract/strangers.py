"""Callers of whom nothing but the address is known: what they may try, so that nobody finds documents by guessing."""

from collections.abc import Iterable

from gateway.deps import Caller, Deps
from gateway.extract.documents import Document
from gateway.extract.identifiers import Identifier
from gateway.limits import Standing


async def count_stranger(caller: Caller, deps: Deps, times: int = 1) -> Standing:
    """Count a test document, or tokens or numbers that do not exist, against the caller's address."""
    return await deps.extract.strangers.take(f"extract:{caller.user_id}", times)


async def find_documents(identifiers: Iterable[Identifier], caller: Caller, deps: Deps) -> dict[Identifier, Document]:
    """Documents by what names them.

    Numbers are short, and on the old routes whoever knows one reads the document: an address that has named too many
    wrong ones finds nothing by a number until its limit allows it again. Uuids cannot be guessed.
    """
    wanted = set(identifiers)
    numbers = {each for each in wanted if isinstance(each, int)}
    remaining = (await deps.extract.strangers.read(f"extract:{caller.user_id}")).remaining if numbers else 0
    if not remaining:
        wanted -= numbers
    found = await deps.extract.documents.find(wanted)
    if wrong := numbers & wanted - found.keys():
        await count_stranger(caller, deps, min(len(wrong), remaining))
    return found
