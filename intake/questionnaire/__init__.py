"""The questionnaire as values, read from its files, and what answers mean."""
