"""The parts of an item that come from no single order: what others earned, legs, pools, caps, what was held."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from commissions.core.plan import Plan
from commissions.models import Line
from commissions.queries import counting, explain, plans
from commissions.queries.levels import Asked, rounded
from common import reader
from common.money import format_money, format_rate, format_volume
from distributors.queries import people, sponsor_tree

MOST = 200
WHOLE = 1_000_000
Kind = Line.Kind


@dataclass(frozen=True, kw_only=True)
class OtherPart:
    """One line without an order, with its reason in a sentence; `amount` in minor units, negative where taken away."""

    sentence: str
    amount: int


@dataclass(frozen=True, kw_only=True)
class OtherParts:
    """The largest of them, how many there are, and what all of them come to."""

    parts: tuple[OtherPart, ...]
    total: int
    amount: int


def of_item(*, asked: Asked) -> OtherParts:
    """Every line of an item that comes from no order; a fixed number of queries."""
    lines = Line.objects.filter(
        run_id=asked.run_id, distributor_id=asked.person_id, bonus=asked.bonus, order_line__isnull=True
    )
    lines = lines.filter(counting.lines_about(corrects=asked.corrects))
    shown = list(lines.order_by("-whole", "-micro", "kind", "pk")[:MOST])
    told = _Teller(asked, plans.of_run(run_id=asked.run_id), shown)
    sums = (
        [(whole, micro) for whole, micro in lines.values_list("whole", "micro")]
        if len(shown) == MOST
        else [(line.whole, line.micro) for line in shown]
    )
    return OtherParts(
        parts=tuple(
            OtherPart(sentence=told.sentence(line), amount=rounded(whole=line.whole, micro=line.micro))
            for line in shown
        ),
        total=len(sums),
        amount=rounded(whole=sum(whole for whole, _ in sums), micro=sum(micro for _, micro in sums)),
    )


class _Teller:
    """Says where a line comes from. Who stands above the person is not named."""

    def __init__(self, asked: Asked, plan: Plan, lines: list[Line]) -> None:
        self.asked, self.plan = asked, plan
        origins = {line.origin_id for line in lines if line.origin_id is not None}
        below = sponsor_tree.below(distributor_id=asked.person_id, ids=origins)
        self.names = people.names(ids=below)

    def sentence(self, line: Line) -> str:
        kind = Kind(line.kind)
        if kind is Kind.PERSON:
            return self._person(line)
        if kind is Kind.GUARANTEE:
            return self._guarantee(line)
        if kind is Kind.PAIR:
            return _("Volume of your two legs was matched (position %(n)s).") % {"n": line.level}
        if kind is Kind.GROUP:
            rules = [rule.name.replace("_", " ") for rule in self.plan.group_rules]
            name = rules[line.level] if line.level < len(rules) else ""
            return _("The rule “%(name)s” over several bonuses takes this away.") % {"name": name}
        return str(SENTENCES[kind]())

    def _person(self, line: Line) -> str:
        given = {
            "name": self._name(line),
            "base": self._base(line),
            "rate": format_rate(line.rate_ppm, reader.locale()),
            "level": line.level,
        }
        if line.rate_ppm == WHOLE:
            return _("From the numbers of %(name)s, on your level %(level)s.") % given
        return _("%(base)s counts for %(name)s, on your level %(level)s; you receive %(rate)s of it.") % given

    def _guarantee(self, line: Line) -> str:
        if line.whole < 0:
            return _("Passed on to the one above you, up to what the plan guarantees.")
        return _("Passed up by %(name)s, up to what the plan guarantees.") % {"name": self._name(line)}

    def _name(self, line: Line) -> str:
        if line.origin_id == self.asked.person_id:
            return _("yourself")
        known = self.names.get(line.origin_id or 0)
        return known.name if known else _("somebody in your team")

    def _base(self, line: Line) -> str:
        if explain.unit_of(plan=self.plan, bonus=line.bonus) == "points":
            return format_volume(line.base, _("points"), reader.locale())
        return format_money(line.base, self.plan.currency, reader.locale())


SENTENCES = {
    Kind.SALE: lambda: _("From your own sales."),
    Kind.AMOUNT: lambda: _("From your own numbers of this period."),
    Kind.ONCE: lambda: _("Given once, for what you reached."),
    Kind.POOL: lambda: _("Your share of the pool."),
    Kind.MOST: lambda: _("What is over the most of this bonus stays with the company."),
    Kind.HELD: lambda: _("Held back until its condition is met."),
    Kind.RELEASED: lambda: _("Held back earlier, released now."),
}
