"""Random bonuses of every shape, the tables they read and the rules over groups of them."""

from collections.abc import Callable

from tests.core.world_words import RANKS, Words

GATES = (
    "always",
    "active",
    "[active, gv >= 300]",
    "rank >= B",
    "title >= B",
    "not broken",
    "pv > 20 or leaders >= 1",
)


def flow(items: dict[str, object]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in items.items() if value is not None) + "}"


def _block(items: dict[str, str]) -> str:
    return "".join(f"\n  {name}: {told}" for name, told in items.items())


def bonuses(words: Words) -> dict[str, str]:
    """The sections `tables` and `bonuses`."""
    draw = words.draw
    found: dict[str, str] = {}
    for at in range(draw.random.randint(2, 5)):
        shape = draw.one("shape", ("walk", "walk", "walk", "amount", "once", "pair"))
        found[f"{shape}_{at}"] = flow(SHAPES[shape](words))
    if draw.often(0.3):
        found["points_up"] = flow(_shares_walk(words))
    if draw.often(0.5):
        found["pool"] = flow(_pool(words, "points_up" if "points_up" in found else ""))
    if draw.often(0.4):
        draw.chosen["shape", "guarantee"] += 1
        found["promise"] = flow(_guarantee(words, draw.any_of(*(n for n in found if n != "points_up"))))
    if draw.often(0.5):
        draw.chosen["source", "earnings"] += 1
        earning = [name for name in found if name != "points_up"]
        earned = draw.random.sample(earning, draw.random.randint(1, min(2, len(earning))))
        found["match"] = flow(_match(words, earned))
    if draw.often(0.2) and "match" in found:
        found["match_of_match"] = flow(_match(words, ["match"]))
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
        "slices": flow({"by": "gcv", "reading": "marginal", "rows": f"{{{cash}}}"}),
        "line_slices": flow({"by": "line.cv", "reading": "marginal", "rows": f"{{{cash}}}"}),
        "stack": flow(
            {
                "by": "rank",
                "reading": "stacked",
                "rows": "{" + f"A: {words.cash('1')}, C: {words.cash('2')}" + "}",
            }
        ),
        "heads": flow({"by": "rank", "reading": "cliff", "rows": "{A: 1, B: 2, D: 5}"}),
    }
    for reading in ("cliff", "marginal", "stacked"):
        draw.chosen["reading", reading] += 1
    return _block(found)


# --- what bonuses of every shape say ----------------------------------------------------------------------------------
def _gated(
    words: Words, how: dict[str, object], *, holds: bool = True, caps: bool = True
) -> dict[str, object]:
    draw = words.draw
    how["earner"] = draw.one("earner", GATES)
    kind = (
        draw.one("if_not_earned", ("kept_by_company", "kept_by_company", "held_until"))
        if holds
        else "kept_by_company"
    )
    if kind == "held_until":
        lapses = draw.one("lapses_after", ("never", "1 periods", "2 periods"))
        how["if_not_earned"] = flow(
            {"held_until": draw.any_of("active", "gv >= 100", "rank >= B"), "lapses_after": lapses}
        )
    else:
        how["if_not_earned"] = kind
    if caps and draw.often(0.3):
        of = draw.one("most of", ("each_seller", "all"))
        amount = draw.any_of(
            words.cash("2"), words.cash("50"), f"if rank >= B then {words.cash('300')} else {words.cash('1')}"
        )
        how["most"] = flow({"amount": amount, "of": of})
    if draw.often(0.1):
        draw.chosen["valid", "campaign"] += 1
        how["valid"] = draw.any_of(
            "2025-11-05 to 2025-11-20", "2025-10-01 to 2025-11-30", "2026-01-01 to 2026-12-31"
        )
    return how


