"""What an electronic invoice says, in one form for every dialect."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class EmbeddedParty:
    """Seller or buyer; what is not said is None."""

    name: str | None = None
    vat: str | None = None
    ids: tuple[str, ...] = ()
    """Every number that the party goes by, the tax ones first."""
    address: str | None = None
    country: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class EmbeddedLine:
    """A line; amounts and quantities are plain decimals, the price is for one piece."""

    name: str | None = None
    code: str | None = None
    quantity: str | None = None
    unit: str | None = None
    unit_price: str | None = None
    discount: str | None = None
    """Percent."""
    tax_rate: str | None = None
    amount: str | None = None
    """Before tax."""


@dataclass(frozen=True)
class EmbeddedTax:
    """The tax at one rate, in percent."""

    rate: str | None = None
    base: str | None = None
    amount: str | None = None


@dataclass(frozen=True)
class EmbeddedInvoice:
    """Header values in canonical text (dates `YYYY-MM-DD`, plain decimals) and the lines."""

    values: dict[str, str] = field(default_factory=dict)
    """`number`, `date`, `due_date`, `type_code`, `currency`, `net`, `tax`, `total`, `prepaid`, `due`, `iban`, `bic`,
    `payment_ref`, `cufe`, `dv`: those that are said."""
    seller: EmbeddedParty = field(default_factory=EmbeddedParty)
    buyer: EmbeddedParty = field(default_factory=EmbeddedParty)
    orders: tuple[str, ...] = ()
    taxes: tuple[EmbeddedTax, ...] = ()
    lines: tuple[EmbeddedLine, ...] = ()
