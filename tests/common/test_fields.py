"""Where somebody lives: the company's markets first, each group in the reader's alphabet."""

import pytest
from django.utils import translation

from common.fields import countries, country_choices, likely_country
from distributors.forms.join import DetailsForm
from distributors.forms.profile import ProfileForm
from sales.forms.guest import GuestForm


@pytest.fixture(autouse=True)
def _markets(settings):
    settings.COMPANY_MARKETS = ["NL", "BE", "AT"]


@pytest.mark.parametrize(
    ("language", "first"),
    [("en", ["Austria", "Belgium", "Netherlands"]), ("de", ["Belgien", "Niederlande", "Österreich"])],
)
def test_the_companys_markets_come_first_in_the_readers_words(language, first):
    with translation.override(language):
        (empty, _), (_, ours), (_, others) = country_choices()
    assert empty == ""
    assert [name for _, name in ours] == first
    assert not {"NL", "BE", "AT"} & dict(others).keys()
    assert len(others) > 200


def test_letters_with_marks_stand_where_the_reader_looks():
    with translation.override("de"):
        names = list(countries().values())
    assert names.index("Afghanistan") < names.index("Ägypten") < names.index("Albanien")
    assert names.index("Norwegen") < names.index("Österreich") < names.index("Polen")


def test_without_markets_there_is_one_list(settings):
    settings.COMPANY_MARKETS = []
    assert dict(country_choices())["BE"] == "Belgium"


@pytest.mark.parametrize(
    ("markets", "of", "chosen"),
    [(["NL", "BE"], "BE", "BE"), (["NL", "BE"], "JP", ""), (["NL", "BE"], "", ""), (["NL"], "JP", "NL")],
)
def test_what_stands_chosen_is_a_market(settings, markets, of, chosen):
    settings.COMPANY_MARKETS = markets
    assert likely_country(of=of) == chosen


def test_every_form_asks_with_the_same_fields():
    forms = [
        GuestForm(action=""),
        ProfileForm(),
        DetailsForm(sponsor_name="Eva", kind="customer", today=None),
    ]
    for form in forms:
        assert list(form.fields["country"].choices)[1][0] == "Where we sell"
        order = [name for name in form.fields if name in ("given_name", "family_name", "city", "country")]
        assert order == sorted(order, key=["given_name", "family_name", "city", "country"].index)
    for name in ("street", "postcode", "city"):
        guest, profile = forms[0].fields[name], forms[1].fields[name]
        assert (guest.label, guest.widget.attrs) == (profile.label, profile.widget.attrs)
        assert (guest.required, profile.required) == (True, False)
