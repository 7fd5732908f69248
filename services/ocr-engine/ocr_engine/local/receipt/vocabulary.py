"""What the lines of a receipt's head are made of, as patterns over folded text: names, addresses, titles, numbers."""

import re


def words(*lists: str) -> str:
    """An alternation of the patterns in the lists, which stand there with commas between."""
    return "|".join(part.strip() for each in lists for part in each.split(",") if part.strip())


def _whole(*lists: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words(*lists)})\b")


_LONG_FORM = (
    r"(?:s\s?d\s?n\.? ?b\s?h\s?d|sdn|bhd|berhad|s ?/ ?b|plt|pte\.? ?ltd|pvt\.? ?ltd|ltd|limited|llc|llp|inc"
    r"|incorporated|corp|corporation|gmbh(?: ?& ?co\.? ?kg)?|ohg|s\.? ?a\.? de c\.? ?v\.?|s\.? ?r\.? ?l\.?|ltda"
    r"|limitada"
    r"|sarl|eurl|s\.? ?p\.? ?a\.?|lda|eireli|e\.? ?i\.? ?r\.? ?l\.?|s\. ?a\.|s\. ?l\.)(?=$|[\s.,()])"
)
_SHORT_FORM = (
    r"(?:ag|kg|e\.? ?k\.?|ug|s\.? ?a\.?|s\.? ?l\.?(?: ?u\.?)?|s\.? ?a\.? ?s\.?|b\.? ?v\.?|n\.? ?v\.?|oy|ab|aps|a/s"
    r"|cv|me"
    r"|epp|s\.? ?c\.?|s\.? ?b\.?)(?=\W*$|\s*[,(]|\s+(?:ruc|nif|cif|nit|rut)\b)"
)
LEGAL = re.compile(rf"\b{_LONG_FORM}|(?<=\w[ ,]){_SHORT_FORM}|(?<=\w, ){_SHORT_FORM}|^pt\.? \w")
"""The legal form of a company; the short ones are other words too where they do not end the name."""

FIRM = _whole(
    "enterprises?, trading, company, co, compagnie, cie, syarikat, perniagaan, perusahaan, industries, holdings?",
    "group, grupo, marketing, distributors?, suppl(?:y|ies), services?, international, comercial, distribuidora",
    "importadora, inversiones, hermanos, bros, brothers, sons, & ?co",
)
"""Words of a firm's name that are no legal form."""

FIRM_BEGINS = re.compile(r"^\W*(?:enterprises?|trading|company|& ?co|marketing|industries|holdings?)\b")
"""How a line begins that goes on with the name above."""

TRADE = _whole(
    "restaurante?, restoran, cafe, cafeteria, coffee, kopitiam, kopi, bistro, bar, grill, bakery, bakeries, baker",
    "panaderia, padaria, backerei, boulangerie, pastry, confectionery, pizza, pizzeria, burger, sushi, seafood",
    "hotel, hostal, inn, resort, hardware, ferreteria, mart, market, supermarket, supermercado, minimart",
    "mini market, hypermarket, pasaraya, grocer, grocery, store, stores, shop, tienda, loja, kedai, boutique",
    "pharmacy, farmacia, farmasi, drogueria, apotheke, clinic, klinik, clinica, stationery",
    "book ?(?:store|shop|centre|center)?, libreria, papeleria, florist, optical, optica, petrol, petroleum, station",
    "estacion, gasolinera, tankstelle, motors?, auto, workshop, electronics?, electrical, computers?",
    "furnish(?:ing|ings)?, furniture, muebles, fashion, beauty, salon, spa, gym, cinemas?, kitchen, cuisine, food",
    "foods, tea, house, centre, center, mall, plaza, almacen, bazar, bodega, carniceria, lavanderia, laundry",
    "parking, taxi",
)
"""Words that say what kind of shop it is."""

GLUED = re.compile(
    words(
        "restaurant, restoran, bakery, hardware, minimart, supermarket, supermercado, pharmacy, farmacia, stationery",
        "enterprise, trading, petrol, furniture, electronic, confectionery, workshop, bookstore, ferreteria",
        "panaderia",
    )
)
"""Such words where recognition ran a name's words together."""

REGISTER_BEHIND = re.compile(
    r"\s*[(\[]?\s?(?:co\.?|company|roc|reg|ssm)?\.?\s?(?:reg(?:istration)?\.?)?\s?(?:no)?\.?\s?:?\s?\(?"
    r"(?:\d{5,12}\s?[-·. ]?\s?[A-Z])\s?[)\]]?\s*$|\s*[(\[]\s?\d{6,14}(?:\s?[-·.]\s?[A-Z0-9]+)?\s?[)\]]?\s*$",
    re.IGNORECASE,
)
"""A register number behind a name: `(519537-X)`."""

REGISTER_LINE = re.compile(
    r"^\W*(?:co\.?|company|roc|reg|ssm|business)?[\s.]*(?:reg(?:istration)?)?[\s.]*(?:no)?[\s.:]*\(?"
    r"\d{4,12}\s?[-·. ]?\s?[a-z]?\W*$|\b(?:co|company|reg|roc)\b.{0,12}\d{4,}"
)

