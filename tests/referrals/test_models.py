"""What every row of this app keeps to."""

import uuid

import pytest
from django.apps import apps
from django.db import models

OURS = [
    model
    for model in apps.get_app_config("referrals").get_models()
    if "Event" not in model.__name__
]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_the_name_of_a_row_is_a_text_and_names_no_client(model: type[models.Model]) -> None:
    row = model(pk=uuid.uuid4())
    assert isinstance(str(row), str)
    if any(field.name == "client" for field in model._meta.fields):
        assert str(row.pk) in str(row)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_what_leads_to_a_client_is_tracked(model: type[models.Model]) -> None:
    if any(field.name == "client" for field in model._meta.fields):
        assert hasattr(model, "pgh_event_model") or model.__name__ + "Event" in {
            each.__name__ for each in apps.get_models()
        }
