"""All strategies that apply to a page, and the one that fits it best."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice

from reconciler.india.charges import chargings
from reconciler.india.discounts import reductions
from reconciler.india.lines import LineSet, line_sets
from reconciler.india.page import Page
from reconciler.india.settlement import Trial, settlements

_MOST_TRIALS = 400
"""More than any page was seen to need; a bound on time for pages made to have many."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was tried, best first."""

    trials: tuple[Trial, ...]
    literal: Trial
    """The page as it stands."""

    @property
    def best(self) -> Trial:
        """The one that was chosen."""
        return self.trials[0]


def choose(page: Page) -> Choice:
    """Try every strategy that gives other figures.

    Ways of reading the lines are tried in groups, the least contradicted by the lines' own columns first; where a group
    has one that nothing printed contradicts, those after it could not be better. A strategy whose error is above the
    literal reading's is never chosen, however well the rest of it fits.
    """
    trials: dict[object, Trial] = {}
    sets = line_sets(page)
    literal, least = sets[0], min(each.contradicted for each in sets)
    ordered = sorted(sets, key=lambda each: each.contradicted)
    if literal.contradicted > least:
        ordered = [literal, *(each for each in ordered if each is not literal)]
    for _, group in groupby(ordered, key=lambda each: each.contradicted):
        for trial in islice(_trials(page, group), _MOST_TRIALS - len(trials)):
            trials.setdefault(_figures(trial), trial)
        if any(not trial.contradicted for trial in trials.values()) or len(trials) >= _MOST_TRIALS:
            break
    tried = list(trials.values())
    literal_trial = tried[0]
    ranked = sorted(tried, key=lambda trial: (trial.error > literal_trial.error, trial.score))
    return Choice(tuple(ranked), literal_trial)


def _trials(page: Page, sets: Iterator[LineSet]) -> Iterator[Trial]:
    for lines in sets:
        for reduced in reductions(page, lines):
            for charged in chargings(page, reduced.net):
                yield from settlements(page, lines, reduced, charged)


def _figures(trial: Trial) -> object:
    """What makes two strategies the same to a reader of the invoice."""
    charges = tuple((charge.index, charge.ex, charge.tax) for charge in trial.charged.charges)
    after = tuple(sorted(trial.reduced.net.items()))
    taxes = (trial.sums.item_tax, trial.sums.gst, trial.sums.cess, trial.reduced.after_tax)
    return id(trial.lines), after, charges, taxes, trial.tcs, trial.round_off, trial.grand_total
