"""Random bonuses of every shape, the tables they read and the rules over groups of them."""

from collections.abc import Callable

from tests.core.world_walks import gated, match, shares_walk, walk
from tests.core.world_words import RANKS, Words, flow


def _block(items: dict[str, str]) -> str:
    return "".join(f"\n  {name}: {told}" for name, told in items.items())


def bonuses(words: Words) -> dict[str, str]:
    """The sections `tables` and `bonuses`."""
    draw = words.draw
    found: dict[str, str] = {}
    for at in range(draw.random.randint(2, 5)):
        shape = draw.one("shape", ("walk", "walk", "walk", "amount", "once", "pair", "pair"))
        found[f"{shape}_{at}"] = flow(SHAPES[shape](words))
    if draw.often(0.3):
        found["points_up"] = flow(shares_walk(words))
    if draw.often(0.5):
        found["pool"] = flow(_pool(words, "points_up" if "points_up" in found else ""))
    if draw.often(0.4):
        draw.chosen["shape", "guarantee"] += 1
        found["promise"] = flow(_guarantee(words, draw.any_of(*(n for n in found if n != "points_up"))))
    if draw.often(0.5):
        draw.chosen["source", "earnings"] += 1
        earning = [name for name in found if name != "points_up"]
        earned = draw.random.sample(earning, draw.random.randint(1, min(2, len(earning))))
        found["match"] = flow(match(words, earned))
    if draw.often(0.2) and "match" in found:
        found["match_of_match"] = flow(match(words, ["match"]))
    return {"tables": _tables(words), "bonuses": _block(found)}


def _tables(words: Words) -> str:
    """One table of each kind that bonuses read."""
    draw = words.draw
    cells = [words.share() for _ in range(12)]
    by_rank = ", ".join(f"{rank}: {cells[at]}" for at, rank in enumerate(RANKS) if at or draw.often(0.5))
    rows = [
        f"{level}: {{{draw.any_of('A', 'B')}: {cells[level]}, C: {cells[level + 4]}}}"
        for level in (0, 1, 2, 3)
    ]
    both = ", ".join(rows[draw.random.randint(0, 1) : draw.random.randint(2, 4)])
    steps = f"0: {cells[8]}, 100: {cells[9]}, 1_000: {cells[10]}"
    cash = f"0: {cells[2]}, 100: {cells[3]}, 1_000: {cells[4]}"
    found = {
        "by_rank": flow({"by": "rank", "reading": "cliff", "rows": f"{{{by_rank}}}"}),
        "by_level": flow(
            {"by": "level", "reading": "cliff", "rows": f"{{1: {cells[0]}, 2: {cells[1]}, 4: {cells[2]}}}"}
        ),
        "by_generation": flow({"by": "[generation, rank]", "reading": "cliff", "rows": f"{{{both}}}"}),
        "both": flow({"by": "[level, rank]", "reading": "cliff", "rows": f"{{{both}}}"}),
        "step": flow({"by": draw.any_of("gv", "pgv", "pv"), "reading": "cliff", "rows": f"{{{steps}}}"}),
        "size": flow({"by": "line.cv", "reading": "cliff", "rows": f"{{{cash}}}"}),
        "slices": flow({"by": "seller.gcv", "reading": "marginal", "rows": f"{{{cash}}}"}),
        "line_slices": flow({"by": "line.cv", "reading": "marginal", "rows": f"{{{cash}}}"}),
        "stack": flow(
            {
                "by": "rank",
                "reading": "stacked",
                "rows": "{" + f"A: {words.cash('1')}, C: {words.cash('2')}" + "}",
            }
        ),
        "grid": flow(
            {"by": "[leaders, rank]", "reading": "cliff", "rows": "{0: {B: 1}, 1: {A: 2, C: 4}, 3: {D: 7}}"}
        ),
        "heads": flow({"by": "rank", "reading": "cliff", "rows": "{A: 1, B: 2, D: 5}"}),
    }
    for reading in ("cliff", "marginal", "stacked"):
        draw.chosen["reading", reading] += 1
    return _block(found)


