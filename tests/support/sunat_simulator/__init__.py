"""A stand-in for SUNAT on loopback: its SOAP, its checks, its books. Every description that it gives says SIMULADOR."""

from tests.support.sunat_simulator.books import Books, Entry
from tests.support.sunat_simulator.faults import Fault, Faults
from tests.support.sunat_simulator.server import Simulator

__all__ = ["Books", "Entry", "Fault", "Faults", "Simulator"]
