"""`check_plan` and the admin tell the same of a plan, and of the shop it is used in."""

import pytest
from django.contrib.messages import get_messages
from django.core.management import CommandError, call_command
from django.urls import reverse

from commissions.models import PlanVersion
from commissions.operations import plans
from sales.models import Product, ProductTerms
from tests.commissions.conftest import PLAN, START, at

pytestmark = pytest.mark.django_db
BOUNTY = PLAN.read_text().replace(
    "ledger:", "  bounty: {once: count(frontline) >= 3, gives: 100 EUR, again: never}\n\nledger:", 1
)


@pytest.fixture
def bounty(tmp_path):
    path = tmp_path / "bounty.yaml"
    path.write_text(BOUNTY, encoding="utf-8")
    return path


@pytest.fixture
def kit(db):
    product = Product.objects.create(sku="KIT", name="Starter box", product_class="kit")
    return ProductTerms.objects.create(
        product=product, valid_from=START.date(), retail_price=4_900, preferred_price=4_900, distributor_price=4_900,
        qualifying=5_000, commissionable=4_000, override_reason="they use it up",
    )  # fmt: skip


def test_a_plan_in_a_file_is_checked_without_a_database(bounty, capsys, django_assert_num_queries):
    with django_assert_num_queries(0):
        call_command("check_plan", str(bounty), "--without-shop")
    told = capsys.readouterr().out
    assert "bonuses.bounty: it can pay when nobody has bought anything" in told
    assert "pays_without_a_sale; FTC v. BurnLounge" in told
    assert "The most that was found to be paid out: 40.0 %" in told


def test_a_plan_that_ships_or_was_adopted_is_checked_by_its_name(plan, capsys):
    call_command("check_plan", "oak", "--without-shop")
    PlanVersion.objects.filter(pk=plan.pk).update(name="Adopted")
    call_command("check_plan", "Adopted")
    told = capsys.readouterr().out
    assert "Oak 1: no problem" in told
    assert "Linden 1: no problem" in told


def test_a_name_that_nothing_has_is_refused():
    with pytest.raises(CommandError, match="is no file, no plan that ships and none that was adopted"):
        call_command("check_plan", "Nothing")


def test_problems_are_told_with_their_lines(tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text(PLAN.read_text().replace("pv >= 100}", "pvv >= 100}", 1), encoding="utf-8")
    with pytest.raises(
        CommandError, match=r"line 30: statuses.active: 'pvv' is not known here; did you mean pv\?"
    ):
        call_command("check_plan", str(path), "--without-shop")


def test_strict_fails_on_a_warning(bounty):
    with pytest.raises(SystemExit) as ended:
        call_command("check_plan", str(bounty), "--without-shop", "--strict")
    assert ended.value.code == 1


def test_kits_with_volume_are_told_of_the_shop(kit, capsys):
    call_command("check_plan", str(PLAN))
    told = capsys.readouterr().out
    assert (
        "products.Starter box: this starter kit carries volume (50.00 qualifying, 40.00 commissionable)"
        in told
    )
    ProductTerms.objects.update(qualifying=0, commissionable=0)
    call_command("check_plan", str(PLAN))
    assert "products." not in capsys.readouterr().out


# --- the admin --------------------------------------------------------------------------------------------------------
def test_the_admin_warns_when_a_plan_is_saved_and_shows_it_again(cast, kit):
    root = cast.client("root")
    answer = root.post(reverse("admin:commissions_planversion_add"), {"document": BOUNTY}, follow=True)
    told = [str(message) for message in get_messages(answer.wsgi_request)]
    assert any("bonuses.bounty: it can pay when nobody has bought anything" in one for one in told)
    assert any("products.Starter box" in one for one in told)
    page = root.get(reverse("admin:commissions_planversion_change", args=[PlanVersion.objects.get().pk]))
    assert "it can pay when nobody has bought anything" in page.content.decode()
    assert "http://business.ftc.gov" in page.content.decode()


# --- what the portal needs of a plan ----------------------------------------------------------------------------------
def problems_of(document: str) -> list[str]:
    with pytest.raises(plans.PlanError) as refused:
        plans.adopt(document=document, now=at(1, 1))
    return [problem.key for problem in refused.value.problems]


def test_a_plan_whose_pages_could_show_nothing_is_not_adopted():
    lines = PLAN.read_text().splitlines()
    assert problems_of("\n".join(line for line in lines if not line.startswith("shows:"))) == ["shows"]


def test_a_version_replaces_one_that_is_adopted_and_starts_before_it(plan):
    text = PLAN.read_text().replace("version: 1", "version: 2\n  replaces: 1")
    assert problems_of(text) == ["plan.starts"]
    assert problems_of(text.replace("name: Linden", "name: Other")) == ["plan.replaces"]
    assert plans.adopt(document=text.replace("2025-01-01", "2027-01-01"), now=at(1, 1)).version == 2


def test_a_plan_with_a_scenario_beside_it_is_checked_too(tmp_path, capsys):
    path = tmp_path / "first.yaml"
    path.write_text(
        PLAN.read_text(encoding="utf-8") + "people: {Ana: {}}\nperiods: {2026-01: {}}\n", encoding="utf-8"
    )
    call_command("check_plan", str(path), "--without-shop")
    assert "no problem" in capsys.readouterr().out
    (tmp_path / "beside.yaml").write_text("plan: first.yaml\npeople: {Ana: {}}\n", encoding="utf-8")
    call_command("check_plan", str(tmp_path / "beside.yaml"), "--without-shop")
    assert "no problem" in capsys.readouterr().out
