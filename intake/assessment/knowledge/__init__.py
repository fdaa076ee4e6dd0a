"""What the assessment knows, read from TOML and checked."""
