"""What there is to doubt about a plan: the plan itself, and what the shop sells with it."""

from datetime import date

from commissions.core.linter import Doubt, doubts, fees
from commissions.core.plan import Plan
from sales.queries import terms


def of_plan(*, plan: Plan, day: date) -> list[Doubt]:
    """Warnings about a plan and, as on `day`, about starter kits and fees that carry volume."""
    return [*doubts(plan), *of_shop(day=day)]


def of_shop(*, day: date) -> list[Doubt]:
    """Starter kits and fees that carry volume: every bonus on volume pays for them."""
    return fees.carry_volume(
        [
            fees.Offered(
                found.product.name,
                found.product.get_product_class_display(),
                found.qualifying,
                found.commissionable,
                found.override_reason,
            )
            for found in terms.kits_with_volume(day=day)
        ]
    )
