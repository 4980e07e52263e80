"""Amounts, first times, pools and guarantees."""

from fractions import Fraction

from commissions.core.reference.arithmetic import MILLION, rounded, shared
from commissions.core.reference.company import Asked, Company
from commissions.core.reference.lines import Line, flat
from commissions.core.reference.trees import NOBODY
from commissions.core.reference.walks import runs_now, sale_lines
from commissions.core.result import Kind
from commissions.core.terms import Amount, Bonus, Guarantee, Once, Pool


def gate(company: Company, bonus: Bonus, person: int) -> bool:
    """Who may be paid; with a hold everybody in good standing, for what is not earned waits."""
    if not company.good(person):
        return False
    return bonus.hold is not None or company.holds(bonus.earner, person)


def amount(company: Company, bonus: Bonus, how: Amount, at: int) -> tuple[list[Line], int]:
    """(lines, what nobody earned) of an amount for each order line, or for each person."""
    owed: list[Line] = []
    if how.volume:
        for line in sale_lines(company, bonus, how.only):
            seller, size = int(company.facts.lines.seller[line]), company.volume(how.volume, line)
            owed.append(Line(at, seller, line, 0, 0, size, how.worth, size * how.worth, Kind.SALE, seller))
    elif runs_now(company, bonus) and how.amount is not None:
        worth = {p: company.of(p, how.amount) * how.worth // MILLION for p in company.everybody}
        owed = [flat(Kind.AMOUNT, at, person, size) for person, size in worth.items()]
    owed = [line for line in owed if line.amount > 0]
    paid = [line for line in owed if gate(company, bonus, line.beneficiary)]
    return paid, sum(line.amount for line in owed) - sum(line.amount for line in paid)


def once(company: Company, bonus: Bonus, how: Once, at: int) -> tuple[list[Line], int, list[int], list[int]]:
    """(lines, what nobody earned, the state of each person, who asks for a new position)."""
    before = company.facts.state.given.get(bonus.name)
    given = [0 if before is None else int(before[person]) for person in company.everybody]
    if not runs_now(company, bonus):
        return [], 0, given, []
    lines, lost, wanted = [], 0, []
    for person in company.everybody:
        holds = company.holds(how.test, person)
        due = holds and (given[person] == 0 or (given[person] == 2 and how.again == "after_losing_it"))
        gives = company.of(person, how.gives) * MILLION if how.gives is not None else 0
        if due and gate(company, bonus, person):
            given[person] = 1
            wanted += [person] if how.then == "new_position" else []
            lines += [flat(Kind.ONCE, at, person, gives)] if gives > 0 else []
        elif due:
            lost += max(0, gives)
        elif given[person]:
            given[person] = 1 if holds else 2
    return lines, lost, given, wanted


def pool(
    company: Company, bonus: Bonus, how: Pool, at: int, walked: list[int]
) -> tuple[list[Line], int, int, int]:
    """(lines, kept, the fund, what is carried). `walked` are the shares of a walk that pays in shares."""
    carried = company.facts.state.pools.get(bonus.name, 0)
    if not runs_now(company, bonus):
        return [], 0, 0, carried
    new = company.value(how.fund, Asked()) // MILLION if company.everybody else 0
    fund = max(0, new + carried)
    claims = {}
    for person in company.everybody:
        share = walked[person] if how.shares is None else company.of(person, how.shares)
        if share > 0 and gate(company, bonus, person):
            claims[person] = share
    if not claims:
        return [], *((0, fund, fund) if how.nobody_qualifies == "carried_to_next" else (fund, fund, 0))
    most = fund * how.most_per_person // MILLION
    limited = how.most_per_person != MILLION
    if how.shares_are == "fraction_of_fund":
        exact = {person: fund * share for person, share in claims.items()}
        parts = {person: min(part, most * MILLION) if limited else part for person, part in exact.items()}
        over = sum(exact.values()) - sum(parts.values())
    else:
        parts = {p: part * MILLION for p, part in _divided(company, how, fund, most, limited, claims).items()}
        over = fund * MILLION - sum(parts.values())
    lines = [flat(Kind.POOL, at, person, part) for person, part in parts.items() if part]
    return lines, over // MILLION, fund, 0


def _divided(
    company: Company, how: Pool, fund: int, most: int, limited: bool, claims: dict[int, int]
) -> dict[int, int]:
    """The whole fund by shares. Over the most: kept, or divided again among the others until nobody is above it."""

    def among(total: int, people: list[int]) -> dict[int, int]:
        sizes = [(claims[person], (company.number(person), 0)) for person in people]
        return dict(zip(people, shared(total, sizes), strict=True))

    everyone = list(claims)
    if not limited:
        return among(fund, everyone)
    if how.over != "shared_by_others":
        return {person: min(part, most) for person, part in among(fund, everyone).items()}
    full: list[int] = []
    while True:
        rest = [person for person in everyone if person not in full]
        left, weight = fund - most * len(full), sum(claims[person] for person in rest)
        above = [person for person in rest if Fraction(left * claims[person], weight) > most]
        if not above:
            return {**dict.fromkeys(full, most), **(among(left, rest) if rest else {})}
        full += above


def guarantee(
    company: Company, bonus: Bonus, how: Guarantee, at: int, received: dict[int, int]
) -> tuple[list[Line], int]:
    """(lines, kept) of what is sent up, deepest first. `received` is each person's item of the bonus."""
    if not runs_now(company, bonus):
        return [], 0
    tree, lines, kept, has = company.tree(how.along), [], 0, dict(received)
    for sender in sorted(company.everybody, key=lambda person: -len(tree.path(person))):
        got = has.get(sender, 0)
        if got <= 0:
            continue
        sent = got
        if how.minimum is not None:
            already = company.of(sender, how.already_sent) if how.already_sent is not None else 0
            missing = Fraction(company.of(sender, how.minimum) * MILLION - already, MILLION)
            sent = min(got, max(0, rounded(missing, company.plan.ledger.round)))
        above = [tree.owner[node] for node in tree.path(sender)[1:]]
        to = next((one for one in above if company.good(one) and company.holds(bonus.earner, one)), NOBODY)
        if not sent or (to == NOBODY and how.nobody_above == "stays_with_sender"):
            continue
        lines.append(flat(Kind.GUARANTEE, at, sender, -sent * MILLION, origin=to))
        if to == NOBODY:
            kept += sent
        else:
            has[to] = has.get(to, 0) + sent
            lines.append(flat(Kind.GUARANTEE, at, to, sent * MILLION, origin=sender))
    return lines, kept
