import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('caseload', '0003_free_time'),
    ]

    operations = [
        migrations.AddField(
            model_name='session',
            name='booked_beside',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), blank=True, editable=False, null=True, size=None),
        ),
        migrations.AddField(
            model_name='sessionevent',
            name='booked_beside',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), blank=True, editable=False, null=True, size=None),
        ),
    ]
