"""Point groups, snippets and protocols of a practitioner, and the rules that a clinic turned off."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('treatments', '0010_plan_by_hand'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OwnEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('group', 'point group'), ('snippet', 'text snippet'), ('protocol', 'protocol')], max_length=8)),
                ('name', models.CharField(max_length=40)),
                ('body', models.JSONField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='own_entries', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['kind', 'name', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at__isnull', True)), fields=('owner', 'kind', 'name'), name='own_name_once'), models.CheckConstraint(condition=models.Q(('kind__in', ('group', 'snippet', 'protocol'))), name='own_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='RuleOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=80)),
                ('reason', models.CharField(max_length=200)),
                ('off_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('on_at', models.DateTimeField(blank=True, null=True)),
                ('off_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('on_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('on_at__isnull', True)), fields=('rule',), name='rule_off_once'), models.CheckConstraint(condition=models.Q(models.Q(('on_at__isnull', True), ('on_by__isnull', True)), models.Q(('on_at__isnull', False), ('on_by__isnull', False)), _connector='OR'), name='rule_on_by_somebody')],
            },
        ),
    ]
