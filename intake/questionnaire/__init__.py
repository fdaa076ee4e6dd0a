"""The questionnaire as values, read from its files, and the meaning of answers."""
