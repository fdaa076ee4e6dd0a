"""How long each screen of the form takes, without what was answered."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0020_consent_again'),
    ]

    operations = [
        migrations.CreateModel(
            name='ScreenStay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('screen', models.CharField(max_length=60)),
                ('seconds', models.PositiveIntegerField(blank=True, null=True)),
                ('came_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('response', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='stays', to='intake.intakeresponse')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('response', 'screen'), name='screen_stay_once')],
            },
        ),
    ]
