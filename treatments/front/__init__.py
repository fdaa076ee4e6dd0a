"""The first page, and the chart of a patient: they see everything."""
