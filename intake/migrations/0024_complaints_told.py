"""Which complaints of the patient the answers of a form are about."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0023_own_questions'),
    ]

    operations = [
        migrations.CreateModel(
            name='ComplaintTold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('complaint', models.CharField(max_length=40)),
                ('episode', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='told', to='intake.episode')),
                ('response', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='told', to='intake.intakeresponse')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('response', 'episode'), name='complaint_told_once')],
            },
        ),
    ]
