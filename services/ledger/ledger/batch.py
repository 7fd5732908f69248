"""Several operations on one account that become one update of its document. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from ledger.accounts import Account, Change, Entry, Hold, Kind, entry_id
from shared.errors import Rejected

Rule = Callable[[Account], Change | None]


@dataclass(frozen=True)
class Outcome:
    """The account after an operation, and whether this call changed it or an earlier one had."""

    account: Account
    changed: bool


class Batch:
    """Carries operations out one after another on an account in memory, and keeps what to write."""

    def __init__(self, account: Account, holds: Iterable[Hold], entries: Iterable[Entry]) -> None:
        """Takes the account without any request's view, and what is known of the requests to come."""
        self.read = account
        self.account = account
        self.placed: dict[str, Hold] = {}
        self.closed: set[str] = set()
        self.made: list[Entry] = []
        self._holds = {hold.request_id: hold for hold in holds}
        self._entries = {entry.id: entry for entry in entries}

    @property
    def changed(self) -> bool:
        """True where there is something to write."""
        return self.account.version != self.read.version

    def carry_out(self, request_id: str, kinds: Iterable[Kind], rule: Rule) -> Outcome:
        """Ask the rule what it makes of the account, which shows it the request's hold and its entries of these kinds.

        Raises:
            Refused: what the rule raises.
            Rejected: the request belongs to another user.
        """
        entries = {kind: found for kind in kinds if (found := self._entries.get(entry_id(request_id, kind)))}
        if any(entry.user_id != self.account.user_id for entry in entries.values()):
            raise Rejected("the request belongs to another user")
        seen = replace(self.account, hold=self._holds.get(request_id), entries=entries)
        change = rule(seen)
        if change is None:
            return Outcome(seen, changed=False)
        self._keep(change)
        after = seen.after(change)
        self.account = replace(after, hold=None, entries={})
        return Outcome(after, changed=True)

    def _keep(self, change: Change) -> None:
        if change.place is not None:
            self._holds[change.place.request_id] = self.placed[change.place.request_id] = change.place
        if change.close is not None:
            closed = change.close.request_id
            del self._holds[closed]
            if self.placed.pop(closed, None) is None:
                self.closed.add(closed)
        if change.entry is not None:
            self._entries[change.entry.id] = change.entry
            self.made.append(change.entry)
