"""A closer look at a proposal: why a point is not in it, what could stand in for one, what to examine."""
