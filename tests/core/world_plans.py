"""Random plan documents drawn from the whole format. Every one of them is valid."""

from random import Random

from tests.core.world_bonuses import bonuses, group_rules
from tests.core.world_words import RANKS, Draw, Words, flow

SPONSOR = "sponsor"


def random_document(random: Random, *, of_money: bool = True, of_everyone: bool = True) -> tuple[str, Draw]:
    """A plan document, and what was chosen for it. Conditions may depend on money, or on points and people alone; on
    everyone, or on who is near alone."""
    draw = Draw(random)
    currency, decimals = draw.any_of(("EUR", 2), ("EUR", 2), ("JPY", 0), ("KWD", 3))
    draw.chosen["currency", currency] += 1
    words = Words(draw, currency, decimals, of_money=of_money, of_everyone=of_everyone)
    head = {
        "name": "Random",
        "version": 1,
        "starts": "2025-01-01",
        "currency": currency,
        "period": draw.one("period", ("day", "week", "4 weeks", "month")),
        "main_tree": SPONSOR,
        "judged_at": "end_of_period",
    }
    sections = {
        "plan": flow(head),
        "other_plans": "{monthly: Other}",
        "trees": _trees(words),
        "inputs": _inputs(words),
        "volumes": _volumes(words),
    }
    worth = {0: "300", 2: "0.5", 3: "0.050"}[decimals]
    sections["point_value"] = flow(
        {"pv": f"{200 if decimals == 0 else 2} {currency}", "extra": f"{worth} {currency}"}
    )
    sections |= _people(words)
    sections |= bonuses(words)
    sections["group_rules"] = group_rules(words, sections)
    sections["ledger"] = _ledger(words)
    return "\n".join(f"{name}: {told}" for name, told in sections.items() if told), draw


def _block(items: dict[str, str]) -> str:
    return "".join(f"\n  {name}: {told}" for name, told in items.items())


def _trees(words: Words) -> str:
    draw = words.draw

    def tree(**parts: object) -> str:
        settled = str(parts["parent"]).startswith("if")
        chosen = {"moves": "never" if settled else draw.one("moves", ("never", "with_approval"))}
        leaves = draw.one("who_leaves", ("stays_as_a_gap", "team_moves_up"))
        return flow({**parts, **chosen, "who_leaves": "stays_as_a_gap" if "slots" in parts else leaves})

    found = {SPONSOR: tree(parent="chosen_at_sign_up")}
    if draw.often(0.7):
        found["enroller"] = tree(parent="who_brought_them_in")
    if draw.often(0.75):
        fill = draw.one("fill", ("first_free_by_level", "chosen", "weaker_leg", "alternate"))
        several = draw.any_of(None, 3)
        found["placement"] = tree(
            parent="placed", slots="[left, right]", fill=fill, under=SPONSOR, positions_per_person=several
        )
        words.slots["placement"] = ("left", "right")
    if draw.often(0.4):
        found["board"] = tree(parent="placed", slots=3, depth=6, fill="first_free_by_level", under=SPONSOR)
        words.slots["board"] = ("1", "2", "3")
    if "enroller" in found and draw.often(0.4):
        rule = "if join_number <= 3 then code of enroller else enroller"
        found["code"] = tree(parent=rule)
    words.trees = list(found)
    for name in found:
        draw.chosen["tree", name] += 1
    return _block(found)


def _inputs(words: Words) -> str:
    """What orders cannot tell, in each unit; and a rank that another plan gave."""
    words.counts.append("coupons")
    words.truths.append("trained")
    words.points.append("growth")
    words.money.append("fees")
    words.ranks.append("monthly.rank")
    units = {"coupons": "count", "trained": "truth", "growth": "points", "fees": "money", "part": "rate"}
    return _block({name: flow({"unit": unit, "per": "period"}) for name, unit in units.items()})


def _volumes(words: Words) -> str:
    draw = words.draw

    def field(name: str, unit: str) -> str:
        orders_of = draw.one("orders_of", ("self", "self_and_customers", "customers"))
        counted = ("in_period_of_return", "in_period_of_sale_while_open", "not_subtracted")
        returns = draw.one("returns_count", counted)
        return flow({"field": name, "unit": unit, "orders_of": orders_of, "returns_count": returns})

    window = draw.one(
        "window",
        ("line.seller_days < 60", "line.seller_month <= 2", "line.order_number == 1", "line.by_customer"),
    )
    later = draw.any_of("0", "round_half_up(cv * 30%)", "round_down(cv * 7.5%)")
    profit = draw.any_of(
        "line.list_price - line.distributor_price",
        "highest(0; line.price - line.distributor_price)",
        "cv_later - cv",
    )
    words.points += ["pv", "extra"]
    words.money += ["cv", "cv_later", "profit"]
    return _block(
        {
            "pv": field("qualifying", "points"),
            "extra": field("qualifying", "points"),
            "cv": field("commissionable", "money"),
            "cv_later": flow({"is": f"if {window} then {later} else cv", "unit": "money"}),
            "profit": flow({"is": profit, "unit": "money"}),
        }
    )


