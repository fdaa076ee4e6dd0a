"""Leaf library: knows nothing of what stands above it."""
