"""Lumis on one machine: private servers, the six services, a demonstration."""