def _people(words: Words) -> dict[str, str]:
    """Measures, statuses, memories and ranks: each uses the names before it, and some need each other."""
    measures: dict[str, str] = {"gv": "sum(pv of self and team)", "gcv": "sum(cv of self and team)"}
    statuses: dict[str, str] = {"active": f"pv >= {words.number()}"}
    words.ranks.append("before(title)")
    words.counts.append("before(missed)")
    words.points.append("before(life)")
    words.points.append("gv")
    words.money.append("gcv")
    words.truths.append("active")
    measures["far"], measures["cash"], measures["wide"] = (
        words.value(u, 2) for u in ("points", "money", "count")
    )
    words.points.append("far")
    words.money.append("cash")
    words.counts.append("wide")
    statuses["eager"] = words.truth(2)
    words.truths.append("eager")
    _circle(words, measures, statuses)
    capped = _leg_cap(words, measures)
    ladder = _ladder(words, capped)
    words.ranks += ["rank", "title"]
    words.windows |= {"recent": "rank", "points_kept": "points"}
    words.counts.append("missed")
    memory, memories = _memories(words)
    measures["leaders"] = words.draw.any_of(
        "count(team where rank >= B)",
        "legs(rank >= B)",
        "count(levels 1 to 3 skipping rank < B where active)",
    )
    measures["later_points"] = words.value("points", 2)
    measures["looked_up"] = words.draw.any_of(
        "heads", "heads(rank)", "grid", "grid(wide)", "grid(leaders; rank)"
    )
    statuses["lasting"] = words.truth(2)
    words.counts += ["leaders", "looked_up"]
    words.points.append("later_points")
    words.truths.append("lasting")
    return {
        "measures": _block(measures),
        "statuses": _block(statuses),
        "shows": "{active: active, own_volume: pv, group_volume: gv}",
        "memory": _block(memory | memories),
        "ranks": ladder,
    }


def _memories(words: Words) -> tuple[dict[str, str], dict[str, str]]:
    draw = words.draw
    first = {
        "life": "{starts: 0, becomes: before + gv, unit: points}",
        "title": "{starts: A, becomes: "
        + draw.any_of("highest(before; rank)", "if missed >= 2 then rank else highest(before; rank)")
        + "}",
        "missed": "{starts: 0, becomes: if rank >= before(title) then 0 else before + 1}",
    }
    later = {
        "recent": flow({"keeps": f"{draw.random.randint(2, 3)} periods", "of": "rank"}),
        "points_kept": flow({"keeps": "2 periods", "of": draw.any_of("gv", "pv", "far")}),
    }
    return first, later


def _circle(words: Words, measures: dict[str, str], statuses: dict[str, str]) -> None:
    """Names that need each other through people below."""
    draw = words.draw
    tree = draw.any_of("", "", *(f" in {name}" for name in words.trees if name != SPONSOR))
    inclusive = draw.any_of("", "", " inclusive")
    measures["pgv"] = f"sum(pv of self and team until broken{inclusive}{tree})"
    measures["group_cv"] = f"sum(cv of self and team until broken{tree})"
    statuses["broken"] = draw.any_of("pgv >= 300", "pgv >= 49.99", f"pgv >= 100 and legs(broken{tree}) < 2")
    words.points.append("pgv")
    words.money.append("group_cv")
    words.truths.append("broken")


def _leg_cap(words: Words, measures: dict[str, str]) -> str:
    """A capped measure, and the test that uses it."""
    draw = words.draw
    base = draw.one("leg_cap_base", ("requirement", "actual_total", "that_leg"))
    own = draw.one("leg own_volume", ("uncapped", "capped_like_a_leg", "excluded"))
    cap = draw.any_of("40%", "50%", "80%", "33.3333%")
    measures["counted"] = flow(
        {
            "leg": draw.any_of("gv", "pgv", "pv"),
            "own": "pv",
            "leg_cap": cap,
            "leg_cap_base": base,
            "own_volume": own,
        }
    )
    if base != "requirement":
        words.points.append("counted")
    return f"counted >= {draw.any_of('100', '300', '1_000.50')}"


def _ladder(words: Words, capped: str) -> str:
    """Needs of names and of ranks below, all in one tree."""
    draw = words.draw
    tree = draw.any_of("", "", *(f" in {name}" for name in words.trees if name != SPONSOR))
    below = [
        f"legs(rank >= B{tree}) >= 1",
        f"any(rank >= B of team{tree})",
        f"count(team where rank >= B{tree}) >= 2",
        f"legs(rank >= B{tree}) >= 2 or gv >= 5_000",
    ]
    if not tree:
        below.append("legs_once(1 rank >= B; 1 gv >= 300)")
    plain = [
        words.truth(2),
        f"gv >= {words.number()}",
        f"{words.value('count', 1)} >= 1",
        capped,
        "coupons >= 1",
    ]
    rows = ["{name: A, needs: always}"]
    for name in RANKS[1:]:
        needs = [draw.any_of(*plain), draw.any_of(*plain, *(below if name != "B" else []))]
        told = f"[{', '.join(needs)}]"
        if draw.often(0.4):
            told = f"{{any_of: [{told}, [{draw.any_of(*plain)}, active]]}}"
        rows.append(flow({"name": name, "needs": told}))
    lower = draw.one("lower_ranks", ("required", "not_required"))
    return f"\n  lower_ranks: {lower}\n  ladder:" + "".join(f"\n    - {row}" for row in rows)


def _ledger(words: Words) -> str:
    draw = words.draw
    rounding = draw.one("round", ("half_up", "half_even", "down"))
    back = draw.one("take_back", ("original_amounts", "average_rate", "recompute_while_open"))
    returns = {
        "take_back": back,
        "ranks": draw.one(
            "returns ranks", ("stay", "recomputed") if back == "recompute_while_open" else ("stay",)
        ),
        "not_covered": draw.one("not_covered", ("becomes_debt", "written_off", "rolls_up")),
    }
    return flow({"round": rounding, "returns": flow(returns), "smallest_payout": words.cash("10")})
