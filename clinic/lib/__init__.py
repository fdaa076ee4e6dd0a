"""Leaf library: knows nothing about the layers above it."""
