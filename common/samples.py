"""What the living page of components shows. Fictional, and its figures add up."""

from typing import Any

from django import forms

from common import marks, money
from common.charts import Chart, Month, Series
from common.forms import filters


class Narrow(forms.Form):
    """Above a list: which orders it shows."""

    state = forms.ChoiceField(choices=[("", "Any state"), ("paid", "Paid")], required=False)

    def __init__(self) -> None:
        super().__init__(auto_id="narrow-%s")
        self.helper = filters("styleguide", "state")


MONTHS = tuple(
    Month(short=short, name=f"{full} {year}", final=not (full == "November" and year == 2026))
    for short, full, year in (
        ("Nov", "November", 2025),
        ("Dec", "December", 2025),
        ("Jan", "January", 2026),
        ("Feb", "February", 2026),
        ("Mar", "March", 2026),
        ("Apr", "April", 2026),
        ("May", "May", 2026),
        ("Jun", "June", 2026),
        ("Jul", "July", 2026),
        ("Aug", "August", 2026),
        ("Sep", "September", 2026),
        ("Oct", "October", 2026),
        ("Nov", "November", 2026),
    )
)
LEVEL_PAY = (17240, 21860, 20510, 22930, 25870, 28640, 30150, 29420, 30980, 34260, 37710, 40120, 35890)
RETAIL = (8260, 13140, 8090, 9870, 10420, 12360, 12900, 11480, 9930, 11720, 14260, 15640, 13980)
FAST_START = (0, 1500, 0, 3000, 4500, 6000, 1500, 0, 3000, 4500, 3000, 6000, 4500)
ALL_LEGS = (
    264000,
    351000,
    288500,
    312000,
    349500,
    371000,
    402500,
    396000,
    388000,
    447000,
    528000,
    601500,
    541200,
)
OTHER_LEGS = (
    141000,
    183500,
    152000,
    166000,
    184000,
    190500,
    205000,
    199500,
    203000,
    226000,
    251500,
    266000,
    238050,
)


def _box(name: str, rank: str, step: int, gv: int, below: int, **more: Any) -> dict[str, Any]:
    standing = {"rank_name": rank, "rank_step": step, "rank_total": 6, "gv": gv, "below": below}
    return {"name": name, "link": "", "activity": "active", **standing, **more}


# The volumes of the two legs and Marit's own are those of the one on top.
BRANCH = {
    "top": _box("Marit Aalto", "Leader", 3, 612840, 184, is_top=True),
    "under": [
        _box("Ines Moreau", "Builder", 2, 338220, 121),
        _box("Joris Peeters", "Partner", 1, 262020, 61, activity="at_risk"),
    ],
}


def earnings() -> Chart:
    return Chart(
        key="earnings",
        title="Earnings by bonus",
        sentence="Earnings of thirteen months. October 2026 was final and the highest with 617.60 euros; "
        "November stands at 543.70 and may change.",
        months=MONTHS,
        series=(
            Series(name="Level pay", values=LEVEL_PAY, slot=1),
            Series(name="Retail profit", values=RETAIL, slot=2),
            Series(name="Fast start", values=FAST_START, slot=3),
        ),
    )


def volumes() -> Chart:
    return Chart(
        key="volumes",
        title="Group volume by month",
        sentence="Group volume of thirteen months. November stands at 5,412.00, 2,380.50 of it outside the "
        "strongest leg; 7,000.00 are needed.",
        months=MONTHS,
        series=(
            Series(name="All legs", values=ALL_LEGS, slot=1),
            Series(name="Other legs", values=OTHER_LEGS, slot=3),
        ),
        is_money=False,
        unit="GV",
        required=700000,
        required_text="7,000 needed",
    )


