"""Rules of the schema `odoo_invoice`: invoices of any country, read by labels, columns and arithmetic."""
