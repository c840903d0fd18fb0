from django.db import migrations, models


def write_down_factors(apps, schema_editor):
    """People who had a second factor before its date was kept with them."""
    factors = apps.get_model("mfa", "Authenticator").objects.filter(type__in=("totp", "webauthn"))
    for factor in factors.select_related("user").order_by("-created_at"):
        factor.user.second_factor_since = factor.created_at
        factor.user.save(update_fields=["second_factor_since"])


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0006_imports"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="second_factor_since",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="second factor since"
            ),
        ),
        migrations.RunPython(write_down_factors, migrations.RunPython.noop, elidable=True),
    ]