# --- the other shapes -------------------------------------------------------------------------------------------------
def _amount(words: Words) -> dict[str, object]:
    draw = words.draw
    if draw.often(0.3):
        found: dict[str, object] = {
            "amount": draw.any_of("profit", "cv_later", "pv", "extra"),
            "only": draw.any_of(None, "line.by_customer"),
        }
    else:
        shapes = (
            "gcv * by_rank",
            f"gcv * {words.share()} - group_cv * {words.share()}",
            f"cash * step + highest(0 {words.currency}; gcv - {words.cash('10')}) * 5%",
            f"if active then {words.cash()} else gcv * 3%",
            f"coupons * {words.cash('1')}",
            "gcv * part",
            f"highest(gcv * {words.share()}; group_cv * step)",
            f"if gcv * 5% > group_cv * {words.share()} then gcv * 3% else {words.cash('2')}",
            "gcv * step(far)",
            f"looked_up * {words.cash('1')}",
            "slices(gcv)",
            "slices(cash)",
            "stack",
            *("gv * step", "far", "later_points - gv", "highest(0; gv - 100) * 5%"),
        )
        found = {"amount": draw.any_of(*shapes)}
    of_points = ("pv", "extra", "gv ", "far", "later_points", "highest(0; gv")
    if str(found["amount"]).startswith(of_points):
        found["worth"] = draw.any_of("pv", "extra")
    return gated(words, found, sellers=False)


def _once(words: Words) -> dict[str, object]:
    draw = words.draw
    found: dict[str, object] = {
        "once": draw.any_of("title >= B", "rank >= B", "active", "broken", "gv >= 300"),
        "again": draw.one("again", ("never", "after_losing_it")),
    }
    boards = [tree for tree in words.trees if tree in words.slots]
    if boards and draw.often(0.5):
        draw.chosen["then", "new_position"] += 1
        tree = draw.any_of(*boards)
        found["once"] = f"count(levels 1 to 2 in {tree}) >= 2"
        found |= {"then": "new_position", "in": tree}
        return {**gated(words, found, holds=False, caps=False), "gives": draw.any_of(None, words.cash())}
    found["gives"] = draw.any_of(words.cash(), f"if rank >= C then {words.cash()} else {words.cash('1')}")
    return gated(words, found, sellers=False)


def _pair(words: Words) -> dict[str, object]:
    draw = words.draw
    if "placement" not in words.slots:
        return walk(words)
    volume = draw.any_of("cv", "pv", "cv_later")
    worth = "pv" if volume == "pv" else None
    how: dict[str, object] = {"along": "placement", "volume": volume}
    percent = draw.one("pair form", ("percent", "steps")) == "percent"
    if percent:
        how |= {
            "unit": "any",
            "pays_rate": draw.any_of("10%", "by_rank", f"if rank >= B then {words.share()} else 5%"),
        }
    else:
        how["unit"] = draw.any_of(*(f"{a} to {b}" for a, b in ((20, 20), (1, 2), (200, 400))))
        how["pays_per_pair"] = draw.any_of(
            words.cash("20"), f"if rank >= B then {words.cash('2')} else {words.cash('1')}"
        )
        how["takes"] = draw.any_of(None, None, "50 to 100")
    how["own_volume_goes_to"] = draw.one("own_volume_goes_to", ("neither", "weaker", "left", "right"))
    how["carry"] = draw.one("carry", ("none", "unlimited", "5_000", "100"))
    how["carry_expires"] = draw.one("carry_expires", ("never", "1 periods", "2 periods"))
    how["when_not_qualified"] = draw.one(
        "when_not_qualified", ("lose_all", "keep", "keep_but_gather_nothing")
    )
    if draw.often(0.6):
        of = "money" if percent else draw.one("cap", ("pairs", "money"))
        most = words.cash("50") if of == "money" else draw.any_of("2", "if rank >= B then 40 else 1")
        per = draw.one("cap per", ("position", "person"))
        how["cap"] = flow({of: most, "over": draw.one("cap over", ("flush", "carry")), "per": per})
    how["worth"] = worth if percent else None
    return gated(words, {"pair": flow(how)}, holds=None, sellers=False)