# --- walks ------------------------------------------------------------------------------------------------------------
def _walk(words: Words) -> dict[str, object]:
    draw = words.draw
    kind = draw.one("source", ("volume", "volume", "points volume", "measure"))
    on = {
        "volume": draw.any_of("cv", "cv_later", "profit"),
        "points volume": draw.any_of("pv", "extra"),
        "measure": draw.any_of("gcv", "group_cv", "cash", "gv"),
    }[kind]
    found: dict[str, object] = {"on": on}
    if on in {"pv", "extra"}:
        found["worth"] = on
    elif on == "gv":
        found["worth"] = "pv"
    if draw.often(0.3):
        found["only"] = (
            draw.any_of(
                "line.by_customer",
                "line.seller_days < 60",
                "seller.active",
                f"line.price >= {words.cash('10')}",
            )
            if "volume" in kind
            else draw.any_of("active", "rank >= B")
        )
    counts = draw.one("counts", ("levels", "levels", "generations", "nothing"))
    walk: dict[str, object] = {"along": draw.one("along", words.trees), "counts": counts}
    gap = COUNTS[counts](words, walk)
    found["walk"] = flow(walk)
    if gap:
        found["difference"] = flow(_difference(words))
    found["rate"] = _rate(words, counts, on, "volume" in kind, gap)
    return _gated(words, found)


def _bounds(words: Words, walk: dict[str, object]) -> None:
    draw = words.draw
    first = draw.one("first", (0, 1, 1, 2))
    walk["first"], walk["last"] = first, draw.any_of("unlimited", first, first + 1, first + 3)
    draw.chosen["last", "unlimited" if walk["last"] == "unlimited" else "number"] += 1


def _levels(words: Words, walk: dict[str, object]) -> bool:
    draw = words.draw
    _bounds(words, walk)
    compression = draw.one("compression", ("none", "skip_inactive", "skip_not_entitled_at_level"))
    walk["compression"] = compression
    if compression == "skip_inactive":
        walk["skip_test"] = draw.any_of("active", "pv > 20 or rank >= C", "not broken")
        walk["volume_of_the_skipped"] = draw.one("volume_of_the_skipped", ("paid", "dropped"))
    if draw.often(0.3):
        walk["blocker"] = draw.one("blocker", ("rank >= B", "rank > B", "broken", "active"))
        walk["tail"] = draw.one("tail", ("none", "blocker_only", "1 levels", "2 levels"))
    return compression != "skip_not_entitled_at_level" and draw.often(0.15)


def _generations(words: Words, walk: dict[str, object]) -> bool:
    draw = words.draw
    _bounds(words, walk)
    walk["convention"] = draw.one("convention", ("starts_at_leader", "starts_at_earner"))
    walk["leader"] = draw.one(
        "leader", ("rank >= B", "title >= B", "rank >= earner.rank", "title >= earner.title", "broken")
    )
    walk["each_step_pays"] = draw.one("each_step_pays", ("every_earner", "first_earner"))
    walk["own_volume"] = draw.one("own_volume", ("pays_seller", "not_paid"))
    return False


def _nothing(words: Words, walk: dict[str, object]) -> bool:
    draw = words.draw
    walk["own_volume"] = draw.one("own_volume", ("pays_seller", "not_paid"))
    if draw.often(0.5):
        walk["ends_at"] = draw.one("ends_at", ("broken", "rank >= C", "active"))
    return draw.often(0.8)


COUNTS: dict[str, Callable[[Words, dict[str, object]], bool]] = {
    "levels": _levels,
    "generations": _generations,
    "nothing": _nothing,
}


def _difference(words: Words) -> dict[str, object]:
    draw = words.draw
    draw.chosen["difference", "yes"] += 1
    return {
        "who_blocks": draw.one("who_blocks", ("front_line", "highest_on_path", "seller_only")),
        "blockers": draw.one("blockers", ("everyone", "earners_only")),
        "negative_gap": draw.one("negative_gap", ("zero_per_leg", "offsets_other_legs")),
    }


def _rate(words: Words, counts: str, on: str, of_line: bool, gap: bool) -> str:
    """A table, a percentage, money or an expression."""
    draw = words.draw
    kinds = ["percentage", "by_rank", "step", "choose", "stack"]
    if counts == "levels" and not gap:
        kinds += ["by_level", "both", "both", "level"]
    if counts == "generations":
        kinds += ["by_generation", "generation"]
    if of_line:
        kinds += ["size", "seller"] + ["line_slices"] * (on == "cv" and not gap)
    elif on == "gcv" and not gap:
        kinds += ["slices"]
    kind = draw.one("rate", kinds)
    expressions = {
        "percentage": words.share(),
        "choose": f"if leaders >= 1 then by_rank else {words.share()}",
        "level": f"if level == 1 then {words.share()} else by_rank",
        "generation": f"if generation <= 1 then {words.share()} else {words.share()}",
        "seller": f"if seller.active then {words.share()} else step",
    }
    return expressions.get(kind, kind)


