"""Rules that read GST invoices of India, under both of its schemas."""
