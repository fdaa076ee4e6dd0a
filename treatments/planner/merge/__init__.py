"""A plan that was edited, and a new proposal: no edit is lost."""
