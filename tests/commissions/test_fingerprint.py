"""The order in which rows are hashed does not depend on how they come."""

import numpy as np
import pytest

from commissions.operations import hashing
from commissions.queries import fingerprint
from commissions.queries.fingerprint import Words

NUMBERS = np.array(["N10", "N9", "n1", "Ä2", "N1", "N100000", "N10"])


@pytest.mark.parametrize("words", [NUMBERS, np.append(NUMBERS, "\U0001f33f7"), np.sort(NUMBERS), NUMBERS[:0]])
def test_words_are_ranked_as_they_are_sorted(words):
    _, expected = np.unique(words, return_inverse=True)
    assert fingerprint._ranked(words).tolist() == expected.tolist()


def test_rows_hash_alike_in_any_order_and_any_vocabulary():
    chance = np.random.default_rng(7)
    person, place, size = (chance.integers(0, most, 400) for most in (6, 5, 3))

    def hashed(rows, vocabulary):
        at = np.array([vocabulary.index(word) for word in NUMBERS[:6].tolist()])
        words = Words(np.array(vocabulary), at[person[rows]])
        table = {"number": words, "origin": words, "order": Words(NUMBERS, place[rows]), "whole": size[rows]}
        return fingerprint.of_tables(tables={"lines": table})

    everything = np.arange(400)
    first = hashed(everything, NUMBERS[:6].tolist())
    assert hashed(chance.permutation(400), sorted({*NUMBERS.tolist(), "unused"})) == first
    assert hashed(everything[:-1], NUMBERS[:6].tolist()) != first


def test_keys_are_split_at_their_last_slash():
    orders, positions = hashing._split(np.array(["7/1", "A/B/12", "L-400/9"]))
    assert orders.tolist() == ["7", "A/B", "L-400"]
    assert positions.tolist() == [1, 12, 9]
    assert [part.tolist() for part in hashing._split(np.empty(0, np.str_))] == [[], []]
