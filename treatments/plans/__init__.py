"""Plans: proposed, edited, signed."""
