"""A planned visit finds its appointment by course and number; the link was never set."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("treatments", "0003_appointments"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="plannedvisit",
            name="appointment",
        ),
    ]
