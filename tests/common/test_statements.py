"""Several statements in one message do what they would do one after the other."""

import pytest
from django.db import IntegrityError, connection, transaction

from common.models import Sequence
from common.operations import numbers, statements
from common.operations.statements import Statement

pytestmark = pytest.mark.django_db


def test_each_sees_what_was_written_before_and_answers_for_itself():
    rows = statements.run(
        [
            statements.insertion(model=Sequence, values={"name": "it's 100 %; here", "next": 7}),
            numbers.taking(name="it's 100 %; here", count=3),
            Statement("SELECT name, next FROM common_sequence WHERE name = %s", ("it's 100 %; here",)),
            numbers.taking(name="nobody's"),
        ]
    )
    assert rows == [[], [(10,)], [("it's 100 %; here", 10)], []]


def test_one_that_fails_leaves_nothing_of_the_others():
    one = statements.insertion(model=Sequence, values={"name": "a", "next": 1})
    with pytest.raises(IntegrityError), transaction.atomic():
        statements.run([one, one])
    assert not Sequence.objects.filter(name="a").exists()


def test_postgresql_is_asked_once(django_assert_num_queries):
    asked = [Statement("SELECT 1"), Statement("SELECT %s", (2,)), Statement("SELECT 3")]
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 3):
        assert [rows[0][0] for rows in statements.run(asked)] == [1, 2, 3]
