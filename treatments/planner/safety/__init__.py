"""What a treatment must not contain, and what may be overridden with a reason."""
