"""What is final against what it was made of: who answered for it, which orders counted, who reached which rank."""

# ruff: noqa: S608 - the queries are put together from names and numbers of ours, never from input

from collections.abc import Iterable
from itertools import pairwise

from commissions.core import ENGINE_VERSION
from commissions.core.facts import FactsError
from commissions.models import PlanVersion, Run
from commissions.queries import as_then, plans, state_print
from commissions.queries.audit_rows import rows, some
from distributors.queries import sponsor_changes

DONE = (Run.State.FINAL, Run.State.POSTED)
CHANGED = "P4 the snapshots of"
DONE_SQL = "('final', 'posted')"


def two_people_answered() -> list[str]:
    """A1: for what is final, adjusted by hand, or moved to another sponsor, two different people answered."""
    runs = rows(
        "SELECT p.key, r.kind FROM commissions_run r JOIN commissions_period p ON p.id = r.period_id "
        f"WHERE r.state IN {DONE_SQL} AND (r.reviewed_by_id IS NULL OR r.approved_by_id IS NULL "
        "OR r.approved_by_id = r.reviewed_by_id OR r.approved_by_id = r.prepared_by_id) ORDER BY r.id"
    )
    adjusted = rows(
        "SELECT a.id, d.number, a.amount FROM commissions_adjustment a "
        "JOIN distributors_distributor d ON d.id = a.distributor_id WHERE a.state = 'posted' "
        "AND (a.decided_by_id IS NULL OR a.decided_by_id = a.requested_by_id) ORDER BY a.id"
    )
    return [
        *(
            f"A1 the run of {key} ({kind}) was not reviewed by one and approved by another"
            for key, kind in runs
        ),
        *(
            f"A1 the adjustment {pk} of {amount} for {number} was decided by who asked for it"
            for pk, number, amount in adjusted
        ),
        *(
            f"A1 the change of sponsor of {number} was decided by who asked for it"
            for number in sponsor_changes.alone()
        ),
    ]


def each_is_done_at_once() -> list[str]:
    """P2: what is final has gone through all of its stages, and all that it moved was posted in one moment."""
    halfway = Run.objects.filter(state__in=DONE).exclude(stage=Run.Stage.DONE).select_related("period")
    moments = rows(
        "SELECT p.key, r.kind, moved.first, moved.last FROM (SELECT run_id, MIN(posted_at) AS first, "
        "MAX(posted_at) AS last FROM commissions_transfer WHERE run_id IS NOT NULL GROUP BY run_id) moved "
        "JOIN commissions_run r ON r.id = moved.run_id JOIN commissions_period p ON p.id = r.period_id "
        f"WHERE r.state IN {DONE_SQL} AND moved.first <> moved.last ORDER BY r.id"
    )
    return [
        *(
            f"P2 the run of {run.period.key} ({run.kind}) is {run.state} at stage {run.stage}"
            for run in halfway
        ),
        *(
            f"P2 the transfers of {key} ({kind}) were posted between {first} and {last}, not at once"
            for key, kind, first, last in moments
        ),
    ]


def corrections_are_of_their_lines() -> list[str]:
    """L8: whatever takes back of a line is of its bonus, person, order and level, and of that line alone."""
    found = rows(
        "SELECT p.key, c.bonus, d.number, c.whole FROM commissions_line c "
        "JOIN commissions_run r ON r.id = c.run_id JOIN commissions_period p ON p.id = r.period_id "
        "JOIN distributors_distributor d ON d.id = c.distributor_id "
        "LEFT JOIN commissions_line o ON o.id = c.corrects_id "
        f"WHERE c.corrects_id IS NOT NULL AND r.state IN {DONE_SQL} AND CASE WHEN c.corrects_run_id IS NULL "
        "AND o.distributor_id = c.distributor_id AND o.bonus = c.bonus AND o.kind = c.kind AND o.level = c.level "
        "AND COALESCE(o.order_line_id, 0) = COALESCE(c.order_line_id, 0) THEN 0 ELSE 1 END = 1 ORDER BY p.key, d.number"
    )
    return [
        f"L8 in {period} {amount} of {bonus} of distributor {number} are not taken back of the line they name"
        for period, bonus, number, amount in found
    ]


