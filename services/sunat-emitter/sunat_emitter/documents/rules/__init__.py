"""SUNAT's rules that a document of ours can break, in our own words of code, each with SUNAT's number and text.

Rules 1000-3999 reject a document, from 4000 on they only make an observation.
"""

from sunat_emitter.documents.rules.check import violations
from sunat_emitter.documents.rules.rule import Violation
from sunat_emitter.documents.rules.tree import tree_violations

__all__ = ["Violation", "tree_violations", "violations"]
