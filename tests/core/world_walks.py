"""Random walks: every way of counting, skipping, ending, blocking and subtracting, and who may earn it."""

from collections.abc import Callable

from tests.core.world_words import Words, flow

GATES = (
    "always",
    "active",
    "[active, gv >= 300]",
    "rank >= B",
    "title >= B",
    "not broken",
    "pv > 20 or leaders >= 1",
)


# --- what bonuses of every shape say ----------------------------------------------------------------------------------
def gated(
    words: Words,
    how: dict[str, object],
    *,
    holds: bool | None = True,
    caps: bool = True,
    sellers: bool = True,
) -> dict[str, object]:
    draw = words.draw
    how["earner"] = draw.one("earner", GATES)
    if holds is not None:
        kinds = ("kept_by_company", "kept_by_company", "held_until") if holds else ("kept_by_company",)
        kind = draw.one("if_not_earned", kinds)
        lapses = draw.one("lapses_after", ("never", "1 periods", "2 periods")) if kind == "held_until" else ""
        until = draw.any_of("active", "gv >= 100", "rank >= B")
        how["if_not_earned"] = flow({"held_until": until, "lapses_after": lapses}) if lapses else kind
    if caps and draw.often(0.3):
        of = draw.one("most of", ("each_seller", "all") if sellers else ("all",))
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


POINTS = {"pv": "pv", "extra": "extra", "gv": "pv"}


# --- walks ------------------------------------------------------------------------------------------------------------
def walk(words: Words) -> dict[str, object]:
    draw = words.draw
    kind = draw.one("source", ("volume", "volume", "points volume", "measure"))
    on = {
        "volume": draw.any_of("cv", "cv_later", "profit"),
        "points volume": draw.any_of("pv", "extra"),
        "measure": draw.any_of("gcv", "group_cv", "cash", "gv"),
    }[kind]
    found: dict[str, object] = {"on": on}
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
    rate = found["rate"] = _rate(words, counts, on, "volume" in kind, gap)
    if on in POINTS and rate != "stack":  # so much for each order needs no worth
        found["worth"] = POINTS[on]
    return gated(words, found)


def _bounds(words: Words, walk: dict[str, object]) -> None:
    draw = words.draw
    first = draw.one("first", (0, 1, 1, 2))
    walk["first"], walk["last"] = first, draw.any_of("unlimited", first, first + 1, first + 3)
    draw.chosen["last", "unlimited" if walk["last"] == "unlimited" else "number"] += 1


def levels(words: Words, walk: dict[str, object]) -> bool:
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
    "levels": levels,
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
    if on == "extra":  # half of what it is worth must have no more than six decimals too
        return draw.any_of("5%", "12%", "if leaders >= 1 then 10% else 0.4%")
    kinds = ["percentage", "by_rank", "step", "choose", "stack"]
    if counts == "levels" and not gap:
        kinds += ["by_level", "both", "both", "level"]
    if counts == "generations":
        kinds += ["by_generation", "generation"]
    if of_line:
        kinds += ["size", "seller"] * 2 + ["line_slices"] * (on == "cv" and not gap)
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


def shares_walk(words: Words) -> dict[str, object]:
    words.draw.chosen["pays_in", "shares"] += 1
    walk = {
        "along": words.draw.any_of(*words.trees),
        "counts": "levels",
        "first": 0,
        "last": 2,
        "compression": "none",
    }
    found: dict[str, object] = {"on": "cv", "walk": flow(walk), "rate": "heads", "pays_in": "shares"}
    return gated(words, found, holds=False, caps=False)


def match(words: Words, earned: list[str]) -> dict[str, object]:
    draw = words.draw
    found: dict[str, object] = {
        "on": f"earnings of {' and '.join(earned)}",
        "taken": draw.one("taken", ("before_caps", "after_caps")),
    }
    walk: dict[str, object] = {"along": draw.any_of(*words.trees), "counts": "levels"}
    levels(words, walk)
    found["walk"] = flow(walk)
    found["rate"] = draw.any_of("by_level", "both", words.share())
    return gated(words, found)
