"""How invoices head the columns of their lines, in German, English, French, Spanish, Italian, Dutch and Portuguese."""

from ocr_engine.local.invoice.words import TAX_WORD, is_carried, is_section, is_sum
from ocr_engine.local.table.vocabulary import Vocabulary

_WITH_TAX = rf"(?:inkl|incl|inc|including|mit|con|c|ttc)(?: {TAX_WORD})?"
_NO_TAX = rf"(?:(?:ohne|excl|exkl|ex|before|without|sin|s|hors|ht|w o)(?: {TAX_WORD})?)"
_UNIT = (
    r"(?:einheit|einh|me|mengeneinheit|meng einheit|meng|unit|units|uom|um|u m|unite|unidad|ud|unita"
    r"|eenheid|unidade|un)"
)
LINES = Vocabulary(
    headings={
        "price_with_tax": rf"(?:stuckpreis|einzelpreis|unit price|price|prix unitaire|precio|prezzo|prijs) {_WITH_TAX}",
        "description": (
            r"title|(?:artikel|leistungs|produkt|waren|positions)?\s?(?:beschreibung|bezeichnung)|artikel|produkt"
            r"|leistung(?:en)?|text|bezeichnung der leistung"
            r"|material beschreibung|(?:item |product |service |goods )?description(?: of goods| of services)?"
            r"|descriptions?|items?|products?|particulars|details"
            r"|product service|products services|services?|item name|product name|item description"
            r"|description and quantity|goods|activity|work|task"
            r"|designation|libelle|article|produit|prestation|descriptif|denomination"
            r"|descripcion|concepto|articulo|producto|detalle|servicio|denominacion"
            r"|descrizione|prodotto|articolo|descrizione (?:articolo|prodotto|beni)|omschrijving|product"
            r"|beschrijving|descricao|produto|servico|designacao"
        ),
        "position": (
            r"pos|position|positions? ?nr|pos nr|lfd|lfd nr|nr|no|n|#|line|line no|item no|sl|sl no"
            r"|s no|sr|sr no|ligne|linea|item #|riga|regel|lin|num"
        ),
        "code": (
            r"art|art nr|artnr|artikelnr|artikel nr|artikelnummer|art no|item code|product code|code|sku|ref"
            r"|reference|referencia|referentie|codigo|cod|codice|cod art"
            r"|art nr (?:kunde|lief|lieferant)|gtin|ean|ean code|upc|part|part no|part number|product id"
            r"|item number|material|materialnr|stock code|isbn|mpn"
            r"|code article|art nr kunde art nr lief|produktnr|produktnummer|artikelcode|item id|product no"
            r"|catalog|clave|plu"
        ),
        "quantity": (
            r"menge|menge meng|anzahl|stuck|stk|mge|std|stunden|qty|quantity|quant|qnty|quantities|pcs|hours"
            r"|hrs|units|no of units|qty shipped|qty hrs|hours qty|qty ordered"
            r"|quantite|qte|q te|nb|nombre|cantidad|cant|cdad|uds|unidades|quantita|q ta|qta|aantal|quantidade"
            r"|qtd|qtde|ore|shipped|billed|menge einheit|menge me|qty units?"
        ),
        "unit": _UNIT,
        "unit_price": (
            rf"(?:stuckpreis|einzelpreis|unit price|price|prix unitaire|precio|prezzo|prijs) {_NO_TAX}|"
            r"(?:einzel|stuck|netto|einheits|netto ?einzel|verkaufs|brutto ?einzel|grund|listen)preis(?: netto"
            r"| eur| in eur)?|e preis|ep|ep netto|vk|preis(?: einheit| eur| me| pro einheit| stuck| netto)?"
            r"|stundensatz|satz"
            r"|unit price|unit cost|price|unit|rate|price unit|price each|cost|each|net price|unit price eur"
            r"|price per unit|hourly rate|price excl vat|unit net price|list price|unit price usd|item price"
            r"|amount unit"
            r"|prix|prix unitaire|p u|pu|prix unit|pu ht|p u ht|prix unitaire ht|prix u ht|prix unitaire net"
            r"|tarif|prix ht unitaire"
            r"|precio|precio unitario|precio unidad|precio ud|p unitario|precio unit|p unit|pvp|tarifa"
            r"|importe unitario|precio u|prec unit"
            r"|prezzo|prezzo unitario|prezzo unit|p unitario|importo unitario|prijs|stukprijs|eenheidsprijs"
            r"|prijs per stuk|tarief|preco|preco unitario|preco unit|pr unitario|p unit|valor unitario"
        ),
        "discount": (
            r"rabatt(?: %)?|rab|rab %|nachlass|discount(?: %)?|disc|disc %|% disc|remise(?: %)?|rem|rem %"
            r"|reduction|descuento|dto|% dto|dto %|desc|dcto|sconto|sc|sc %|sconto %|korting|kort|desconto"
            r"|desc %"
        ),
        "tax_rate": (
            rf"(?:{TAX_WORD}|st|steuersatz|ust satz|mwst satz)(?: ?(?:%|satz|rate|code|in %))*|% ?{TAX_WORD}"
            rf"|steuersatz(?: %)?|taux(?: de)? tva|tx tva|tipo iva|aliquota(?: iva)?|al iva|taxa iva"
            rf"|btw tarief|%|steuer|vat rate %|tax rate %|tarif tva|tva taux|c iva"
        ),
        "tax_amount": (
            r"igst|cgst|sgst|utgst|"
            rf"(?:{TAX_WORD}) ?(?:betrag|amount|amt)|(?:ust|mwst|steuer)betrag|montant (?:de la )?tva"
            rf"|cuota(?: iva)?|importe iva|importo iva|btw bedrag|valor iva|vat amt|(?:amount"
            rf"|total) (?:of )?(?:vat|tax|gst)|total taxes"
        ),
        "amount_with_tax": (
            rf"(?:gesamt\w*|(?:zwischen)?summe|total\w*|amount|betrag|montant|importe|totaal|sub ?total"
            rf"|line total) {_WITH_TAX}|"
            r"brutto|bruttobetrag|brutto betrag|brutto ?gesamt|gesamt brutto|gesamtpreis brutto|total brutto"
            r"|gross|gross amount|gross worth|amount incl(?:uding)? (?:vat|tax|gst)"
            r"|total incl(?:uding)? (?:vat|tax|gst)|total inc vat"
            r"|(?:total|montant|prix(?: total)?) ttc|total iva incl\w*|total con iva|importe total"
            r"|totale ivato|totaal incl(?: btw)?|total c iva|inc (?:vat|tax)|total with tax"
            r"|line total incl vat"
        ),
        "amount": (
            rf"(?:gesamt\w*|(?:zwischen)?summe|total\w*|amount|betrag|montant|importe|totaal|sub ?total"
            rf"|line total) {_NO_TAX}|"
            r"zwischensumme|(?:gesamt|netto|netto ?gesamt|gesamt ?netto|positions|zeilen|summen|end|total|pos)(?:preis"
            r"|betrag|wert|summe|entgelt)?(?: netto| eur| in eur| ohne ust| excl ust)?|betrag(?: eur| netto"
            r"| in eur)?|summe(?: eur| netto)?|entgelt|gp|g preis|gesamtbetrag|wert|nettobetrag|nettowert"
            r"|preis gesamt|positions betrag ohne ust"
            r"|amount(?: eur| usd| gbp| due)?|total|line total|totals|net|net amount|total price|ext price"
            r"|extended|extended price|extension|subtotal|sub total|net worth|net total|total net|amt"
            r"|total amount|sum|net value|value|price w o tax|line amount|total eur|total usd|amount ex vat"
            r"|total ex vat|total excl vat|amount excl vat|price total|line value|taxable value|amount net"
            r"|ext amount|total cost"
            r"|montant(?: ht| net| eur)?|total ht|prix ht|prix total(?: ht)?|total net|total ligne|mt ht"
            r"|montant total|total h t|montant h t"
            r"|importe(?: neto| eur)?|total linea|total neto|neto|subtotal|valor|valor total|precio total|total sin iva"
            r"|importo|totale|prezzo totale|imponibile|totale riga|importo netto|totaal|bedrag"
            r"|totaal excl(?: btw)?|prijs totaal|totaalprijs|regeltotaal|total liquido|valor liquido"
            r"|preco total|total s iva"
        ),
    },
    figures=frozenset(
        {"quantity", "unit_price", "price_with_tax", "discount", "tax_rate", "tax_amount", "amount", "amount_with_tax"}
    ),
    amounts=("amount", "amount_with_tax", "unit_price"),
    text="description",
    sums=is_sum,
    sections=is_section,
    skips=is_carried,
    instead={"amount": "quantity", "description": "code"},
    repeated={"unit_price": "amount"},
    taxes=frozenset({"tax_rate", "tax_amount"}),
    with_tax="amount_with_tax",
)