def _pool(words: Words, walk: str) -> dict[str, object]:
    draw = words.draw
    draw.chosen["shape", "pool"] += 1
    are = draw.one("shares_are", ("divided_by_all_shares", "fraction_of_fund"))
    fund = draw.any_of(
        "2% * sum(cv of everyone)", "sum(cv of everyone where active) * 50%", words.cash("1_000")
    )
    shares = draw.any_of("gv", "gcv", "leaders", "coupons", *([walk] * 3 if walk else []))
    most = draw.one("most_per_person", ("no_limit", "10% of fund", "50% of fund"))
    how = {
        "fund": fund,
        "shares": draw.any_of("by_rank", "part", words.share()) if are == "fraction_of_fund" else shares,
        "shares_are": are,
        "most_per_person": most,
        "over": None
        if most == "no_limit"
        else draw.one("pool over", ("kept_by_company", "shared_by_others")),
        "nobody_qualifies": draw.one("nobody_qualifies", ("kept_by_company", "carried_to_next")),
    }
    return gated(words, {"pool": flow(how)}, holds=None, caps=False)


def _guarantee(words: Words, of: str) -> dict[str, object]:
    draw = words.draw
    how = {
        "of": of,
        "along": draw.any_of(*(tree for tree in words.trees if tree not in words.slots)),
        "minimum": draw.any_of(
            "everything", words.cash("10"), f"if broken then {words.cash('50')} else {words.cash('1')}"
        ),
        "already_sent": draw.any_of("if broken then 4% * group_cv else 0", "gcv * 3%", f"0 {words.currency}"),
        "nobody_above": draw.one("nobody_above", ("kept_by_company", "stays_with_sender")),
    }
    return {"guarantee": flow(how)}


SHAPES: dict[str, Callable[[Words], dict[str, object]]] = {
    "walk": walk,
    "amount": _amount,
    "once": _once,
    "pair": _pair,
}


# --- after the bonuses ------------------------------------------------------------------------------------------------
def group_rules(words: Words, sections: dict[str, str]) -> str:
    draw = words.draw
    names = [line.split(":")[0].strip() for line in sections["bonuses"].splitlines() if line.strip()]
    names = [name for name in names if name != "points_up"]
    found: dict[str, str] = {}
    for at in range(draw.random.randint(0, 2)):
        among = draw.random.sample(names, min(len(names), draw.random.randint(2, 3)))
        told = f"[{', '.join(among)}]"
        kind = draw.one("group rule", ("cap", "cap", "better_of"))
        if kind == "better_of":
            found[f"rule_{at}"] = flow({"better_of": told, "equal": draw.one("equal", ("first_named",))})
            continue
        of = draw.one("cap of", ("everyone", "each_person"))
        limits = ("3% * sum(cv of everyone)", words.cash("100"), "0.1% * sum(cv of everyone)")
        limit = draw.any_of(*limits) if of == "everyone" else draw.any_of("gcv * 5%", words.cash("10"))
        method = draw.one("method", ("pro_rata", "cut_in_order"))
        how = {
            "limit": limit,
            "over": told,
            "of": of,
            "leftover_cents": draw.one("leftover_cents", ("largest_remainder",)),
        }
        how["method"] = (
            method if method == "pro_rata" else flow({"cut_in_order": f"[{', '.join(among[::-1])}]"})
        )
        found[f"rule_{at}"] = flow(how)
    return _block(found)
