"""The catalogue's rows as they are kept and imported: product, brand, category, issuer (Lumis API, section 11)."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from tagger.normalize import SLUG_LENGTH, is_gtin, product_code, slug

Kind = Literal["products", "brands", "categories", "issuers"]


def _plain_slug(text: str) -> str:
    if not text or slug(text) != text:
        raise ValueError("a slug holds a-z and 0-9 only")
    return text


def _plain_code(text: str) -> str:
    if product_code(text) != text:
        raise ValueError("a product code is upper case, without spaces")
    return text


def _valid_gtin(text: str) -> str:
    if not is_gtin(text):
        raise ValueError("not a GTIN: 8, 12, 13 or 14 digits with a check digit that fits")
    return text


Slug = Annotated[str, StringConstraints(max_length=SLUG_LENGTH), AfterValidator(_plain_slug)]
CategorySlug = Annotated[str, StringConstraints(max_length=SLUG_LENGTH, pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$")]
"""A category's own slug may hold `_` between words; comparison drops it."""
Code = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_plain_code)]
Gtin = Annotated[str, AfterValidator(_valid_gtin)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ProductRow(_Row):
    """A product. An alias written `RUC|spelling` counts at that issuer only: a spelling learned from one shop."""

    code: Code
    name: Name
    aliases: tuple[Name, ...] = ()
    brand: Slug | None = None
    l1: CategorySlug | None = None
    l2: CategorySlug | None = None
    size: Name | None = None
    gtin: Gtin | None = None

    @property
    def key(self) -> str:
        """The natural key."""
        return self.code


class BrandRow(_Row):
    """A brand of products, with the category that all its products share, where they share one."""

    slug: Slug
    name: Name
    aliases: tuple[Name, ...] = ()
    l1: CategorySlug | None = None
    l2: CategorySlug | None = None

    @property
    def key(self) -> str:
        """The natural key."""
        return self.slug


class CategoryRow(_Row):
    """A category. One without keywords and children is a kind of shop only."""

    slug: CategorySlug
    level: int = Field(ge=1, le=2)
    parent: CategorySlug | None = None
    names: tuple[Name, ...] = ()
    keywords: tuple[Name, ...] = ()

    @property
    def key(self) -> str:
        """The natural key."""
        return self.slug


class IssuerRow(_Row):
    """A shop, or a kind of shop (no brand) told by a word of its name."""

    ruc: tuple[Name, ...] = ()
    brand: Slug | None = None
    l1: CategorySlug
    names: tuple[Name, ...] = Field(min_length=1)
    aliases: tuple[Name, ...] = ()

    @property
    def key(self) -> str:
        """The natural key: the first name's slug."""
        return slug(self.names[0])


Row = ProductRow | BrandRow | CategoryRow | IssuerRow

ROWS: dict[Kind, type[Row]] = {
    "categories": CategoryRow,
    "brands": BrandRow,
    "products": ProductRow,
    "issuers": IssuerRow,
}
"""In the order in which they lean on one another."""


class Rows(BaseModel):
    """A whole catalogue as rows."""

    model_config = ConfigDict(frozen=True)

    products: tuple[ProductRow, ...] = ()
    brands: tuple[BrandRow, ...] = ()
    categories: tuple[CategoryRow, ...] = ()
    issuers: tuple[IssuerRow, ...] = ()
