"""A copy of all databases as they were at one moment, and the way back."""
