"""The Extract API behind its routes: documents that are polled for, callbacks to the programs that wait for them."""