def what_counted_counts() -> list[str]:
    """P1: the orders and returns booked in a final month come to the commissionable volume that its run counted."""
    sold = "SUM(CASE WHEN o.state = 'cancelled' THEN 0 ELSE l.commissionable END)"
    found = rows(
        "SELECT p.key, r.commissionable, CAST(COALESCE(sold.volume, 0) - COALESCE(back.volume, 0) AS bigint) AS volume "
        "FROM commissions_run r JOIN commissions_period p ON p.id = r.period_id "
        f"LEFT JOIN (SELECT p.id, {sold} AS volume FROM commissions_period p "
        "JOIN sales_order o ON o.booked_at >= p.starts_at AND o.booked_at < p.ends_at "
        "JOIN sales_orderline l ON l.order_id = o.id GROUP BY p.id) sold ON sold.id = p.id "
        "LEFT JOIN (SELECT p.id, SUM(b.commissionable) AS volume FROM commissions_period p "
        "JOIN sales_return t ON t.booked_at >= p.starts_at AND t.booked_at < p.ends_at "
        "JOIN sales_returnline b ON b.returned_id = t.id GROUP BY p.id) back ON back.id = p.id "
        "WHERE r.state = 'final' AND r.commissionable <> COALESCE(sold.volume, 0) - COALESCE(back.volume, 0) "
        "ORDER BY p.starts_at"
    )
    return [
        f"P1 the run of {key} counted a volume of {counted}, what was booked in it comes to {booked}"
        for key, counted, booked in found
    ]


def plans_are_those_adopted() -> list[str]:
    """P4: the document of each plan that a final run was computed with is the one that was adopted."""
    used = PlanVersion.objects.filter(runs__state__in=DONE).distinct().order_by("name", "version")
    return [
        f"P4 the document of {plan.name} {plan.version} is not the one that was adopted"
        for plan in used
        if not plans.is_as_adopted(version=plan)
    ]


def inputs_are_what_they_were() -> list[str]:
    """P1: the sales, the returns, the people and the tree that a final run was computed from are what they were then.

    Asked of the runs of this engine alone: an older one may have looked at other things.
    """
    final = Run.objects.filter(state__in=DONE, engine_version=ENGINE_VERSION).select_related("period", "plan")
    changed = (
        (run, why) for run in final.order_by("period__starts_at", "pk") if (why := _not_the_input(run))
    )
    return [
        f"P1 the input of {run.period.key} ({run.kind}) is not what it was: {why}"
        for run, why in some(changed)
    ]


def _not_the_input(run: Run) -> str:
    try:
        _, loaded = as_then.load(run=run)
    except FactsError as error:
        return str(error)
    if loaded.facts.input_hash() == run.input_hash:
        return ""
    return "sales, returns, people or the tree of then were changed since"


def ranks_were_reached() -> list[str]:
    """P4: whoever was promoted had that rank as title in the run's snapshot, and has the last one since; and whose
    title rose was promoted."""
    return [*_not_reached(), *_not_kept(), *_not_written_down()]


def _ladders(runs: Iterable[Run]) -> tuple[str, list[object]]:
    """The ranks of runs' plans as a table for a query: run, step, name. Empty where there is no run."""
    steps = [
        (run.pk, step, rank.name)
        for run in runs
        for step, rank in enumerate(plans.parsed(version=run.plan).ladder)
    ]
    values = ", ".join(["(%s, %s, %s)"] * len(steps))
    return f"WITH ladder(run, step, name) AS (VALUES {values}) " if steps else "", [
        value for row in steps for value in row
    ]


def _not_reached() -> list[str]:
    """Promotions to another rank than the snapshot of their run says."""
    runs = Run.objects.filter(state__in=DONE, promotions__isnull=False).distinct().select_related("plan")
    ladders, values = _ladders(runs)
    if not ladders:
        return []
    found = rows(
        f"{ladders}"
        "SELECT d.number, m.rank, p.key FROM commissions_promotion m "
        "JOIN distributors_distributor d ON d.id = m.distributor_id JOIN commissions_run r ON r.id = m.run_id "
        "JOIN commissions_period p ON p.id = r.period_id "
        "LEFT JOIN commissions_snapshot s ON s.run_id = m.run_id AND s.distributor_id = m.distributor_id "
        "LEFT JOIN ladder ON ladder.run = m.run_id AND ladder.step = s.title "
        f"WHERE r.state IN {DONE_SQL} AND (ladder.name IS NULL OR ladder.name <> m.rank) ORDER BY p.key, d.number",
        values,
    )
    return [
        f"P4 {number} was promoted to {rank} in {key}, whose run does not say so"
        for number, rank, key in found
    ]