def context() -> dict[str, Any]:
    """Everything the living page needs."""
    return {
        "narrow": Narrow(),
        "earnings": earnings(),
        "volumes": volumes(),
        "october": LEVEL_PAY[-2] + RETAIL[-2] + FAST_START[-2],
        "november": LEVEL_PAY[-1] + RETAIL[-1] + FAST_START[-1],
        "needs": NEEDS,
        "marked": marks.blocks("From **May** on:\n\n- prices change\n- [the plan](/plan/) stays"),
        "news": NEWS,
        "first_steps": FIRST_STEPS,
        "branch": BRANCH,
        "items": ITEMS,
        "why": WHY,
        "outline": OUTLINE,
        "path": [
            {"name": "You", "link": "#team"},
            {"name": "Marit Aalto", "link": "#team"},
            {"name": "Joris Peeters"},
        ],
        "person": PERSON,
        "stages": STAGES,
        "differences": DIFFERENCES,
        "heed": ["It cannot be undone; a mistake is put right by another adjustment."],
        "decided": {"waits": True, "state_word": "waits"},
        "ranks": ["Partner", "Builder", "Leader", "Senior Leader", "Director", "Senior Director"],
        "counts": [
            {"number": 84, "word": "visits"},
            {"number": 3, "word": "sign-ups"},
            {"number": 11, "word": "orders"},
        ],
    }


NEEDS = (
    {"label": "Own volume", "have": 11850, "need": 10000, "unit": "PV"},
    {"label": "Group volume", "have": 541200, "need": 700000, "unit": "GV"},
    {"label": "Group volume outside your strongest leg", "have": 238050, "need": 280000, "unit": "GV"},
    {"label": "Legs with a Builder or higher", "have": 2, "need": 3, "unit": "legs", "count": True},
)
FIRST_STEPS = (
    {
        "title": "Your e-mail is confirmed",
        "text": "Your place in the company is taken with it.",
        "is_done": True,
    },
    {
        "title": "The first order",
        "text": "An order of a customer counts in full; you do not need to buy for yourself.",
        "is_done": False,
        "link": "#steps",
        "link_text": "To the catalogue",
    },
)
NEWS = (
    {
        "name": "Noor Claes",
        "title": "Noor Claes joined",
        "text": "Under Marit Aalto, your level 2",
        "when": "Today 11:20",
        "is_new": True,
    },
    {
        "name": "Joris Peeters",
        "title": "Joris Peeters is close to Builder",
        "text": "84.00 GV and one active person missing",
        "when": "Today 06:00",
    },
    {
        "name": "Elif Demir",
        "title": "Elif Demir returned an order",
        "text": "−54.00 GV; your estimate fell by €4.32",
        "when": "Fri 16:31",
    },
)
# Level pay: 112.00 + 128.00 + 85.20 + 50.60 + 25.40 = 401.20
ITEMS = (
    {
        "id": "retail",
        "title": "Retail profit",
        "text": "The difference between the retail price and your price.",
        "count": "9 orders",
        "amount": 15640,
    },
    {
        "id": "level",
        "title": "Level pay",
        "text": "A share of what your team and their customers bought, by level.",
        "count": "94 orders",
        "amount": 40120,
        "open": True,
        "piece": "components/sample_levels.html",
        "inside": [
            {
                "name": "Level 1",
                "text": "28 orders of 14 people",
                "points": 140000,
                "rate": 80000,
                "amount": 11200,
            },
            {
                "name": "Level 2",
                "text": "31 orders of 19 people",
                "points": 160000,
                "rate": 80000,
                "amount": 12800,
            },
            {
                "name": "Level 3",
                "text": "19 orders of 15 people",
                "points": 142000,
                "rate": 60000,
                "amount": 8520,
            },
            {
                "name": "Level 4",
                "text": "10 orders of 8 people",
                "points": 101200,
                "rate": 50000,
                "amount": 5060,
            },
            {
                "name": "Level 5",
                "text": "6 orders of 5 people",
                "points": 63500,
                "rate": 40000,
                "amount": 2540,
            },
        ],
    },
    {
        "id": "fast",
        "title": "Fast start",
        "text": "First orders of two people you sponsored.",
        "count": "2 orders",
        "amount": 6000,
    },
)
WHY = (
    {
        "count": 12,
        "title": "Orders on levels 6 and 7",
        "text": "These levels pay when three of your customers order in the month. Two did.",
        "amount": "would have paid €7.46",
    },
    {
        "count": 2,
        "title": "Starter kits",
        "text": "Starter kits carry no points, so nobody earns on them.",
        "amount": "never pays",
    },
)


