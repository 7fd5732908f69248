"""Who may do what at the broker."""
