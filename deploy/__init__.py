"""Everything that runs Lumis: the local runner and the generated specifications."""
