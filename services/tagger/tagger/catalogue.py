"""The catalogue in memory: rows turned into indexes by spelling, brand, rare word, keyword and issuer. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from shared.panama import normalize_ruc
from tagger.normalize import CleanName, clean, issuer_name, slug
from tagger.rows import BrandRow, CategoryRow, IssuerRow, ProductRow, Rows

K = TypeVar("K")
V = TypeVar("V")

RARE = 12
"""A word in the names of at most so many products is rare enough to name candidates."""
LONGEST_WINDOW = 4
"""Words; no brand or keyword has more."""
SHORT_BRAND = 4
"""A brand of at most so many letters must stand as one word: `la la` is not the brand `lala`."""

BRAND_WORD = 5
"""Letters; shorter words are never compared loosely with a brand."""


@dataclass(frozen=True)
class Spelling:
    """One name or alias of a product, cleaned."""

    product: ProductRow
    name: CleanName
    says_brand: bool
    """The product's brand stands among its words, so a line without it is less than this name."""


@dataclass(frozen=True)
class Catalogue:
    """Every index that matching needs; built once per version by `build_catalogue`."""

    version: int
    shorthand: Mapping[str, str]
    brands: Mapping[str, BrandRow]
    categories: Mapping[str, CategoryRow]
    """By slug without `_`, and by the slugs of their names."""
    spellings: Mapping[tuple[str, str], tuple[Spelling, ...]]
    """By (RUC of the shop that spells it so, or empty; name without spaces)."""
    by_brand: Mapping[str, tuple[Spelling, ...]]
    by_word: Mapping[str, tuple[Spelling, ...]]
    """Rare words only."""
    by_gtin: Mapping[str, ProductRow]
    brand_aliases: Mapping[str, str]
    """Name without spaces to brand."""
    long_brands: tuple[str, ...]
    """The aliases that are long enough to be compared loosely."""
    common_words: frozenset[str]
    """Words of names and keywords; none of them is a misread brand: «blanco» is not Lanco."""
    keywords: Mapping[str, str]
    """Words in the singular, one space between, to the slug of a category."""
    issuers_by_ruc: Mapping[str, IssuerRow]
    issuer_names: tuple[tuple[str, IssuerRow], ...]
    size: int
    """Products."""

    def category(self, name: str | None, level: int) -> str | None:
        """The slug of a category of this level by its slug or one of its names; None where it is not known."""
        row = self.categories.get(slug(name or ""))
        return row.slug if row is not None and row.level == level else None

    def parent(self, category: str | None) -> str | None:
        """The L1 that an L2 belongs to."""
        row = self.categories.get(slug(category or ""))
        return row.parent if row is not None else None


def build_catalogue(rows: Rows, shorthand: Mapping[str, str], version: int = 0) -> Catalogue:
    """Index the rows; a reference to a brand or category that is not there is left out by the matching."""
    aliases = _brand_aliases(rows.brands)
    spellings = [spelling for product in rows.products for spelling in _spellings(product, shorthand, aliases)]
    general = [spelling for ruc, spelling in spellings if not ruc]
    return Catalogue(
        version=version,
        shorthand=shorthand,
        brands={row.slug: row for row in rows.brands},
        categories={key: row for row in reversed(rows.categories) for key in (*map(slug, row.names), slug(row.slug))},
        spellings=_grouped(((ruc, spelling.name.glued), spelling) for ruc, spelling in spellings),
        by_brand=_grouped((spelling.product.brand, spelling) for spelling in general if spelling.product.brand),
        by_word=_rare_words(general),
        by_gtin={product.gtin: product for product in rows.products if product.gtin},
        brand_aliases=aliases,
        long_brands=tuple(alias for alias in aliases if len(alias) >= BRAND_WORD),
        common_words=_common_words(general, rows.categories),
        keywords={singular(_words(word)): row.slug for row in rows.categories for word in row.keywords},
        issuers_by_ruc={normalize_ruc(ruc): row for row in rows.issuers for ruc in row.ruc},
        issuer_names=tuple(
            (text, row) for row in rows.issuers for name in (*row.names, *row.aliases) if (text := issuer_name(name))
        ),
        size=len(rows.products),
    )


def singular(words: Iterable[str]) -> str:
    """The words with one space between, without the plural's `s`: «tornillos» is found by `tornillo`."""
    return " ".join(word.removesuffix("s") for word in words)


def windows(words: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Every run of up to four words, with its place: from the left, the longest first."""
    for start in range(len(words)):
        for length in range(min(LONGEST_WINDOW, len(words) - start), 0, -1):
            yield start, words[start : start + length]


def _spellings(
    product: ProductRow, shorthand: Mapping[str, str], brands: Mapping[str, str]
) -> Iterator[tuple[str, Spelling]]:
    own = clean(product.size, shorthand).sizes if product.size else ()
    for alias in (product.name, *product.aliases):
        ruc, bar, text = alias.rpartition("|")
        name = clean(text, shorthand)
        if not name.words:
            continue
        printed = {size.unit for size in name.sizes}
        sizes = (*name.sizes, *(size for size in own if size.unit not in printed))
        says_brand = any(brands.get("".join(words)) == product.brand for _, words in windows(name.words))
        yield (
            normalize_ruc(ruc) if bar else "",
            Spelling(product, CleanName(name.words, sizes), product.brand is not None and says_brand),
        )


def _rare_words(spellings: Iterable[Spelling]) -> dict[str, tuple[Spelling, ...]]:
    by_word = _grouped((word, spelling) for spelling in spellings for word in dict.fromkeys(spelling.name.words))
    return {
        word: found
        for word, found in by_word.items()
        if len({spelling.product.code for spelling in found}) <= RARE and not word.isdigit()
    }


def _brand_aliases(brands: Iterable[BrandRow]) -> dict[str, str]:
    aliases: dict[str, str] = {}
    for brand in brands:
        for alias in (brand.slug, brand.name, *brand.aliases):
            if glued := slug(alias):
                aliases.setdefault(glued, brand.slug)
    return aliases


def _common_words(spellings: Iterable[Spelling], categories: Iterable[CategoryRow]) -> frozenset[str]:
    names = {word for spelling in spellings for word in spelling.name.words}
    return frozenset(names.union(*(_words(keyword) for row in categories for keyword in row.keywords)))


def _words(text: str) -> Iterator[str]:
    return (word for word in map(slug, text.split()) if word)


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    groups: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}
