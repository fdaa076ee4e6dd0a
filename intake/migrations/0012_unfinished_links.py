"""Whether a link is unfinished is a column that the database computes: by it both databases choose the right index."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0011_kept_on_the_link'),
        ('outbox', '0002_trouble'),
        ('people', '0007_plain_words'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='invitation',
            name='invitation_unfinished',
        ),
        migrations.RemoveIndex(
            model_name='invitation',
            name='invitation_unfinished_of',
        ),
        migrations.AddField(
            model_name='invitation',
            name='is_unfinished',
            field=models.GeneratedField(db_persist=True, expression=models.Q(('answered_at', None), ('replaced_by', None), ('revoked_at', None)), output_field=models.BooleanField()),
        ),
        migrations.AddIndex(
            model_name='invitation',
            index=models.Index(condition=models.Q(('is_unfinished', True)), fields=['created_at'], name='invitation_unfinished'),
        ),
        migrations.AddIndex(
            model_name='invitation',
            index=models.Index(condition=models.Q(('is_unfinished', True)), fields=['patient'], name='invitation_unfinished_of'),
        ),
    ]
