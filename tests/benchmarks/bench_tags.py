"""Precision and coverage of Lumimatch's rules on labelled printed names: `python -m tests.benchmarks.bench_tags [-v]`.

`tuned` names were looked at while the rules were mended; `held_out` names were labelled before any rule was tried on
them and no rule was changed for them. A name that is ever used to mend a rule moves to `tuned`.
Exit status 1 where codes or brands of either part are right less often than 0.95.
"""

import csv
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shared.contracts.tags import TagKind
from tagger.catalogue import Catalogue, build_catalogue
from tagger.match import match_line
from tagger.starter import shorthand, starter_rows
from tagger.tagging import LEAST_SCORE

NAMES = Path(__file__).parents[1] / "data" / "product_names.csv"
KINDS: dict[TagKind, str] = {
    "product_code": "code",
    "product_brand": "brand",
    "product_l1": "l1",
    "product_l2": "l2",
}
"""Kinds of tags, and the label's column for each."""
PROMISED: dict[TagKind, float] = {"product_code": 0.95, "product_brand": 0.95}
Label = dict[str, str]


@dataclass
class Score:
    """How often a kind of tag was given, right, and labelled."""

    given: int = 0
    right: int = 0
    labelled: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Right among those given."""
        return self.right / self.given if self.given else 1.0

    @property
    def recall(self) -> float:
        """Right among those labelled."""
        return self.right / self.labelled if self.labelled else 1.0


def labels(part: str | None = None) -> list[Label]:
    """The labelled names, all or of one part."""
    with NAMES.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if part in (None, row["part"])]


def tags(catalogue: Catalogue, printed: str) -> dict[TagKind, str]:
    """The tags that a line alone gives, by kind."""
    line = match_line(catalogue, printed)
    guesses = zip(KINDS, (line.code, line.brand, line.l1, line.l2), strict=True)
    return {kind: guess.value for kind, guess in guesses if guess is not None and guess.score >= LEAST_SCORE[kind]}


def measure(catalogue: Catalogue, names: Sequence[Label]) -> dict[TagKind, Score]:
    """The scores of names by kind of tag."""
    scores: dict[TagKind, Score] = {kind: Score() for kind in KINDS}
    for label in names:
        found = tags(catalogue, label["printed"])
        for kind, column in KINDS.items():
            score, wanted = scores[kind], label[column]
            score.labelled += bool(wanted)
            if kind in found:
                score.given += 1
                score.right += found[kind] == wanted
            if found.get(kind, "") != wanted:
                score.wrong.append(f"{label['printed']}: {found.get(kind) or '-'} (labelled {wanted or '-'})")
    return scores


def report(part: str, names: Sequence[Label], scores: dict[TagKind, Score], *, verbose: bool) -> Iterator[str]:
    """The lines to print about a part."""
    yield f"{part}: {len(names)} names"
    for kind, score in scores.items():
        yield (
            f"  {kind:14} precision {score.precision:.3f} ({score.right}/{score.given})"
            f"  recall {score.recall:.3f} ({score.right}/{score.labelled})"
            f"  coverage {score.given / len(names):.3f}"
        )
        if verbose:
            yield from (f"      {line}" for line in score.wrong)


def main() -> int:
    """Print every part's figures; the exit status."""
    verbose = "-v" in sys.argv[1:]
    catalogue = build_catalogue(starter_rows(), shorthand())
    broken = False
    for part in Counter(label["part"] for label in labels()):
        names = labels(part)
        scores = measure(catalogue, names)
        print("\n".join(report(part, names, scores, verbose=verbose)))
        broken |= any(scores[kind].precision < least for kind, least in PROMISED.items())
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
