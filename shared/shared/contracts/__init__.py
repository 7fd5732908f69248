"""What crosses a service's border: events, calls and the shapes inside them. Pure: no I/O library is imported here."""
