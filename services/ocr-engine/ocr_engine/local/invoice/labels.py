"""The words around the parties of an invoice: whose block it is, what is a name, an address, a register."""

import re

_SUFFIX = (
    r"(?:\s*/\s*\w+)?(?:\s*\([\w ]+\))?"
    r"(?:\s+(?:details|information|info|address|adresse|daten|data|name|is))?\s*:?\s*$"
)
SELLER = re.compile(
    r"^\W*(?:[a-z ]{2,24}\s?/\s?)?(?:verkaufer|rechnungs(?:steller|ersteller|aussteller)|lieferant"
    r"|leistungserbringer|auftragnehmer"
    r"|absender|seller|vendor|supplier|from|sold by|issued by|issuer|billed by|remit to"
    r"|vendeur|fournisseur|emetteur|emis par|prestataire|vendedor|proveedor|emisor|emitido por|cedente"
    r"|cedente/prestatore|fornitore|mittente|verkoper|leverancier|van|fornecedor|emitente"
    r"|our details|datos del emisor|company details)" + _SUFFIX
)
BUYER = re.compile(
    r"^\W*(?:[a-z ]{2,24}\s?/\s?)?(?:(?:abweichender )?(?:kaufer|rechnungsempfanger|leistungsempfanger|kunde"
    r"|auftraggeber|empfanger)"
    r"|rechnungsadresse|rechnung an|rechnungsanschrift|buyer|customer|client|bill(?:ed|ing)? to"
    r"|invoice(?:d)? to|sold to|to|bill to address|billing address|purchaser|recipient|for"
    r"|acheteur|facture a|adresse (?:de )?facturation|destinataire|adresse a|comprador|cliente|facturar a"
    r"|datos del cliente|receptor|destinatario|cessionario|cessionario/committente|cliente/destinatario"
    r"|spett(?:\.?le|abile)|koper|klant|factuuradres|aan|adquirente"
    r"|exm[oa]s?\.?(?:\s*\(?s\)?)?(?:\s+s(?:r|enhor)(?:es)?\.?)?|issued to|messrs)" + _SUFFIX
)
OTHER_PARTY = re.compile(
    r"^\W*(?:(?:abweichender )?(?:warenempfanger|zahlungsempfanger)|lieferadresse|lieferanschrift|ship(?:ped"
    r"|ping)? to|deliver(?:y|ed)? (?:to|address)|shipping address|adresse de livraison|livre a|envio"
    r"|direccion de envio|enviar a|indirizzo di spedizione|destinazione|afleveradres"
    r"|sales contact|contact commercial|ansprechpartner|contact|payee)\b.{0,24}:?\s*$"
)
LEGAL_FORM = re.compile(
    r"(?<![\w])(?:g ?mbh(?: ?& ?co\.? ?kg)?|mbh|ag|kg|ohg|gbr|e\.? ?k\.?|e\.? ?kfm\.?|ug|se|kgaa|partg"
    r"|a\.? ?g\.?|e\.? ?v\.?|inh\.?|inhaber|ltd\.?|limited|llc|l\.l\.c\.|inc\.?|incorporated|corp\.?"
    r"|corporation|plc|llp|lp|pty|co\.|company"
    r"|sarl|s\.a\.r\.l\.?|sas|s\.a\.s\.?|sasu|eurl|sa|s\.a\.?|snc|sci|scop|ei|sl|s\.l\.?|slu|s\.l\.u\.?|sll"
    r"|s\.l\.l\.?|sc|s\.coop\.?|srl|s\.r\.l\.?(?:s\.?)?|spa|s\.p\.a\.?|sas|bv|b\.v\.?|nv|n\.v\.?|vof"
    r"|v\.o\.f\.?|lda\.?|ltda\.?|unipessoal|sdn\.? ?bhd|bhd"
    r"|oy|ab|as|a/s|aps|sp\. ?z ?o\.? ?o\.?|s\.?r\.?o\.?|kft|d\.o\.o\.?|pvt\.?|private limited"
    r"|sociedad anonima|y cia)(?![\w])"
)
FRENCH_FORM = re.compile(r"\b(sarl|sas|sasu|eurl|sa|snc)\W*$")
POSTAL = re.compile(
    r"\b(?:[a-z]{1,2}[- ])?\d{4,5}\b(?: ?[a-z]{2})?\s+[a-z]|\b[a-z]{1,2}\d{1,2}[a-z]? ?\d[a-z]{2}\b"
    r"|,\s?[a-z]{2} \d{5}\b"
)
STREET = re.compile(
    r"(?:^|\s)c/\s?[a-z]|\bunit \d|\w*(?:stra(?:ss|ß)e|str\.|weg|gasse|platz|allee|ufer|ring|damm|promenade)\b"
    r"|\b(?:rue|avenue|av\."
    r"|boulevard|bd|chemin|route|place|impasse|allee|calle|avda|plaza|paseo|carrer|camino|via|viale|piazza"
    r"|corso|straat|laan|weg|plein|street|st\.?|road|rd|lane|drive|ave|suite|floor|p\.? ?o\.? box|postfach|rua"
    r"|largo|travessa)\b"
)
NOT_A_NAME = re.compile(
    r"^(?:gln|globale? (?:nummer|number|nr|id)|siret|siren|e-?mail|www|http|iban|bic|z\.? ?hd|attn|c/o"
    r"|hrb|hra|amtsgericht|gerichtsstand|geschaftsf|rcs|ape|eori|duns|p\.? iva|partita iva|nif|cif"
    r"|codice fiscale|mwst|weee?)\b"
    r"|^(?:lief|nummer|handelsname|steuer|ust|umsatz|u st|vat|tva|iva|btw|gst|tax|tel|telefon|telefono|fon"
    r"|phone|fax|mobil|mail|web(?:site|seite)?|kontakt|ansprechpartner|name|anschrift|adresse|address|id|ref|kunden?|customer"
    r"|client|cliente|klant"
    r"|abteilung|bank|kto|konto|blz|datum|date|fecha|data|seite|page|rechnung|invoice|facture|factura|gutschrift|cod)"
    r"(?:s?-?\s?(?:nr|nummer|number|num|konto|code|iban)\b|[\s-]+(?:n[or]?|id)\b|\s*[:.#+°-]|\s*\(?\d|\s*$)"
    r"|@|^\W*$|^\d[\d\s./-]*$|^\(c\)|^copyright"
)
PERSON = re.compile(
    r"^(?:herrn?|frau|mr|mrs|ms|dr|monsieur|madame|mme|m\.|sr|sra|sig|dhr|mevr|familie|firma)\b\.?\s*$"
    r"|^(?:herrn?|frau|mr|mrs|ms|monsieur|madame|mme|dhr|mevr)\.?\s+\w"
)
SEPARATOR = re.compile(r"\s*[●•·|‧∙◦▪■]\s*|\s+[-–—*]\s+|\s*,\s+")
FOOT = re.compile(
    r"geschaftsfuhr|managing director|handelsregister|amtsgericht|registergericht|\bhrb\b|\bhra\b|vorstand"
    r"|company (?:no|reg)|registered (?:in|office)|siret|siren|rcs|capital|registro mercantil|cod\.? fisc"
    r"|reg\. imp|\bkvk\b|capitale sociale|gerente|sitz der gesellschaft|chamber of commerce"
)
HOLDER = re.compile(
    r"\b(?:kontoinhaber|kontoname|account (?:holder|name)|beneficiary|payee|titulaire|titular|intestatario"
    r"|tenaamstelling|t\.?n\.?v\.?|payable to|inhaber des kontos|zahlungsempfanger)\b[\s:]*"
)
TITLE_WORDS = re.compile(
    r"^(?:.{0,20}(?:rechnung|invoice|facture|factura|fattura|factuur|fatura|gutschrift|credit note|avoir"
    r"|quittung|receipt|beleg|statement|bill|original|kopie|copy|duplicate|seite|page|stylesheet|beispiel"
    r"|version|currency|wahrung|bill|tax)\b.*)$"
)
BANK = re.compile(r"\b(?:\w*banka?|\w*sparkasse|banque|banco|banca|caixa\w*|credit agricole|postfinance|treasury)\b")
"""The paper's bank stands beside the seller's name more often than it sells."""

TOWN = re.compile(r"^[a-z][a-z .'-]{2,30},? \d{4,6}\b")
"""A town before its postal code."""
SELLER_INLINE = re.compile(
    r"^\W*(?:(?:sold by|verkauft von|vendido por|vendu par|venduto da)\s*:?\s+"
    r"|(?:seller|supplier|vendor|verkaufer|lieferant|rechnungssteller|vendeur|fournisseur|emetteur|vendedor"
    r"|proveedor|emisor"
    r"|razon social|fornitore|verkoper|leverancier|fornecedor)\s*:\s*)"
)
BUYER_INLINE = re.compile(
    r"^\W*(?:kunde|kaufer|rechnungsempfanger|customer(?: name)?|client|buyer|bill(?:ed)? to|invoice(?:d)? to"
    r"|acheteur|cliente"
    r"|nombre del cliente|comprador|receptor|adquirente|destinatario|klant|koper|senores|sres)\s*:\s*(?!\d)"
)
PAPER_BEHIND = re.compile(
    r"\s+(?:tax )?(?:invoice|rechnung|facture|factura|fattura|factuur|fatura|quittung|receipt|credit note"
    r"|gutschrift)\W*$"
)
