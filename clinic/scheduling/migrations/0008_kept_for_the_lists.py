"""A course keeps until when its bookings differ, a visit whether something prevents it: lists need not compare them all.

Both columns are nullable, so SQLite adds them without remaking the table (which would drop its guards).
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0008_words_in_their_own_order"), ("scheduling", "0007_longest_stay")]

    operations = [
        migrations.AddField("course", "differs_until", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddField("appointment", "stuck_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddIndex(
            "course",
            models.Index(
                condition=models.Q(("differs_until__isnull", False)), fields=["differs_until"], name="course_differs"
            ),
        ),
        migrations.AddIndex(
            "appointment",
            models.Index(condition=models.Q(("stuck_at__isnull", False)), fields=["stuck_at"], name="appointment_stuck"),
        ),
    ]
