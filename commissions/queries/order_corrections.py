"""What correcting runs changed about what one order pays a person: by which, what was put right, and by how much.

A correcting run holds its period as corrected. What its lines come to for the order, less what was told of the order
until then, is what it changed about it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commissions.models import Correcting, Line, Period, Run
from commissions.queries.levels import MICRO, rounded
from common import spoken
from common.templatetags.portal import counted, money_filter
from distributors.queries import people, sponsor_tree


@dataclass(frozen=True, kw_only=True)
class Change:
    """What one correcting run changed about one bonus, in minor units; `key` is the period in which that was posted,
    `corrects` the one that was put right. `left_out` says that the order should not have counted."""

    bonus: str
    run: Run
    key: str
    corrects: str
    amount: int
    sentence: str
    left_out: bool


def posted(*, periods: Collection[Period]) -> list[Correcting]:
    """The correcting runs of these periods that were posted, in that order."""
    found = Correcting.objects.filter(run__state=Run.State.POSTED, run__period__in=periods)
    return list(
        found.select_related("run__period", "run__plan", "against", "posted_in").order_by("run__turn")
    )


def counting(*, runs: Mapping[int, Run], posted: Sequence[Correcting], number: str) -> dict[int, Run]:
    """By period the run that counts for an order: the last that corrected it, unless that left the order out, as a run
    that does not count it knows no reason why it pays nothing."""
    found = dict(runs)
    for one in posted:
        out = number in one.without_orders
        found[one.run.period_id] = runs[one.run.period_id] if out else one.run
    return found


def lines(*, posted: Sequence[Correcting], person_id: int, line_ids: Collection[int]) -> list[Line]:
    """What the order pays a person in correcting runs, less what came back until each of them: summed by run and bonus
    as `whole` and `micro`; one query, and none without such runs."""
    if not posted:
        return []
    rows = Line.objects.filter(
        run_id__in=[one.run_id for one in posted], distributor_id=person_id, order_line_id__in=line_ids
    )
    sums = rows.order_by().values_list("run_id", "bonus").annotate(Sum("whole"), Sum("micro"))
    return [Line(run_id=run, bonus=bonus, whole=whole, micro=micro) for run, bonus, whole, micro in sums]


def changes(
    *,
    posted: Sequence[Correcting],
    as_closed: Iterable[Line],
    corrected: Iterable[Line],
    number: str,
    person_id: int,
) -> list[Change]:
    """What each correcting run changed, bonus by bonus. `as_closed` are its lines in final runs, those that take back
    among them."""
    exact, shown = _stood(as_closed)
    after: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line in corrected:
        after[line.run_id][line.bonus] += line.whole * MICRO + line.micro
    known = {one.run_id: one for one in posted}
    found = []
    for one in posted:
        before, told = exact[one.against_id], shown[one.against_id]
        now, words = after[one.run_id], None
        for bonus in sorted({*before, *now}):
            # Parts that were rounded one by one may be a cent off: that alone is no change.
            is_changed = rounded(whole=0, micro=now[bonus] - before[bonus])
            amount = (rounded(whole=0, micro=now[bonus]) if is_changed else told[bonus]) - told[bonus]
            exact[one.run_id][bonus] += now[bonus]
            shown[one.run_id][bonus] += told[bonus] + amount
            if amount and one.posted_in is not None:
                words = words or _Words(one, known.get(one.against_id), number, person_id)
                found.append(words.change(bonus, amount))
    return found


Sums = dict[int, dict[str, int]]


def _stood(lines: Iterable[Line]) -> tuple[Sums, Sums]:
    """By the run that counted, what stood of the order under each bonus: in millionths, and rounded as it was told."""
    parts: dict[tuple[int, str, int], int] = defaultdict(int)
    for line in lines:
        about = line.corrects.run_id if line.corrects else line.corrects_run_id or line.run_id
        parts[about, line.bonus, line.run_id] += line.whole * MICRO + line.micro
    exact: Sums = defaultdict(lambda: defaultdict(int))
    shown: Sums = defaultdict(lambda: defaultdict(int))
    for (about, bonus, _run), amount in parts.items():
        exact[about][bonus] += amount
        shown[about][bonus] += rounded(whole=0, micro=amount)
    return exact, shown


class _Words:
    """What one correcting run put right that was not put right before it, as a person may know it."""

    def __init__(self, one: Correcting, before: Correcting | None, number: str, person_id: int) -> None:
        self.one, self.before, self.number, self.person_id = one, before, number, person_id
        self.left_out = number in one.without_orders
        self.what = "" if self.left_out else "; ".join(self._what())

    def change(self, bonus: str, amount: int) -> Change:
        """What it changed about one bonus."""
        one = self.one
        return Change(
            bonus=bonus,
            run=one.run,
            key=one.posted_in.key if one.posted_in else "",
            corrects=one.run.period.key,
            amount=amount,
            sentence=self._sentence(amount),
            left_out=self.left_out,
        )

    def _sentence(self, amount: int) -> str:
        one = self.one
        if self.left_out:
            return _("%(month)s was corrected, and the order counts no more: %(reason)s") % {
                "month": spoken.period_name(one.run.period.key),
                "reason": one.reason,
            }
        told = (
            _("Corrected on %(day)s: %(what)s; it pays you %(amount)s more. The reason given: %(reason)s")
            if amount > 0
            else _(
                "Corrected on %(day)s: %(what)s; it pays you %(amount)s less. The reason given: %(reason)s"
            )
        )
        day = spoken.day(one.run.finished_at or one.run.started_at)
        return told % {
            "day": day,
            "what": self.what,
            "amount": money_filter(abs(amount)),
            "reason": one.reason,
        }

    def _what(self) -> list[str]:
        """Each thing that was put right; that the month was computed again, where nothing is named."""
        found = []
        if self.one.run.plan_id != self.one.against.plan_id:
            month = spoken.period_name(self.one.run.period.key)
            found.append(_("%(month)s is computed with another version of the plan") % {"month": month})
        found += self._sponsors() + self._standing() + self._orders()
        return found or [_("the period was computed again")]

    def _sponsors(self) -> list[str]:
        now, then = self.one.sponsors, self.before.sponsors if self.before else {}
        moved = sorted(number for number in {*now, *then} if now.get(number) != then.get(number))
        if not moved:
            return []
        if len(moved) > 1:
            told = ngettext(
                "the sponsor of %(n)s person was changed",
                "the sponsors of %(n)s people were changed",
                len(moved),
            )
            return [told % {"n": counted(len(moved))}]
        (pk,) = people.by_numbers(numbers=moved).values()
        if pk == self.person_id:
            return [_("your sponsor was changed")]
        # A name is shown only while the reader stands above.
        if not sponsor_tree.below(distributor_id=self.person_id, ids=[pk]):
            return [_("somebody’s sponsor was changed")]
        return [_("the sponsor of %(name)s was changed") % {"name": people.names(ids=[pk])[pk].name}]

    def _standing(self) -> list[str]:
        """Without names: how somebody else stood is nobody's business. Who is not named stood as before."""
        now, then = self.one.standing, self.before.standing if self.before else {}
        stood = sorted(number for number, standing in now.items() if then.get(number) != standing)
        if not stood:
            return []
        if [*people.by_numbers(numbers=stood[:2]).values()] == [self.person_id]:
            return [_("your standing was changed")]
        told = ngettext(
            "the standing of %(n)s person was changed", "the standing of %(n)s people was changed", len(stood)
        )
        return [told % {"n": counted(len(stood))}]

    def _orders(self) -> list[str]:
        now, then = set(self.one.without_orders), set(self.before.without_orders if self.before else ())
        found = [_("the order counts again")] if self.number in then else []
        others = len((now ^ then) - {self.number})
        if others:
            told = ngettext(
                "%(n)s other order counts otherwise", "%(n)s other orders count otherwise", others
            )
            found.append(told % {"n": counted(others)})
        return found
