"""Favourite points are kept as groups and snippets are. Going back, they are gone: the table had no place for them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import migrations, models


def without_favourites(apps: Any, schema_editor: Any) -> None:
    apps.get_model("treatments", "OwnEntry").objects.filter(kind="favourite").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("treatments", "0015_visit_for_two"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="ownentry", name="own_kind_known"),
        migrations.AlterField(
            model_name="ownentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("group", "point group"),
                    ("snippet", "text snippet"),
                    ("protocol", "protocol"),
                    ("favourite", "favourite point"),
                ],
                max_length=9,
            ),
        ),
        migrations.AddConstraint(
            model_name="ownentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("group", "snippet", "protocol", "favourite"))), name="own_kind_known"
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, without_favourites),
    ]
