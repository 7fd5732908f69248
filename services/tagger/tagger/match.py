"""Matching against the catalogue: a product line to code, brand and categories; an issuer to brand and kind of shop.

The rules, their order and every confidence are section 11 of the Lumis API.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from shared.contracts.lumis import ProductHint
from tagger.catalogue import BRAND_WORD, SHORT_BRAND, Catalogue, Spelling, singular, windows
from tagger.normalize import CleanName, clean, codes_in, issuer_name
from tagger.rows import IssuerRow, ProductRow
from tagger.sizes import sizes_agree

FUZZY_CUTOFF = 86
"""Least `token_set_ratio` of a fuzzy match."""
FUZZY_LEAD = 4
"""So far the best must be ahead of the second."""
BRAND_RATIO = 90
ISSUER_RATIO = 90

EXACT_SCORE = 1.0
BRAND_SCORE = 0.95
KEYWORD_SCORE = 0.8
HINT_SCORE = 0.6


@dataclass(frozen=True)
class Guess:
    """A value, the rule that gave it and how sure that is (0-1)."""

    value: str
    source: str
    score: float


@dataclass(frozen=True)
class LineMatch:
    """What one product line is."""

    name: CleanName
    code: Guess | None = None
    brand: Guess | None = None
    l1: Guess | None = None
    l2: Guess | None = None

    @property
    def resolved(self) -> bool:
        """Whether a rule of the catalogue, not only a model's hint, knows something of the line."""
        guesses = (self.code, self.brand, self.l1, self.l2)
        return any(guess is not None and guess.source != "hint" for guess in guesses)


@dataclass(frozen=True)
class IssuerMatch:
    """What shop it is."""

    brand: Guess | None = None
    l1: Guess | None = None


@dataclass(frozen=True)
class _Found:
    """The products that a line may be, all equally good."""

    products: tuple[ProductRow, ...]
    source: str
    score: float
    certain: bool
    """One product and no other."""
    brand_said: bool = True

    def agreed(self, key: str) -> Guess | None:
        """What all of them have in common; no brand where the line does not say it."""
        if key == "brand" and not self.brand_said:
            return None
        values = {getattr(product, key) for product in self.products}
        value = values.pop() if len(values) == 1 else None
        return Guess(value, self.source, self.score) if value else None


def match_line(
    catalogue: Catalogue, printed: str, ruc: str | None = None, hint: ProductHint | None = None
) -> LineMatch:
    """Find a product line in the catalogue; what nothing is known of stays None.

    Args:
        catalogue: what is known.
        printed: the line's name as printed.
        ruc: the issuer's, for spellings learned from that shop.
        hint: what a model guessed about the line.
    """
    name = clean(printed, catalogue.shorthand)
    if not name.words:
        return LineMatch(name)
    brand = _brand(catalogue, name)
    found = _by_code(catalogue, printed) or _exact(catalogue, name, ruc or "") or _fuzzy(catalogue, name, brand)
    code = Guess(found.products[0].code, found.source, found.score) if found is not None and found.certain else None
    own_brand = found.agreed("brand") if found is not None else None
    if own_brand is not None and (brand is None or own_brand.score >= brand.score):
        brand = own_brand
    l1, l2 = _categories(catalogue, name, found, brand, hint)
    return LineMatch(name, code, brand or _brand_hint(catalogue, hint), l1, l2)


def match_issuer(catalogue: Catalogue, ruc: str | None, name: str | None) -> IssuerMatch:
    """Find the shop: by its RUC, else by its name (`token_set_ratio` of at least 90, the longest known name first)."""
    row = catalogue.issuers_by_ruc.get(ruc or "")
    if row is not None:
        return _issuer(row, "ruc", EXACT_SCORE)
    text = issuer_name(name or "")
    if not text:
        return IssuerMatch()
    words = set(text.split())
    names = [known for known, _ in catalogue.issuer_names]
    matches = [
        (score, len(known), place)
        for known, score, place in process.extract(
            text, names, scorer=fuzz.token_set_ratio, score_cutoff=ISSUER_RATIO, limit=None
        )
        # A part of a name is not that shop: «Supermercado» is no one's.
        if not words < set(known.split())
    ]
    if not matches:
        return IssuerMatch()
    score, _, place = max(matches)
    return _issuer(catalogue.issuer_names[place][1], "name", score / 100)


def _issuer(row: IssuerRow, source: str, score: float) -> IssuerMatch:
    brand = Guess(row.brand, source, score) if row.brand else None
    return IssuerMatch(brand, Guess(row.l1, source, score))


def _by_code(catalogue: Catalogue, printed: str) -> _Found | None:
    for code in codes_in(printed):
        if product := catalogue.by_gtin.get(code):
            return _Found((product,), "exact", EXACT_SCORE, certain=True)
    return None


def _exact(catalogue: Catalogue, name: CleanName, ruc: str) -> _Found | None:
    """The name as it is in the catalogue; with another size, what products of that name have in common."""
    known = catalogue.spellings.get((ruc, name.glued)) if ruc else None
    known = known or catalogue.spellings.get(("", name.glued))
    if known is None:
        return None
    fitting = tuple(spelling for spelling in known if sizes_agree(name.sizes, spelling.name.sizes))
    sized = tuple(spelling for spelling in fitting if name.sizes and spelling.name.sizes)
    products = _products(sized or fitting)
    return _Found(products or _products(known), "exact", EXACT_SCORE, certain=len(products) == 1)