_PLACES = words(
    "jalan, jln, jaian, lorong, persiaran, lebuh(?:raya)?, taman, tmn, bandar, bdr, kampung, kg, seksyen, section",
    "mukim, tingkat, wisma, kawasan, street, road, rd, avenue, ave, boulevard, blvd, lane, drive, highway, hwy",
    "floor, flr, suite, calle, avda, av, carrera, cra, carretera, paseo, colonia, col, barrio, urb, urbanizacion",
    "edif, edificio, piso, rua, avenida, praca, bairro, rue, allee, place, chemin, strasse, str, platz, weg, gasse",
    "piazza, corso, straat, laan, p ?o ?box, apartado, postcode, zip",
)
ADDRESS = re.compile(
    r"^\W*(?:direccion|dir|domicilio|ubicacion|address|adresse|anschrift|endereco|indirizzo|adres|alamat)\b\s*[:.]|"
    r"^\W*(?:no|lot|unit|suite|blk|block|#|ground|g[/.]?f|\d+(?:st|nd|rd|th)?)\b[\s.:,-]*"
    r"(?:\d|[a-z]-?\d|floor|flr|p\.?t|pt)|"
    rf"\b(?:{_PLACES})\b\.?(?:\s|,|$)|\w+(?:strasse|straße|str\.|platz|weg|gasse|straat|laan)\s+\d|"
    r"(?<!\d)\d{5}\s+[a-z]{3}|\b[a-z]{2}\s\d{5}\b|\b\d{4}\s?[a-z]{2}\b\s+[a-z]{3}|"
    r",\s*(?:selangor|johor|penang|malaysia|panama|espana)\b"
)
CONTACT = re.compile(
    r"\b(?:tel\w*|fax|phone|mobile|hp|hotline|whats ?app\w*|cel|celular|email|e-?mail|correo|website|fb|facebook"
    r"|instagram)\b"
    r"|www\.|https?:|@\w+\.|\w+\.(?:com|net|org|es|de|fr)\b|^\W*\+?\d[\d\s()/-]{6,}$"
)
_TAX_NUMBERS = words(
    "gst, sst, vat, tin, abn, nif, cif, nit, ruc, rut, rfc, cnpj, cpf, ust, tva, siret, iva, p\\.? ?iva, mwst, gstin",
    "cuit",
)
TAX_NUMBER = re.compile(
    rf"\b(?:{_TAX_NUMBERS})\b[\s.:-]*(?:reg\w*|id\w*|no|num\w*|nr|ref\w*|code)?[\s.:#-]*[a-z]{{0,3}}\d"
    r"|\b(?:gst|sst|vat|tax)\s?(?:reg\w*|id|no|ref)\b|^gst"
)
_TITLES = words(
    "tax ?invoice, invoice, receipt, bill, cash sales?, cash bill, guest check, official receipt, simplified",
    "duplicate, reprint, welcome, thank, thanks, factura, ticket, tiquete, boleta, recibo, cupom, documento",
    "comprobante, rechnung, kassenbon, beleg, quittung, kundenbeleg, facture, recu, ricevuta, scontrino, gracias",
    "obrigad[oa], danke, merci, bienvenid\\w*, customer, cliente",
)
_ALSO_NAMES = words(
    "official, original, copy, nota, bon, order, queue, table, counter, check, cashier, server, waiter, date, time",
    "take ?away, dine ?in, carry ?out, pick ?up, terminal, pos, shift, trans\\w*, doc, document, no, page, member",
    "delivery, statement",
)
TITLE = re.compile(rf"^\W*(?:your |the |customer |order )?\b(?:{_TITLES})\b")
"""How lines begin that name the paper and no company."""

OTHER_TITLE = re.compile(rf"^\W*(?:your |the |customer |order )?\b(?:{_ALSO_NAMES})\b")
"""How lines begin that say something of the paper, unless they go on with the words of a shop."""

NOT_ISSUER = re.compile(
    r"^\W*(?:formerly|f\.?k\.?a)\b|\b(?:bill(?:ed)? to|sold to|ship to|deliver(?:ed)? to|customer|cliente|client"
    r"|kunde|attn"
    r"|attention"
    r"|m/s|name|nombre|receptor|destinatario|licen[sc]ee of|managed by|powered by|printed by|member of"
    r"|a division of|branch"
    r"|sucursal|filiale|outlet)\b\s*[:.]?"
)
CUSTOMER_BLOCK = re.compile(
    r"^\W*(?:bill(?:ed)? to|sold to|ship to|deliver(?:ed)? to|customer|cliente|client|kunde|attn|m/s|receptor)\b"
)
OWNED_BY = re.compile(
    r"^\W*(?:dimiliki oleh|owned by|operated by|operado por|administrado por|betreiber|inh\.?|inhaber)\s*:?\s*",
    re.IGNORECASE,
)
ISSUER_LABEL = re.compile(
    r"^\W*(?:emisor|razon social|nombre comercial|empresa|comercio|merchant|company|supplier|seller|vendor"
    r"|verkaufer|firma)"
    r"\s*:\s*(?:nombre\s*:\s*)?",
    re.IGNORECASE,
)
FORMER_NAME = re.compile(r"\s*[(\[]?\s*\b(?:formerly|previously|f\.?k\.?a\.?)\b.*$", re.IGNORECASE)
"""What a company was called before, behind its name."""

SUFFIX_ONLY = re.compile(
    rf"^\W*(?:\(?[a-z]{{1,2}}\)?\s?)?(?:\b{_LONG_FORM}|\b{_SHORT_FORM}|enterprises?|trading|company|& ?co|\W)+\W*$"
)
"""A line that holds only the end of a company's name."""

HEADING = _whole(
    "qty, quantity, price, u ?price, amount, amt, item code, description, descripcion, cant, cantidad, codigo",
    "unidad, unid, importe, precio, valor, monto, menge, preis, artikel, bezeichnung, prix, qte, designation",
    "quantidade, preco, descricao",
)
"""Words of the heading above the goods."""
