"""Treatments: points, plans, courses, visits; the planner in `treatments.planner` is pure."""
