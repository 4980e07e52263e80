"""What was paid against what was sold: no order pays more than it brought, and what came back pays nothing."""

# ruff: noqa: S608 - names of ours, never input

from django.conf import settings

from commissions.queries import counting, plans
from commissions.queries.audit_rows import counting_runs, posted_runs, rows

# Of what an order line was sold for, what all its commissions together may come to: parts per million.
MOST_OF_PRICE = 1_000_000
MILLION = 1_000_000
OWN = "l.corrects_id IS NULL AND l.corrects_run_id IS NULL"  # a line of the run's own period
# Kinds of lines (models.Line.Kind) that take something off an item: the most, a group rule, a hold.
CUT, HELD = "7, 8, 9", "9"
ORIGINAL = "original_amounts"


def orders_count_when_they_were_paid() -> list[str]:
    """P1: an order counts from its payment, or, when it came late, from where a line was drawn: the end of a period."""
    found = rows(
        "SELECT o.number, o.total, o.paid_at, o.booked_at FROM sales_order o "
        "WHERE o.booked_at <> o.paid_at AND NOT EXISTS (SELECT 1 FROM commissions_period p "
        "WHERE p.ends_at = o.booked_at AND p.state <> 'open' AND o.booked_at > o.paid_at) ORDER BY o.number"
    )
    return [
        f"P1 order {number} of {total} was paid on {paid_at} and counts from {booked_at}, where no line was drawn"
        for number, total, paid_at, booked_at in found
    ]


def one_currency_is_added_up() -> list[str]:
    """L1: orders are in the currency of the company, or of a plan that paid for them."""
    paid_in = {plans.parsed(version=run.plan).currency for run in counting.all_that_count().counts}
    known = sorted({settings.COMPANY_CURRENCY, *paid_in})
    found = rows(
        "SELECT number, total, currency FROM sales_order "
        f"WHERE currency NOT IN ({', '.join(['%s'] * len(known))}) ORDER BY number",
        known,
    )
    return [
        f"L1 order {number} of {total} is in {currency}, and nothing is paid in that"
        for number, total, currency in found
    ]


def orders_pay_within_their_price() -> list[str]:
    """L7: what an order line pays everybody together is not more than what it was sold for.

    Of an item that a cap, a group rule or a hold cut, nobody can say which order it was cut from: it is left out.
    """
    found = rows(
        "SELECT o.number, s.position, SUM(l.whole), s.price FROM commissions_line l "
        "JOIN sales_orderline s ON s.id = l.order_line_id JOIN sales_order o ON o.id = s.order_id "
        f"WHERE l.run_id IN ({counting_runs()}) AND {OWN} AND l.kind = 0 AND NOT {_cut(CUT)} "
        f"GROUP BY o.number, s.id, s.position, s.price HAVING SUM(l.whole) * {MILLION} > s.price * {MOST_OF_PRICE}"
    )
    return [
        f"L7 order {number}/{position} pays {paid}, it was sold for {price}"
        for number, position, paid, price in found
    ]


def only_paid_orders_pay() -> list[str]:
    """L7: no commission from an order that was not paid for, or only after the period's end."""
    found = rows(
        "SELECT DISTINCT o.number, p.key FROM commissions_line l JOIN commissions_run r ON r.id = l.run_id "
        "JOIN commissions_period p ON p.id = r.period_id "
        "JOIN sales_orderline s ON s.id = l.order_line_id JOIN sales_order o ON o.id = s.order_id "
        f"WHERE l.run_id IN ({counting_runs()}) AND {OWN} AND "
        "(o.booked_at IS NULL OR o.booked_at >= p.ends_at OR o.state IN ('placed', 'cancelled'))"
    )
    return [f"L7 order {number} pays in {period} and was not paid for by its end" for number, period in found]


def sales_are_their_sellers() -> list[str]:
    """L7: each line that a sale pays names as its origin who made that sale."""
    found = rows(
        "SELECT o.number, p.key, l.bonus, d.number, l.whole, COALESCE(seen.number, '-'), seller.number "
        "FROM commissions_line l JOIN commissions_run r ON r.id = l.run_id "
        "JOIN commissions_period p ON p.id = r.period_id "
        "JOIN sales_orderline s ON s.id = l.order_line_id JOIN sales_order o ON o.id = s.order_id "
        "JOIN distributors_distributor d ON d.id = l.distributor_id "
        "JOIN distributors_distributor seller ON seller.id = o.seller_id "
        "LEFT JOIN distributors_distributor seen ON seen.id = l.origin_id "
        f"WHERE l.run_id IN ({counting_runs()}) AND {OWN} AND l.kind = 0 "
        "AND CASE WHEN l.origin_id = o.seller_id THEN 0 ELSE 1 END = 1 ORDER BY o.number, d.number"
    )
    return [
        f"L7 in {period} {bonus} pays {person} {paid} for order {order} as a sale of {seen}, it is one of {seller}"
        for order, period, bonus, person, paid, seen, seller in found
    ]


