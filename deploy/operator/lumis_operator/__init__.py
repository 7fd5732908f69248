"""The command `lumis`: what an operator asks of a running Lumis, over the broker, the databases and HTTP."""
