"""The two dictionaries that have no shape of their own."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]  # from outside, or of a column whose content differs from row to row; read before it is used
Context = dict[str, Any]  # what a template is given
