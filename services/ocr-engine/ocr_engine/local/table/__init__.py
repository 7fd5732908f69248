"""Tables of any paper: headings give the columns, figures the rows.

`find_tables(lines, Vocabulary(...), decimal) -> tuple[Table, ...]` in `reader`; a `Table` has `columns` and `rows`, a
`Row` gives `figure(key) -> Figure | None`, `text(key) -> str` and `parts(key) -> tuple[Span, ...]` (a cell line by
line). A country brings its own `Vocabulary`: which headings name which columns, which of them hold figures, which
words end the table.
"""
