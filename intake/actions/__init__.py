"""Writes intakes: who may fill one in, what was answered, what was found."""
