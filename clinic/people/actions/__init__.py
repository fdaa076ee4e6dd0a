"""Writes about people: patients and the safety facts known of them."""
