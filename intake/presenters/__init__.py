"""What intake pages say, in words."""
