"""Visits: charted, signed, amended."""