def no_more_is_taken_back_than_was_paid() -> list[str]:
    """L8: what posted runs have taken back of a line is not more than the line, where lines are what is taken back."""
    paid = _exact("l")
    back = (
        f"SELECT c.corrects_id, SUM(c.whole) AS whole, SUM({_exact('c')}) AS exact FROM commissions_line c "
        f"WHERE c.corrects_id IS NOT NULL AND c.run_id IN ({posted_runs()}) GROUP BY c.corrects_id"
    )
    found = rows(
        "SELECT l.bonus, d.number, l.level, l.whole, back.whole FROM commissions_line l "
        "JOIN distributors_distributor d ON d.id = l.distributor_id "
        f"JOIN ({back}) back ON back.corrects_id = l.id WHERE l.run_id IN ({counting_runs(ORIGINAL)}) "
        f"AND (({paid} > 0 AND back.exact < -{paid}) OR ({paid} <= 0 AND back.exact > -{paid}))"
    )
    return [
        f"L8 of {bonus} of distributor {person}, level {level}, {back} was taken back of {whole}"
        for bonus, person, level, whole, back in found
    ]


def what_came_back_whole_pays_nothing() -> list[str]:
    """L8: an order line that came back whole before the end of a calendar's last final period pays nobody anything in
    that calendar: its months and its weeks each take back what they paid, when it is their turn.

    What was held back and lapsed was never paid. In the other ways of taking back, a line does not say what is taken.
    """
    last = (
        "SELECT p.calendar, MAX(p.ends_at) AS ends_at FROM commissions_period p "
        "JOIN commissions_run f ON f.period_id = p.id AND f.state = 'final' GROUP BY p.calendar"
    )
    whole = (
        "SELECT b.order_line_id AS id, last.calendar FROM sales_returnline b "
        f"JOIN sales_return t ON t.id = b.returned_id JOIN ({last}) last ON t.booked_at < last.ends_at "
        "JOIN sales_orderline s ON s.id = b.order_line_id "
        "GROUP BY b.order_line_id, last.calendar, s.quantity HAVING SUM(b.quantity) = s.quantity"
    )
    standing = (
        "SELECT l.run_id, l.order_line_id, l.distributor_id, l.bonus, l.kind, l.whole, l.micro "
        f"FROM commissions_line l WHERE {OWN} UNION ALL "
        "SELECT l.run_id, c.order_line_id, c.distributor_id, c.bonus, c.kind, c.whole, c.micro FROM commissions_line c "
        f"JOIN commissions_line l ON l.id = c.corrects_id WHERE c.run_id IN ({posted_runs()})"
    )
    found = rows(
        f"SELECT o.number, s.position, SUM({_exact('l')}) FROM ({whole}) w "
        f"JOIN ({standing}) l ON l.order_line_id = w.id JOIN commissions_run r ON r.id = l.run_id "
        "JOIN commissions_period p ON p.id = r.period_id AND p.calendar = w.calendar "
        "JOIN sales_orderline s ON s.id = w.id JOIN sales_order o ON o.id = s.order_id "
        f"WHERE l.run_id IN ({counting_runs(ORIGINAL)}) AND l.kind = 0 AND NOT {_cut(HELD)} "
        f"GROUP BY o.number, s.id, s.position, p.calendar HAVING SUM({_exact('l')}) <> 0"
    )
    return [
        f"L8 order {number}/{position} came back whole and still pays {left} millionths"
        for number, position, left in found
    ]


def _cut(kinds: str) -> str:
    """Whether line l belongs to an item that has a line of one of these kinds."""
    return (
        "(l.run_id, l.distributor_id, l.bonus) IN "
        f"(SELECT run_id, distributor_id, bonus FROM commissions_line WHERE kind IN ({kinds}) "
        "AND corrects_id IS NULL AND corrects_run_id IS NULL)"
    )


def _exact(table: str) -> str:
    """A line's amount in millionths, wide enough for the largest."""
    return f"(CAST({table}.whole AS numeric) * {MILLION} + {table}.micro)"
