"""What the label of an amount below (or among) the lines of a GST invoice says that the amount is."""

import re
from enum import StrEnum

from ocr_engine.local.spelling import fold


class Kind(StrEnum):
    """What a sum is."""

    SUBTOTAL = "subtotal"
    CGST = "cgst"
    SGST = "sgst"
    IGST = "igst"
    CESS = "cess"
    TAX = "tax"
    """All GST together."""
    DISCOUNT = "discount"
    CHARGE = "charge"
    CHARGE_TAX = "charge_tax"
    """The GST of a charge, on a line of its own."""
    TCS = "tcs"
    ROUND_OFF = "round_off"
    TOTAL = "total"
    """Named so that it can be nothing else."""
    SUM = "sum"
    """A bare `Total`, which may be any."""
    OTHER = "other"
    """An amount that is none of these: paid, saved, balance."""


_FIRST = r"^(?:(?:add|less|plus|minus|output|input|by|[a-g]|[ivx]+|\d) )?(?:output )?"
_GOODS = r"(?:of (?:the )?)?(?:goods|items?|services?|supply)?"
_RULES: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (Kind.ROUND_OFF, r"\bround(?:ed|ing)? ?(?:off|up|down)\b|^r off\b|\brnd off\b|^rounding|^rounded$"),
        (Kind.CHARGE_TAX, r"^(?:[csi]?gst|tax) on (?!reverse)[a-z]"),
        (Kind.TCS, r"^tcs\b|tax collected at source"),
        (
            Kind.OTHER,
            (
                r"\b(?:tds|advance|received|paid|you saved?|savings?|previous|opening|closing|credit limit"
                r"|due date|bank|ifsc|a c no|upi|mrp value|amount of tax subject|reverse charge)\b"
            ),
        ),
        (
            Kind.SUBTOTAL,
            (
                r"^(?:sub ?total|(?:total )?taxable.*|total (?:amount |value |invoice )*(?:before|excl\w*|w o|without)"
                r"(?: of)? (?:tax|gst).*|(?:total )?assess?able (?:value|amount)|amount before (?:tax|gst)"
                rf"|basic (?:amount|value|total)|net (?:amount|value) before tax|total value {_GOODS}"
                rf"|gross (?:amount|value|total)|total {_GOODS} value|items? total|goods value|net taxable.*"
                r"|amount (?:excl|without).*tax|value (?:of )?(?:goods|supply)|product total)\b"
            ),
        ),
        (
            Kind.TAX,
            (
                rf"{_FIRST}(?:total )?(?:gst|tax)(?:es)?(?: (?:amount|amt|value|total|payable|rs))?(?: [\d. %]*)?$"
                r"|^total (?:gst|tax)(?:es)?\b(?!.*after)|^(?:total )?(?:tax|gst) amount\b|^amount of (?:gst|tax)"
                r"|^(?:cgst|sgst|igst)(?: (?:and|&|plus) | )(?:sgst|cgst)"
            ),
        ),
        (Kind.CGST, rf"{_FIRST}(?:total )?(?:c ?gst|central (?:gst|tax))\b"),
        (Kind.SGST, rf"{_FIRST}(?:total )?(?:s ?gst|ut ?gst|state (?:gst|tax)|sgst utgst)\b"),
        (Kind.IGST, rf"{_FIRST}(?:total )?(?:i ?gst|integrated (?:gst|tax))\b"),
        (Kind.CGST, rf"{_FIRST}(?:cgst)\d"),
        (Kind.SGST, rf"{_FIRST}(?:sgst|utgst)\d"),
        (Kind.IGST, rf"{_FIRST}(?:igst)\d"),
        (Kind.CESS, rf"{_FIRST}(?:total )?(?:gst |compensation |comp )?cess\b"),
        (
            Kind.TOTAL,
            (
                r"grand total|^g total|invoice (?:total|value|amount|amt)"
                r"|total (?:invoice|bill)(?: (?:value|amount|amt))?$"
                r"|total invoice (?:value|amount)|(?:net |total )?(?:amount |amt |value )?payable\b|net payable"
                r"|total (?:amount |value |amt )?(?:after|incl\w*|with)(?: of)?(?: all)? ?(?:tax|gst|taxes)?"
                r"|^(?:net|final|bill) (?:amount|amt|total|value|bill)|amount (?:due|payable|chargeable)$|^total due"
                r"|^bill (?:amount|total)|^balance due|^total (?:inr|rs|rupees|payable)|^net total|^amount due"
                r"|^total amount payable|^to pay"
            ),
        ),
        (Kind.DISCOUNT, r"\b(?:disc(?:ount)?s?|rebate|scheme|concession)\b"),
        (
            Kind.CHARGE,
            (
                r"\b(?:freight|packing|packaging|forwarding|insurance|loading|unloading|handling|transport(?:ation)?"
                r"|carriage|cartage|courier|delivery|shipping|postage|installation|p ?& ?f|p and f|octroi|toll"
                r"|convenience fee|labour charges?|service charges?|other charges?|misc(?:ellaneous)?|hamali|coolie"
                r"|(?:[a-z]+ )?charges?)\b"
            ),
        ),
        (Kind.SUM, r"^total(?: (?:amount|amt|value|rs|qty|quantity|in figures?|\d[\d. ]*[a-z]*))?$|^sum$|^amount$"),
    )
)
_ENDS = frozenset({Kind.SUBTOTAL, Kind.CGST, Kind.SGST, Kind.IGST, Kind.CESS, Kind.TAX, Kind.TCS, Kind.ROUND_OFF}) | {
    Kind.TOTAL,
    Kind.SUM,
}
_CARRIED = re.compile(
    r"\b(?:carried|brought) (?:forward|over|down)\b|\b[cb] ?/ ?f\b|\b[cb]/?fd?\.?\s*$|^continued"
    r"|\bcontinued (?:on|from)\b"
    r"|contd\b|^page (?:sub ?)?total|^sub ?total (?:of|for)? ?(?:this )?page|^total (?:of"
    r"|for)? ?(?:this )?page|continued to"
)
_SECTION = re.compile(
    r"^\W*(?:(?:total )?(?:tax |invoice )?amount (?:chargeable )?\(?in words|in words|amount in words"
    r"|rupees\b|inr \w+ (?:thousand"
    r"|hundred|lakh|crore)|rs\.? in words|bank (?:details|name)|our bank|company.?s bank|terms"
    r"|declaration|(?:gst|hsn|tax)"
    r"[ /\w]*(?:summary|analysis|breakup|break up|details)|authori[sz]ed signat|e ?\.? ?& ?o ?\.? ?e"
    r"|remarks?\b|notes?\s*:"
    r"|for [a-z .&']+(?:ltd|limited|llp|co\.|company|enterprises?|traders?|industries|agenc|stores?|mart|sons|works)"
    r"|certified that|subject to .* jurisdiction|this is a computer|thank you"
    r"|gst\W*\d[\d. ]*%|receiver'?s? sign|prepared by|checked by)"
)
_CODE = re.compile(r"(?<![\d.,])\d{4,8}(?![\d.,])")
"""A row with such a number has an HSN code: it is goods, whatever they are called."""
_OF_WHOLE = re.compile(
    r"\W*(?:less\W+)?(?:trade|cash|special|additional|total|overall|bill|invoice|festival) (?:disc|rebate)"
)
_LESS = re.compile(r"\W*less\b\W*[a-z]{3}")
"""Whatever is taken off: an exchange, a claim."""
_LONGEST = 70


def kind_of(label: str) -> Kind | None:
    """The kind of sum that a label names; None for the words of goods, of a party, of a sentence."""
    plain = " ".join(re.findall(r"[a-z0-9%&.]+", fold(label).replace("/", " "))).strip(". ")
    plain = re.sub(r"(?<!\d)\.|\.(?!\d)", " ", plain)
    plain = re.sub(r"^(?:add|less|plus|minus)\b ?", "", " ".join(plain.split()))
    if not plain or len(plain) > _LONGEST:
        return None
    found = next((kind for kind, pattern in _RULES if pattern.search(plain)), None)
    return Kind.DISCOUNT if found is None and _LESS.match(fold(label)) else found


def ends_rows(label: str) -> bool:
    """Whether an amount of this label is a sum, so that the goods have ended."""
    return (kind_of(label) in _ENDS or bool(_OF_WHOLE.match(label))) and not _CODE.search(label)


def is_carried(label: str) -> bool:
    """Whether a line only carries a sum from page to page."""
    return bool(_CARRIED.search(label))


def is_section(label: str) -> bool:
    """Whether a line begins another part of the paper."""
    return bool(_SECTION.match(label))
