"""Faults on demand: which call fails how, how often, by chance or always."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal[
    "timeout",
    "lost_before",
    "lost_after",
    "html_503",
    "html_502",
    "empty_200",
    "malformed_zip",
    "credentials",
    "slow",
    "exception",
    "internal_error",
    "observed",
    "lost_ticket",
    "dropped_ticket",
    "unknown_ticket",
    "no_content",
]
IN_WORK: Mapping[Kind, str] = {
    "lost_ticket": "sendSummary",
    "dropped_ticket": "sendSummary",
    "unknown_ticket": "getStatus",
    "no_content": "getStatus",
}
"""Faults that the desk itself makes, each in one operation."""
AFTER_WORK = frozenset({"lost_after", "empty_200", "malformed_zip", "slow", "observed", *IN_WORK})
"""Faults that come about once the document is registered."""


class Fault(BaseModel):
    """How a call fails.

    `timeout`: nothing is done, no answer for `seconds`. `lost_before`, `lost_after`: the connection breaks off before,
    after the work. `html_503`, `html_502`: an HTML page, nothing is done. `empty_200`, `malformed_zip`: the work is
    done, the answer is no use. `credentials`: 0102. `slow`: answered after `seconds`. `exception`: the fault `codigo`,
    nothing is done. `internal_error`: a fault without a code. `observed`: accepted with the remark `codigo`.
    `lost_ticket`: sendSummary takes the file, its ticket is then unknown for ever. `dropped_ticket`: it gives a ticket
    and takes nothing. `unknown_ticket`: getStatus answers 0127. `no_content`: it leaves the receipt out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    operation: str = "*"
    """A call's name, or `*`; a consult's getStatus is `consult`."""
    times: int | None = Field(default=1, ge=1)
    """How many calls; None: until it is taken away."""
    rate: float = Field(default=1.0, gt=0, le=1)
    """The share of calls that it strikes."""
    name: str = ""
    """Only files whose name begins so."""
    seconds: float = Field(default=1.0, ge=0)
    codigo: int = 100


@dataclass
class Faults:
    """The faults that are planned; `struck` counts those that came about."""

    planned: list[Fault] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)
    _left: dict[int, int] = field(default_factory=dict)
    _chance: random.Random = field(default_factory=lambda: random.Random(20))

    def plan(self, *faults: Fault) -> None:
        """Add faults."""
        self.planned.extend(faults)

    def clear(self) -> None:
        """Nothing fails any more."""
        self.planned.clear()
        self._left.clear()

    def strike(self, operation: str, name: str) -> Fault | None:
        """The fault of this call, if any."""
        for fault in list(self.planned):
            if fault.operation not in {"*", operation} or not name.startswith(fault.name):
                continue
            if IN_WORK.get(fault.kind, operation) != operation:
                continue
            if fault.rate < 1 and self._chance.random() >= fault.rate:
                continue
            self._use_up(fault)
            self.struck[fault.kind] += 1
            return fault
        return None

    def _use_up(self, fault: Fault) -> None:
        if fault.times is None:
            return
        left = self._left.get(id(fault), fault.times) - 1
        self._left[id(fault)] = left
        if not left:
            del self._left[id(fault)]  # another fault may come to lie at the same place
            self.planned = [each for each in self.planned if each is not fault]

    def shown(self) -> dict[str, Any]:
        """As JSON shows it."""
        return {"planned": [fault.model_dump() for fault in self.planned], "struck": dict(self.struck)}
