"""Taking over documents that another system issued: their XML read, judged with SUNAT's receipt, stored as ours are."""