def _shares_walk(words: Words) -> dict[str, object]:
    words.draw.chosen["pays_in", "shares"] += 1
    walk = {
        "along": words.draw.any_of(*words.trees),
        "counts": "levels",
        "first": 0,
        "last": 2,
        "compression": "none",
    }
    found: dict[str, object] = {"on": "cv", "walk": flow(walk), "rate": "heads", "pays_in": "shares"}
    return _gated(words, found, holds=False, caps=False)


def _match(words: Words, earned: list[str]) -> dict[str, object]:
    draw = words.draw
    found: dict[str, object] = {
        "on": f"earnings of {' and '.join(earned)}",
        "taken": draw.one("taken", ("before_caps", "after_caps")),
    }
    walk: dict[str, object] = {"along": draw.any_of(*words.trees), "counts": "levels"}
    _levels(words, walk)
    found["walk"] = flow(walk)
    found["rate"] = draw.any_of("by_level", "both", words.share())
    return _gated(words, found)


# --- the other shapes -------------------------------------------------------------------------------------------------
def _amount(words: Words) -> dict[str, object]:
    draw = words.draw
    if draw.often(0.3):
        found: dict[str, object] = {
            "amount": draw.any_of("profit", "cv_later"),
            "only": draw.any_of(None, "line.by_customer"),
        }
    else:
        shapes = (
            "gcv * by_rank",
            f"gcv * {words.share()} - group_cv * {words.share()}",
            f"cash * step + highest(0 {words.currency}; gcv - {words.cash('10')}) * 5%",
            f"if active then {words.cash()} else gcv * 3%",
            f"coupons * {words.cash('1')}",
            "slices",
            "slices(cash)",
            "stack",
        )
        found = {"amount": draw.any_of(*shapes)}
    return _gated(words, found)


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
        found["then"] = "new_position"
        return {**_gated(words, found, holds=False, caps=False), "gives": draw.any_of(None, words.cash())}
    found["gives"] = draw.any_of(words.cash(), f"if rank >= C then {words.cash()} else {words.cash('1')}")
    return _gated(words, found)


def _pair(words: Words) -> dict[str, object]:
    draw = words.draw
    if "placement" not in words.slots:
        return _walk(words)
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
        if draw.often(0.3):
            how["pays_rate"] = "10%"
        else:
            how["pays_per_pair"] = draw.any_of(
                words.cash("20"), f"if rank >= B then {words.cash('2')} else {words.cash('1')}"
            )
        how["takes"] = draw.any_of(None, None, f"50 to 100")
    how["own_volume_goes_to"] = draw.one("own_volume_goes_to", ("neither", "weaker", "left", "right"))
    how["carry"] = draw.one("carry", ("none", "unlimited", f"5_000", f"100"))
    how["carry_expires"] = draw.one("carry_expires", ("never", "1 periods", "2 periods"))
    how["when_not_qualified"] = draw.one(
        "when_not_qualified", ("lose_all", "keep", "keep_but_gather_nothing")
    )
    if draw.often(0.6):
        of = "money" if percent else draw.one("cap", ("pairs", "money"))
        most = words.cash("50") if of == "money" else draw.any_of("2", "if rank >= B then 40 else 1")
        per = draw.one("cap per", ("position", "person"))
        how["cap"] = flow({of: most, "over": draw.one("cap over", ("flush", "carry")), "per": per})
    return _gated(words, {"pair": flow(how), "worth": worth if "pays_rate" in how else None})


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
        "shares": draw.any_of("by_rank", words.share()) if are == "fraction_of_fund" else shares,
        "shares_are": are,
        "most_per_person": most,
        "over": None
        if most == "no_limit"
        else draw.one("pool over", ("kept_by_company", "shared_by_others")),
        "nobody_qualifies": draw.one("nobody_qualifies", ("kept_by_company", "carried_to_next")),
    }
    return _gated(words, {"pool": flow(how)}, holds=False)


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
    "walk": _walk,
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
