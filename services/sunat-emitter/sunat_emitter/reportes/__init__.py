"""Monthly reports of what an issuer's comprobantes come to, as data, as CSV and on paper."""
