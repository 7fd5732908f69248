"""Who can read a document: two hosted models and the local engine."""
