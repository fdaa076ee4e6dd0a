"""The floor: what a bare Django project would take for the same jobs on the same tables, written by hand."""
