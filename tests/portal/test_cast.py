from distributors import tree


def test_the_cast_stands_as_drawn(cast):
    assert tree.problems() == []
    assert cast.eva.sponsor_id == cast.dan.pk
