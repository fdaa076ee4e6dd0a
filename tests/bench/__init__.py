"""Benchmarks: figures and ratios of one run, never a timed test."""
