"""The admin looks at money and closed things and writes none of them; plans are adopted in it."""

import pytest
from django.urls import reverse

from commissions.models import PlanVersion, StatementItem, Transfer
from tests.commissions.conftest import PLAN, draft, finish

pytestmark = pytest.mark.django_db
MODELS = ["period", "run", "snapshot", "line", "statementitem", "promotion", "account", "transfer"]


@pytest.fixture
def root(cast):
    return cast.client("root")


@pytest.mark.parametrize("model", MODELS)
def test_everything_can_be_listed(october, cast, root, model):
    finish(cast, draft())
    assert root.get(reverse(f"admin:commissions_{model}_changelist")).status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_nothing_can_be_added(root, model):
    assert root.post(reverse(f"admin:commissions_{model}_add"), {}).status_code == 403


@pytest.mark.parametrize("action", ["change", "delete"])
def test_money_cannot_be_changed_or_deleted(october, cast, root, action):
    finish(cast, draft())
    for model, row in (
        ("statementitem", StatementItem.objects.first()),
        ("transfer", Transfer.objects.first()),
    ):
        address = reverse(f"admin:commissions_{model}_{action}", args=[row.pk])
        assert root.post(address, {"amount": 1, "post": "yes"}).status_code == 403


def test_a_plan_is_adopted(root):
    root.post(reverse("admin:commissions_planversion_add"), {"document": PLAN.read_text()})
    assert PlanVersion.objects.get().name == "Linden"


@pytest.mark.parametrize("document", ["- a list", "plan: {name: 1", "", "plan: {name: X, version: one}"])
def test_a_bad_plan_gets_its_errors_beside_the_field(root, document):
    answer = root.post(reverse("admin:commissions_planversion_add"), {"document": document})
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["document"]
    assert not PlanVersion.objects.exists()


def test_an_unused_plan_can_be_corrected(plan, root):
    changed = PLAN.read_text().replace("rate: 20%", "rate: 25%")
    root.post(reverse("admin:commissions_planversion_change", args=[plan.pk]), {"document": changed})
    assert PlanVersion.objects.get().document.count("25%") == 1


def test_a_used_plan_cannot(october, root):
    run = draft()
    address = reverse("admin:commissions_planversion_change", args=[run.plan_id])
    assert root.post(address, {"document": PLAN.read_text()}).status_code == 403


def test_a_plan_is_never_deleted(plan, root):
    assert root.post(reverse("admin:commissions_planversion_delete", args=[plan.pk])).status_code == 403
