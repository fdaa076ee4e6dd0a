"""Reads the schedule and puts it into words. Nothing here writes; nothing here knows why a patient comes."""
