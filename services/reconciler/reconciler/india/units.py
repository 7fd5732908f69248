"""UQC, the unit codes of GST returns, and the usual ways of writing them."""

_GOODS = (
    "BAG BAL BDL BKL BOU BOX BTL BUN CAN CBM CCM CMS CTN DOZ DRM GGK GMS GRS GYD KGS KLR KME LTR MLT MTR MTS NOS OTH "
    "PAC PCS PRS QTL ROL SET SQF SQM SQY TBS TGM THD TON TUB UGS UNT YDS"
)
UQC = frozenset((*_GOODS.split(), "NA"))
"""45 codes for goods, and `NA` for services."""

_WRITTEN = {
    "NOS": "NO NUMBER NUMBERS NUM NR EA EACH N",
    "PCS": "PC PCE PIECE PIECES PIC PCES PSC",
    "KGS": "KG KGM KILO KILOS KILOGRAM KILOGRAMS KILOGRAMME",
    "GMS": "GM GRM GRAM GRAMS GMM G",
    "LTR": "LT LTRS LITRE LITRES LITER LITERS L LTS",
    "MLT": "ML MILLILITRE MILLILITER MLS",
    "MTR": "M MTRS METER METERS METRE METRES RMT",
    "MTS": "MT MTON METRICTON METRICTONS TONNE TONNES",
    "TON": "TONS TN",
    "CMS": "CM CENTIMETRE CENTIMETER",
    "KME": "KM KMS KILOMETRE KILOMETER",
    "BOX": "BX BOXES",
    "BAG": "BAGS BG",
    "BTL": "BOTTLE BOTTLES BTLS BOT",
    "BUN": "BUNCH BUNCHES",
    "BDL": "BUNDLE BUNDLES BDLS",
    "CAN": "CANS",
    "CTN": "CARTON CARTONS CTNS CRTN CASE CASES CS",
    "DOZ": "DOZEN DOZENS DZ DZN",
    "DRM": "DRUM DRUMS",
    "PAC": "PACK PACKS PKT PKTS PACKET PACKETS PK PKG",
    "PRS": "PR PAIR PAIRS",
    "QTL": "QUINTAL QUINTALS QTLS QNTL",
    "ROL": "ROLL ROLLS RL",
    "SET": "SETS",
    "SQF": "SQFT SFT SQUAREFEET SQUAREFOOT SQFEET",
    "SQM": "SQMT SQMTR SQMTRS SQUAREMETER SQUAREMETRE SQUAREMETERS SQUAREMETRES",
    "SQY": "SQYD SQYDS SQUAREYARD SQUAREYARDS",
    "CBM": "CUM CUBICMETER CUBICMETRE CUBICMETERS CUBICMETRES",
    "TBS": "TABLET TABLETS TAB TABS",
    "TUB": "TUBE TUBES",
    "UNT": "UNIT UNITS",
    "YDS": "YARD YARDS YD",
    "THD": "THOUSAND THOUSANDS",
    "GRS": "GROSS",
    "KLR": "KILOLITRE KILOLITER KL",
    "OTH": "OTHER OTHERS",
}
_CODES = {name: code for code, names in _WRITTEN.items() for name in names.split()}


def uqc(text: str | None) -> tuple[str | None, bool]:
    """The code of a printed unit, and whether it was known; an unknown one is `OTH`, no unit at all is None."""
    if text is None:
        return None, True
    name = "".join(character for character in text.upper() if character.isalpha())
    code = name if name in UQC else _CODES.get(name)
    if code is None and text.upper().replace("/", "").strip() == "NA":
        code = "NA"
    return ("OTH", False) if code is None else (code, True)
