"""What the six Lumis services share."""
