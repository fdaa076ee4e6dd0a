"""Treatments: what to do about it. Points, plans, courses, visits; the planner in `treatments.planner` is pure."""
