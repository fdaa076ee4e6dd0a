"""The home page and a patient's chart: they may see everything."""
