"""What a treatment must not hold, and what a reason may pass."""
