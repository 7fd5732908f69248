"""The product categories that a model may give as hints: those of the tagger's starter catalogue."""

CATEGORIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "alimentos",
        (
            "lacteos",
            "panaderia",
            "carnes",
            "frutas_verduras",
            "snacks",
            "granos",
            "enlatados",
            "condimentos",
            "mariscos",
            "huevos",
            "congelados",
            "tabaco",
        ),
    ),
    ("bebidas", ("gaseosas", "agua", "jugos", "cafe_te", "energizantes", "cervezas", "licores")),
    ("limpieza", ("detergentes", "desinfectantes", "papel", "utensilios_limpieza")),
    (
        "cuidado_personal",
        ("higiene_bucal", "cabello", "jabones", "desodorantes", "afeitado", "higiene_femenina", "bebes", "cosmeticos"),
    ),
    ("farmacia", ("medicamentos", "vitaminas", "primeros_auxilios")),
    ("hogar", ("cocina", "muebles", "electrodomesticos", "decoracion")),
    ("ferreteria", ("pinturas", "plomeria", "electricidad", "herramientas", "construccion")),
    ("ropa", ("calzado", "prendas")),
    ("electronica", ("celulares", "computacion", "audio_video")),
    ("combustible", ("gasolina", "diesel", "gas_licuado")),
    ("restaurantes", ("comida_rapida", "platos_fuertes", "postres")),
    (
        "servicios",
        (
            "honorarios",
            "mantenimiento",
            "telecomunicaciones",
            "servicios_publicos",
            "belleza",
            "salud",
            "educacion",
            "entretenimiento",
        ),
    ),
    ("hospedaje", ("hoteles",)),
    ("transporte", ("repuestos", "movilidad", "envios")),
    ("oficina", ("papeleria", "tintas", "copias")),
    ("mascotas", ("alimento_mascotas", "cuidado_mascotas")),
)
"""L1 slug and the L2 slugs under it. Kinds of shop that no product belongs to (supermarkets) are left out."""

CATEGORY_L1 = frozenset(l1 for l1, _ in CATEGORIES)
CATEGORY_L2 = frozenset(l2 for _, below in CATEGORIES for l2 in below)


def category_list() -> str:
    """The categories as a prompt shows them: one line per L1."""
    return "\n".join(f"{l1}: {', '.join(below)}" for l1, below in CATEGORIES)
