from django.db import migrations

from clinic.audit.guards import Guard


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [Guard("audit_auditevent", "audit", "audit events are never changed or removed")]
