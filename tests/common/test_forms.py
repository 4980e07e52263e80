"""What narrows a list is drawn by one component, wherever it stands."""

import ast
from pathlib import Path

import pytest
from django import forms
from django.core.management import CommandError, call_command
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.template.loader import render_to_string

from common.forms import filters, getter, poster

ROOT = Path(__file__).resolve().parents[2]
FORMS = [
    path
    for app in ("commissions", "distributors", "sales", "mlmportal")
    for path in (ROOT / app).rglob("*.py")
]


def test_a_filter_leads_to_its_page_with_what_was_chosen():
    helper = filters("orders", "state")
    assert (helper.form_method, helper.form_action, helper.form_class) == ("get", "/orders/", "filters")
    assert helper.disable_csrf


def test_a_choice_is_drawn_as_django_draws_it():
    """Ours writes the options where they stand; Django's own, still there, asks a template for each."""
    choices = [("", "Any"), ("<a>", "<b>"), ("Group", [(1, "one"), (2, "two")])]
    widget = forms.Select(attrs={"class": "x", "required": True, "disabled": False}, choices=choices)
    context = widget.get_context("name", 2, {"id": "id_name"})
    ours, theirs = (
        " ".join(renderer.render("django/forms/widgets/select.html", context).split())
        for renderer in (get_default_renderer(), DjangoTemplates())
    )
    assert ours == theirs
    assert ('<option value="2" selected>two' in ours, "<b>" in ours) == (True, False)


def test_a_form_that_posts_is_sent_once():
    assert poster(action="/x/").attrs["data-submit-once"]
    assert "data-submit-once" not in getter(action="/x/").attrs


def test_no_form_is_refused_by_the_browser():
    """What is missing is said beside its field, by us."""
    assert (
        poster(action="/x/").attrs["novalidate"] == getter(action="/x/").attrs["novalidate"] == "novalidate"
    )


class Two(forms.Form):
    kind = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect, required=False)
    name = forms.CharField(max_length=3)
    town = forms.CharField()


@pytest.mark.parametrize(("sent", "opened_at"), [
    (None, []), ({"name": "Eva", "town": "Gent"}, []), ({"name": "Evelien"}, ["name"]), ({"name": "Eva"}, ["town"]),
    ({"kind": "z"}, []),
])  # fmt: skip
def test_a_form_that_comes_back_opens_at_the_first_field_that_was_refused(sent, opened_at):
    form = Two(sent)
    assert [field.name for field in form if "autofocus" in str(field)] == opened_at


def test_where_that_is_a_choice_among_boxes_it_opens_at_the_summary():
    drawn = render_to_string("distributors/_form_errors.html", {"form": Two({"kind": "z"})})
    assert "autofocus" in drawn
    assert "autofocus" not in render_to_string("distributors/_form_errors.html", {"form": Two({})})


def test_no_page_opens_at_what_is_out_of_sight():
    class Hidden(forms.Form):
        kept = forms.IntegerField(widget=forms.HiddenInput)

    form = Hidden({"kept": "x"})
    assert form.errors
    assert not form["kept"].is_first_refused


def test_no_form_draws_a_filter_of_its_own():
    """Nobody outside of common/forms.py says that a form is sent by GET."""
    own = [
        str(path.relative_to(ROOT))
        for path in FORMS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "form_method"
    ]
    assert own == []


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["person", "customer"])
def test_what_cannot_be_undone_is_asked_for_twice(cast, monkeypatch, who):
    from sales.models import Customer

    number = cast.finn.number if who == "person" else Customer.objects.get().number
    monkeypatch.setattr("builtins.input", lambda _: "something else")
    with pytest.raises(CommandError, match="Nothing was erased"):
        call_command(f"erase_{who}", number)
    monkeypatch.setattr("builtins.input", lambda _: f" {number} ")
    call_command(f"erase_{who}", number)