def _row(name: str, level: int, position: int, size: int, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": f"row-{name.lower().replace(' ', '-')}",
        "name": name,
        "link": "#team",
        "level": level,
        "position": position,
        "size": size,
        "below": 0,
        "expanded": None,
        "toggle": "#team",
        "rank_name": "Partner",
        "rank_step": 1,
        "rank_total": 6,
        "activity": "active",
        "pv": 10000,
        "gv": 10000,
    } | more
    words = {"active": "active", "at_risk": "at risk", "inactive": "not active"}[row["activity"]]
    own, group = (money.format_volume(row[key], "", "en") for key in ("pv", "gv"))
    people = "person" if row["below"] == 1 else "people"
    below = f", {row['below']} {people} below" if row["below"] else ""
    row["sentence"] = f"{name}, {row['rank_name']}, {words}, own volume {own}, group volume {group}{below}"
    return row


OUTLINE = [
    _row(
        "Marit Aalto",
        1,
        1,
        3,
        below=5,
        expanded=True,
        rank_name="Builder",
        rank_step=2,
        pv=14200,
        gv=116150,
        children=[
            _row(
                "Joris Peeters",
                2,
                1,
                3,
                below=1,
                expanded=True,
                chosen=True,
                hit=True,
                pv=10200,
                gv=40200,
                children=[_row("Noor Claes", 3, 1, 1, pv=30000, gv=30000)],
            ),
            _row("Elif Demir", 2, 2, 3, activity="at_risk", pv=6400, gv=6400),
            _row("Sven Holm", 2, 3, 3, activity="inactive", pv=0, gv=0),
        ],
        more_link="#team",
        more_text="1 more under Marit Aalto",
    ),
    _row("Tess Vermeer", 1, 2, 3, below=27, expanded=False, pv=12800, gv=91600),
    _row("Luca Bianchi", 1, 3, 3, activity="inactive", pv=0, gv=0),
]
PERSON = {
    "name": "Joris Peeters",
    "number": 118904,
    "place": "your level 2",
    "rank_name": "Partner",
    "rank_step": 1,
    "rank_total": 6,
    "activity": "active",
    "next_rank": "Builder",
    "facts": [
        {"label": "People below", "value": "1"},
        {"label": "Last order", "value": "19 November"},
        {"label": "Own volume", "value": "102.00 PV"},
        {"label": "Group volume", "value": "402.00 GV"},
        {"label": "Joined", "value": "14 March 2026"},
    ],
    "needs": [
        {"label": "Group volume", "have": 40200, "need": 100000, "unit": "GV"},
        {"label": "Active people he sponsored", "have": 1, "need": 3, "unit": "people", "count": True},
    ],
}
STAGES = (
    {"name": "Snapshot", "state": "done", "facts": ["2,046 people", "9,318 lines"]},
    {"name": "Compute", "state": "done", "facts": ["41,906 lines"]},
    {"name": "Check", "state": "done", "facts": ["31 of 31 hold"]},
    {"name": "Store", "state": "done", "facts": ["3,842 items"]},
    {"name": "Approve", "state": "now", "facts": ["your turn"]},
    {"name": "Post", "state": "to_come", "facts": ["3,842 transfers"]},
    {"name": "Promote", "state": "to_come", "facts": ["12 ranks"]},
    {"name": "Notify", "state": "to_come", "facts": ["1,104 messages"]},
)
DIFFERENCES = (
    {
        "name": "Tess Vermeer",
        "bonus": "Level pay",
        "cause": "Paid as Builder, was Partner",
        "before": 8240,
        "after": 20316,
        "change": 12076,
    },
    {
        "name": "Joris Peeters",
        "bonus": "Level pay",
        "cause": "Order 48 640 is in his team",
        "before": 6112,
        "after": 10480,
        "change": 4368,
    },
    {
        "name": "Sven Holm",
        "bonus": "Level pay",
        "cause": "Order 48 640 left his team",
        "before": 3120,
        "after": 2624,
        "change": -496,
    },
)
