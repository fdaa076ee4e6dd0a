"""The inbox reads the links of the last thirty days, not all of them."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0012_unfinished_links'),
        ('outbox', '0002_trouble'),
        ('people', '0008_words_in_their_own_order'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='invitation',
            index=models.Index(fields=['created_at'], name='invitation_newest'),
        ),
    ]
