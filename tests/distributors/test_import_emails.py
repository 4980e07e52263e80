"""The quick reader of addresses takes nothing that Django's validator refuses."""

from hypothesis import given, settings
from hypothesis import strategies as st

from distributors.operations.import_profiles import PLAIN_EMAIL, validate_email


@settings(max_examples=300, deadline=None)
@given(st.from_regex(PLAIN_EMAIL, fullmatch=True).filter(lambda address: len(address) <= 254))
def test_what_is_plain_is_valid(address):
    validate_email(address)