def _not_kept() -> list[str]:
    """People whose career rank is not what they were last promoted to."""
    found = rows(
        "SELECT d.number, d.career_rank, m.rank FROM commissions_promotion m "
        "JOIN (SELECT MAX(id) AS id FROM commissions_promotion GROUP BY distributor_id) last ON last.id = m.id "
        "JOIN distributors_distributor d ON d.id = m.distributor_id WHERE d.career_rank <> m.rank ORDER BY d.number"
    )
    return [
        f"P4 the career rank of {number} is {rank or 'none'}, the last promotion was to {promoted}"
        for number, rank, promoted in found
    ]


def _not_written_down() -> list[str]:
    """People whose title rose from one final month of a plan to the next, and no promotion says so."""
    final = Run.objects.filter(state=Run.State.FINAL).select_related("plan", "period")
    in_turn = list(final.order_by("plan__name", "period__starts_at"))
    pairs = [(one, two) for one, two in pairwise(in_turn) if one.plan_id == two.plan_id]
    ladders, values = _ladders(two for _, two in pairs)
    if not ladders:
        return []
    # The snapshots of one pair at a time: those of all months together would be sorted beside memory.
    found = [
        (two.period.key, *row)
        for one, two in pairs
        for row in rows(
            f"{ladders}SELECT d.number, l.name FROM commissions_snapshot s "
            "JOIN commissions_snapshot q ON q.distributor_id = s.distributor_id AND q.run_id = %s "
            "JOIN ladder l ON l.run = s.run_id AND l.step = s.title "
            "JOIN distributors_distributor d ON d.id = s.distributor_id "
            "WHERE s.run_id = %s AND s.title > q.title AND NOT EXISTS (SELECT 1 FROM commissions_promotion m "
            "JOIN ladder up ON up.run = s.run_id AND up.name = m.rank AND up.step >= s.title "
            "WHERE m.distributor_id = s.distributor_id) ORDER BY d.number",
            [*values, one.pk, two.pk],
        )
    ]
    return [f"P4 {number} became {rank} in {key}, and no promotion says so" for key, number, rank in found]


def legs_are_their_owners() -> list[str]:
    """P4: the volume of a leg is carried at a position of the person it is carried for."""
    found = rows(
        "SELECT p.key, c.name, d.number, c.amount FROM commissions_carried c "
        "JOIN commissions_run r ON r.id = c.run_id JOIN commissions_period p ON p.id = r.period_id "
        "LEFT JOIN distributors_distributor d ON d.id = c.distributor_id "
        "LEFT JOIN distributors_placement l ON l.id = c.position_id "
        f"WHERE r.state IN {DONE_SQL} AND CASE WHEN (c.kind = 'carry') = (c.position_id IS NOT NULL) "
        "AND (c.position_id IS NULL OR l.owner_id = c.distributor_id) THEN 0 ELSE 1 END = 1 ORDER BY p.key, d.number"
    )
    return [
        f"P4 in {period} {amount} of {name} are carried for {number}, at a position that is not theirs"
        for period, name, number, amount in found
    ]


def snapshots_are_those_computed() -> list[str]:
    """P4: standing, ranks, volumes and what is carried over hash to what was computed: nobody's was changed since."""
    return [f"{CHANGED} {key} are not those that were computed" for key in changed_snapshots()]


def changed_snapshots() -> list[str]:
    """The closed periods whose snapshots, or what is carried over, are not those that were computed."""
    final = Run.objects.filter(state__in=DONE).exclude(state_hash="").select_related("period", "plan")
    wrong = (run for run in final if state_print.of_run(run=run) != run.state_hash)
    return [run.period.key for run in some(wrong)]
