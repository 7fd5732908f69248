"""Rules for résumés: who applies, and how to reach them."""
