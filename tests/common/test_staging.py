"""Rows wait in a table of their own; what is made of them gets the model's defaults."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from common.operations import staging
from distributors.models import Profile, StatusChange

pytestmark = pytest.mark.django_db
KINDS = {"line": "key", "name": "text", "at": "moment"}
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def staged():
    with staging.table(name="staged_here", kinds=KINDS):
        yield


def test_text_of_any_shape_arrives_as_it_was(staged):
    names = ["Zoë", "a\\b", "tab\there", "line\nfeed", r"\N", "", "'; DROP TABLE x; --", "100%", "a\u00a0b"]
    staging.fill(name="staged_here", kinds=KINDS, rows=([at, name, AT] for at, name in enumerate(names)))
    assert [name for (name,) in staging.found("SELECT name FROM staged_here ORDER BY line")] == names


def test_columns_that_are_not_named_get_the_models_default(staged):
    staging.fill(name="staged_here", kinds=KINDS, rows=[[1, "Zoë", AT]])
    values = {"given_name": "staged_here.name", "family_name": "'Maes'"}
    assert staging.insert(model=Profile, values=values, source="FROM staged_here") == 1
    found = Profile.objects.get()
    assert (found.name, found.phone, found.erased_at, found.user) == ("Zoë Maes", "", None, None)


def test_a_column_the_model_does_not_have_is_refused(staged):
    with pytest.raises(TypeError, match="nickname"):
        staging.insert(model=Profile, values={"nickname": "name"}, source="FROM staged_here")


def test_an_error_in_the_source_leaves_the_transaction_usable(staged):
    def broken():
        yield [1, "Anna", AT]
        raise ValueError

    with pytest.raises(ValueError):
        staging.fill(name="staged_here", kinds=KINDS, rows=broken())
    assert not StatusChange.objects.exists()


def test_the_table_goes_whatever_happens():
    with pytest.raises(ValueError), staging.table(name="staged_here", kinds=KINDS):
        raise ValueError
    assert "staged_here" not in connection.introspection.table_names(include_views=True)
    with staging.table(name="staged_here", kinds=KINDS):
        pass


def test_keys_are_drawn_once():
    first = staging.draw_keys(model=Profile, count=3)
    Profile.objects.bulk_create([Profile(pk=int(pk), given_name="A", family_name="B") for pk in first])
    second = staging.draw_keys(model=Profile, count=2)
    Profile.objects.bulk_create([Profile(pk=int(pk), given_name="A", family_name="B") for pk in second])
    assert Profile.objects.create(given_name="C", family_name="D").pk not in {
        *first.tolist(),
        *second.tolist(),
    }
