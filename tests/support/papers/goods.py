"""What invented shops of Panama sell, and to whom: names, prices in balboas and ITBMS rates."""

from dataclasses import dataclass
from typing import Literal

Trade = Literal["groceries", "restaurant", "pharmacy", "hardware", "services"]


@dataclass(frozen=True)
class Issuer:
    """A shop that does not exist."""

    name: str
    address: str
    phone: str
    trade: Trade


@dataclass(frozen=True)
class Good:
    """Something for sale: price in cents before ITBMS, rate in percent (0 exempt, 7, 10, 15)."""

    name: str
    cents: int
    rate: int


ISSUERS: tuple[Issuer, ...] = (
    Issuer("Mini Súper La Ceiba, S.A.", "Vía Ricardo J. Alfaro, Local 12", "236-0148", "groceries"),
    Issuer("Supermercado Don Toño, S.A.", "Calle 4ta, Las Tablas, Los Santos", "994-0277", "groceries"),
    Issuer("Abarrotería Nueva Penonomé", "Ave. Juan D. Arosemena, Penonomé", "997-0312", "groceries"),
    Issuer("Fonda El Guayacán, S. de R.L.", "Paseo Enrique Geenzier, Santiago", "998-0455", "restaurant"),
    Issuer("Parrillada Cerro Punta, S.A.", "Calle Central, Volcán, Chiriquí", "771-0129", "restaurant"),
    Issuer("Farmacia Santa Librada Norte, S.A.", "Ave. Domingo Díaz, San Miguelito", "274-0366", "pharmacy"),
    Issuer("Ferretería Los Hermanos Ñurumbí", "Calle 8va, Chitré, Herrera", "996-0581", "hardware"),
    Issuer("Servicios Técnicos Península, S.A.", "Calle 53, Obarrio, Piso 6, Oficina 6B", "263-0790", "services"),
)

GOODS: dict[Trade, tuple[Good, ...]] = {
    "groceries": (
        Good("Leche Estrella Azul 1L", 189, 0),
        Good("Arroz Primera 5lb", 345, 0),
        Good("Coca-Cola 2L", 225, 7),
        Good("Pan Blanco Bimbo 567g", 215, 0),
        Good("Aceite Vegetal 1L", 329, 0),
        Good("Huevos 12un", 279, 0),
        Good("Azúcar Morena 2lb", 142, 0),
        Good("Atún en Agua 142g", 165, 0),
        Good("Cerveza Lata 355ml", 95, 10),
        Good("Detergente Polvo 1kg", 410, 7),
        Good("Jabón de Baño 3un", 245, 7),
        Good("Papel Higiénico 4un", 299, 7),
        Good("Piña Ñaña en Almíbar 820g", 318, 7),
        Good("Cigarrillos 20un", 475, 15),
        Good("Café Durán 425g", 589, 0),
    ),
    "restaurant": (
        Good("Sancocho de Gallina", 575, 7),
        Good("Corvina al Ajillo", 1290, 7),
        Good("Ropa Vieja con Arroz", 725, 7),
        Good("Patacones", 275, 7),
        Good("Jugo de Maracuyá", 250, 7),
        Good("Copa de Vino Tinto", 550, 10),
        Good("Cerveza Nacional", 225, 10),
        Good("Flan de Coco", 310, 7),
    ),
    "pharmacy": (
        Good("Acetaminofén 500mg 20 Tab", 385, 0),
        Good("Loratadina 10mg 10 Tab", 460, 0),
        Good("Suero Oral 500ml", 295, 0),
        Good("Alcohol 70% 240ml", 180, 7),
        Good("Champú Niños 400ml", 640, 7),
        Good("Pañales Etapa 3 30un", 1135, 7),
    ),
    "hardware": (
        Good("Cemento Gris 42.5kg", 985, 7),
        Good("Pintura Látex Blanca 1gal", 1890, 7),
        Good("Tubo PVC 1/2 x 20", 465, 7),
        Good("Clavos 2 1/2 1lb", 135, 7),
        Good("Bombillo LED 9W", 220, 7),
        Good("Machete 24 Pulgadas", 815, 7),
    ),
    "services": (
        Good("Mantenimiento Preventivo", 8500, 7),
        Good("Instalación Eléctrica", 14250, 7),
        Good("Revisión de Planos", 22000, 7),
        Good("Capacitación por Hora", 4500, 0),
        Good("Hospedaje Noche", 6900, 10),
    ),
}

LONG_SUFFIX: dict[Trade, str] = {
    "groceries": "Presentación Familiar Importado",
    "restaurant": "con Ensalada y Yuca Frita",
    "pharmacy": "Genérico Caja con Blíster",
    "hardware": "Marca Reforzada Uso Exterior",
    "services": "según Cotización Aprobada",
}
"""What makes a name too long for a tape's line."""

CUSTOMERS = (
    ("CONSUMIDOR FINAL", ""),
    ("Inversiones Río Indio, S.A.", "155660231-2-2018"),
    ("Marta Núñez", "8-402-1177"),
)
PROVIDER = ("Facturación Istmeña PAC, S.A.", "155612340-2-2015")
"""The authorised provider at a CAFE's foot: a RUC that is not the issuer's."""
