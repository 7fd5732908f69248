"""Rules for receipts and expense slips of any country: total, date, company, currency, goods."""
