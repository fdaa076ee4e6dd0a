"""Writes about people: patients and the safety facts known about them."""