def _fuzzy(catalogue: Catalogue, name: CleanName, brand: Guess | None) -> _Found | None:
    """The nearest names: those whose brand the line says, else what kind of thing it is.

    `token_set_ratio` gives 100 to any part of a name, so «Pan Integral» would be the one of whatever brand is listed.
    """
    said: dict[str, tuple[float, ProductRow]] = {}
    unsaid: dict[str, tuple[float, ProductRow]] = {}
    for spelling in _candidates(catalogue, name, brand):
        score = fuzz.token_set_ratio(name.text, spelling.name.text, score_cutoff=FUZZY_CUTOFF)
        best = unsaid if brand is None and spelling.says_brand else said
        if score > best.get(spelling.product.code, (0.0,))[0]:
            best[spelling.product.code] = (score, spelling.product)
    best = said or unsaid
    if not best:
        return None
    top = max(score for score, _ in best.values())
    tied = tuple(product for score, product in best.values() if score > top - FUZZY_LEAD)
    only_brand = catalogue.brand_aliases.get(name.glued) is not None
    certain = len(tied) == 1 and bool(said) and not only_brand
    return _Found(tied, "fuzzy", top / 100, certain=certain, brand_said=bool(said))


def _candidates(catalogue: Catalogue, name: CleanName, brand: Guess | None) -> Iterable[Spelling]:
    """Names that share the brand or a rare word, of no other brand, and of no other size."""
    found = [spelling for word in name.words for spelling in catalogue.by_word.get(word, ())]
    if brand is not None:
        found = [spelling for spelling in found if spelling.product.brand in (brand.value, None)]
        found.extend(catalogue.by_brand.get(brand.value, ()))
    return (spelling for spelling in found if sizes_agree(name.sizes, spelling.name.sizes))


def _brand(catalogue: Catalogue, name: CleanName) -> Guess | None:
    """The longest alias whose words stand in the name in order; else a long word that is nearly one."""
    longest = ""
    for _, words in windows(name.words):
        glued = "".join(words)
        if (
            glued in catalogue.brand_aliases
            and len(glued) > len(longest)
            and (len(words) == 1 or len(glued) > SHORT_BRAND)
        ):
            longest = glued
    if longest:
        return Guess(catalogue.brand_aliases[longest], "brand", BRAND_SCORE)
    nearest = [
        match
        for word in name.words
        if len(word) >= BRAND_WORD
        and word not in catalogue.common_words
        and (match := process.extractOne(word, catalogue.long_brands, scorer=fuzz.ratio, score_cutoff=BRAND_RATIO))
    ]
    if not nearest:
        return None
    alias, score, _ = max(nearest, key=lambda match: match[1])
    return Guess(catalogue.brand_aliases[alias], "fuzzy", score / 100)


def _brand_hint(catalogue: Catalogue, hint: ProductHint | None) -> Guess | None:
    """A model's brand, where the catalogue knows it: too weak for a tag, kept for the record."""
    slugged = catalogue.brand_aliases.get(_glued(hint.brand)) if hint is not None and hint.brand else None
    return Guess(slugged, "hint", HINT_SCORE) if slugged else None


def _glued(text: str) -> str:
    return clean(text, {}).glued


def _categories(
    catalogue: Catalogue, name: CleanName, found: _Found | None, brand: Guess | None, hint: ProductHint | None
) -> tuple[Guess | None, Guess | None]:
    """L1 and L2: the product's, else the brand's, else a keyword's, else a hint's; L1 is the parent of L2."""
    l1: Guess | None = None
    l2: Guess | None = None
    for first, second in _offers(catalogue, name, found, brand, hint):
        if second is not None and l2 is None:
            parent = catalogue.parent(second.value)
            if parent is not None and (l1 is None or l1.value == parent):
                l2 = second
                l1 = l1 or Guess(parent, second.source, second.score)
        l1 = l1 or first
    return l1, l2


def _offers(
    catalogue: Catalogue, name: CleanName, found: _Found | None, brand: Guess | None, hint: ProductHint | None
) -> Iterable[tuple[Guess | None, Guess | None]]:
    if found is not None:
        yield found.agreed("l1"), found.agreed("l2")
    row = catalogue.brands.get(brand.value) if brand is not None else None
    if row is not None and brand is not None:
        score = min(brand.score, BRAND_SCORE)
        yield _guess(row.l1, "brand", score), _guess(row.l2, "brand", score)
    keyword = _keyword(catalogue, name)
    if keyword is not None:
        yield (
            _guess(catalogue.category(keyword, 1), "keyword", KEYWORD_SCORE),
            _guess(catalogue.category(keyword, 2), "keyword", KEYWORD_SCORE),
        )
    if hint is not None:
        first, second = catalogue.category(hint.category_l1, 1), catalogue.category(hint.category_l2, 2)
        if first is None or second is None or catalogue.parent(second) == first:
            yield _guess(first, "hint", HINT_SCORE), _guess(second, "hint", HINT_SCORE)


def _keyword(catalogue: Catalogue, name: CleanName) -> str | None:
    """The category of the first keyword, the longest of those that begin there: a Spanish name begins with its noun."""
    for _, words in windows(name.words):
        if category := catalogue.keywords.get(singular(words)):
            return category
    return None


def _guess(value: str | None, source: str, score: float) -> Guess | None:
    return Guess(value, source, score) if value else None


def _products(spellings: Iterable[Spelling]) -> tuple[ProductRow, ...]:
    return tuple({spelling.product.code: spelling.product for spelling in spellings}.values())
