"""The address a member of staff signs in with, and no other: what allauth keeps beside it says the same, verified."""

from django.db import migrations


def in_step(apps, schema_editor):
    address_model = apps.get_model("account", "EmailAddress")
    for user in apps.get_model("people", "User").objects.order_by("id"):
        address_model.objects.filter(user_id=user.pk).delete()
        address_model.objects.filter(email=user.email.lower()).delete()  # somebody else's former one
        address_model.objects.create(user_id=user.pk, email=user.email.lower(), verified=True, primary=True)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_how_to_reach"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]
    operations = [migrations.RunPython(in_step, migrations.RunPython.noop)]
