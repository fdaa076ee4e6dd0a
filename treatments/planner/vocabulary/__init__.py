"""The ground floor: every id that rules, plans and pages share, once, with its words. Imports nothing above it."""
