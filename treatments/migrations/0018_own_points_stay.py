"""A row of an own point is never changed or removed: the next one takes its place.

A step of its own: the unique index that the guard looks at is made at the end of the step that makes the table.
"""

from __future__ import annotations

from django.db import migrations

from clinic.audit.guards import Guard

_KEPT = "code tables is_retired written_by_id written_at".split()
_CHANGED = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _KEPT)


class Migration(migrations.Migration):
    dependencies = [("treatments", "0017_own_points")]

    operations = [
        Guard(
            "treatments_ownpoint",
            "own_point",
            "what was written about an own point stays as it was written",
            when=f"OLD.replaced_at IS NOT NULL OR {_CHANGED}",
            verbs=("UPDATE",),
        ),
        Guard("treatments_ownpoint", "own_point_kept", "an own point is never removed", verbs=("DELETE",)),
    ]
