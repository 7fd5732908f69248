"""Invented traders and goods for drawn GST invoices."""

from dataclasses import dataclass

from ocr_engine.gst import is_gstin

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def gstin(first: str) -> str:
    """A GSTIN with the check character that belongs to its first fourteen."""
    return next(first + last for last in _ALPHABET if is_gstin(first + last))


@dataclass(frozen=True)
class Trader:
    """A party of an invoice."""

    name: str
    street: str
    area: str
    city: str
    state: str
    code: str
    pin: str
    pan: str

    @property
    def gstin(self) -> str:
        """The number of its registration."""
        return gstin(f"{self.code}{self.pan}1Z")


TRADERS = (
    Trader(
        "Sahyadri Electricals Pvt. Ltd.",
        "Plot 14, MIDC Phase II",
        "Bhosari",
        "Pune",
        "Maharashtra",
        "27",
        "411026",
        "AAKCS4821M",
    ),
    Trader(
        "Kaveri Hardware Stores",
        "No. 88, Avenue Road",
        "Chickpet",
        "Bengaluru",
        "Karnataka",
        "29",
        "560053",
        "ABKPK7712Q",
    ),
    Trader(
        "Lotus Pharma Distributors",
        "12/4, Ellis Bridge",
        "Ashram Road",
        "Ahmedabad",
        "Gujarat",
        "24",
        "380009",
        "AADFL2290C",
    ),
    Trader(
        "NORTHERN STEEL TRADERS",
        "B-21, Okhla Industrial Area",
        "Phase I",
        "New Delhi",
        "Delhi",
        "07",
        "110020",
        "AAJFN6634H",
    ),
    Trader("Coromandel Foods LLP", "45, Anna Salai", "Guindy", "Chennai", "Tamil Nadu", "33", "600032", "AAMFC1198R"),
    Trader(
        "Hooghly Textiles & Co.",
        "7, Burrabazar Street",
        "2nd Floor",
        "Kolkata",
        "West Bengal",
        "19",
        "700007",
        "AABFH5540J",
    ),
    Trader(
        "Charminar Computers",
        "Shop 5, Abids Circle",
        "Near GPO",
        "Hyderabad",
        "Telangana",
        "36",
        "500001",
        "ACRPC3307E",
    ),
    Trader(
        "Malabar Spices Private Limited",
        "XV/220, Jew Town Road",
        "Mattancherry",
        "Kochi",
        "Kerala",
        "32",
        "682002",
        "AAGCM9015D",
    ),
    Trader(
        "Awadh Chemical Works",
        "C-9, Talkatora Industrial Estate",
        "Rajajipuram",
        "Lucknow",
        "Uttar Pradesh",
        "09",
        "226017",
        "AALFA4466P",
    ),
    Trader("Marwar Handicrafts", "Old Fort Lane", "Sojati Gate", "Jodhpur", "Rajasthan", "08", "342001", "BHGPM2841K"),
)

GOODS = (
    ("LED Panel Light 18W Round", "94054090", "PCS", "640.00", "18"),
    ("Copper Wire 1.5 sq mm FR 90 m coil", "85444999", "COIL", "1875.50", "18"),
    ("Modular Switch 6A one way", "85365020", "NOS", "42.75", "18"),
    ("Paracetamol 650 mg strip of 15", "30049063", "STR", "22.40", "12"),
    ("Basmati Rice Premium aged two years", "10063020", "KGS", "118.00", "5"),
    ("M.S. Angle 50 x 50 x 6", "72165000", "KGS", "61.35", "18"),
    ("Cotton Bed Sheet double with two pillow covers", "63041910", "SET", "1249.00", "12"),
    ("Laptop Stand aluminium adjustable", "84733099", "NOS", "1099.00", "18"),
    ("Black Pepper Garbled 500 g", "09041110", "PKT", "415.00", "5"),
    ("Caustic Soda Flakes", "28151110", "BAG", "2350.00", "18"),
    ("Ceiling Fan 1200 mm brown", "84145110", "PCS", "1685.00", "18"),
    ("Exercise Book 172 pages", "48202000", "DOZ", "384.00", "12"),
    ("Hand Carved Wooden Box", "44201000", "NOS", "560.00", "12"),
    ("Annual Maintenance of UPS", "998713", "NOS", "8500.00", "18"),
    ("Packaged Drinking Water 1 L", "22011010", "BTL", "14.25", "18"),
    ("PVC Conduit Pipe 25 mm ISI marked heavy duty", "39172390", "MTR", "36.80", "18"),
)
"""Name, HSN or SAC, unit, price without tax, GST rate."""
