"""What people of the demo wrote and read: names, stories, news, questions. Days are counted back from its today."""

from demo.cast import CUSTOMER, LEADER, MEMBER, NEWCOMER

# Days ago, title, to whom, ranks, text.
NEWS = (
    (
        33, "New agreement on returns", "everybody", "",
        "From now on you ask for a return on the page of the order. We answer within two working days.\n\n"
        "- What is unopened goes back at the full price.\n- What arrived damaged goes back at once.",
    ),
    (
        47, "September is final", "distributors", "",
        "The statements of September are approved. Every amount opens into the orders it came from.\n\n"
        "If one of your orders paid nothing, [ask for it by its number](/earnings/order/).",
    ),
    (
        6, "Gift boxes until they are gone", "everybody", "",
        "The small and the large gift box are packed by hand again this year. Order before **10 December** "
        "for delivery before the holidays.",
    ),
    (
        2, "Meeting of leaders in Ghent", "distributors", "leader, seniorleader, director, seniordirector",
        "On 12 December from two to five, at the soap works. There is coffee, and a walk through the drying room.",
    ),
)  # fmt: skip

CAMPAIGNS = {
    LEADER.email: (("Christmas market Ghent", 41), ("Newsletter", 90), ("Cards in the pharmacy", 20)),
    MEMBER.email: (("Yoga studio", 30), ("Friends of friends", 12)),
    NEWCOMER.email: (("Neighbours", 8),),
}

# Days ago, story, products, outcome: live, a reason for a no, or nothing while it waits.
PAGES = {
    LEADER.email: (
        (
            38,
            "I began with one bar of rye soap, because my hands were rough from gardening.\n\n"
            "Today I bring parcels to half of my street, and I know what each of them likes. Ask me before you "
            "buy: I would rather sell you one thing that you use up.",
            ["SOAP-RYE", "BALM-HAND", "CREAM-DAY"],
            "live",
        ),
    ),
    MEMBER.email: (
        (
            21,
            "Earn like I do: quit your job within a year!",
            ["OIL-MASSAGE"],
            "Please say nothing about earnings beyond the income disclosure.",
        ),
        (
            5,
            "I teach yoga twice a week, and use the massage oil after every lesson.\n\nCome by and smell all of "
            "them before you choose.",
            ["OIL-MASSAGE", "BATH-SALT", "BALM-MUSCLE"],
            "",
        ),
    ),
    NEWCOMER.email: (
        (
            7,
            "I am new here, and know the soaps better than anything else. Write to me; I answer in the evening.",
            ["SOAP-LINDEN", "SOAP-LAVENDER"],
            "live",
        ),
    ),
}

# Days ago, address, whether the letter was opened.
INVITED = {
    LEADER.email: (
        (16, "lotte.brouwer@example.net", True),
        (9, "samir.haddad@example.net", True),
        (3, "anke.wolf@example.net", False),
    ),
    MEMBER.email: ((11, "petra.nyman@example.net", True), (2, "david.kohl@example.net", False)),
    NEWCOMER.email: ((4, "amara.obi@example.net", False),),
}

# Days ago, through whom, and where to.
GUESTS = (
    (19, LEADER.email, "Lieve", "De Smet", "Kouter 4", "9000", "Ghent", "BE"),
    (15, LEADER.email, "Arnaud", "Petit", "Rue Haute 18", "1000", "Brussels", "BE"),
    (13, MEMBER.email, "Frida", "Holm", "Storgatan 9", "211 42", "Malmö", "SE"),
    (11, LEADER.email, "Judith", "Bakker", "Singel 101", "1012", "Amsterdam", "NL"),
    (8, MEMBER.email, "Oskar", "Berg", "Kungsgatan 3", "411 19", "Gothenburg", "SE"),
    (5, NEWCOMER.email, "Blessing", "Eze", "Lange Leemstraat 40", "2018", "Antwerp", "BE"),
    (4, LEADER.email, "Lieve", "De Smet", "Kouter 4", "9000", "Ghent", "BE"),
    (2, MEMBER.email, "Nina", "Roth", "Lindenweg 7", "50667", "Cologne", "DE"),
    (1, NEWCOMER.email, "Kofi", "Mensah", "Turnhoutsebaan 12", "2140", "Antwerp", "BE"),
    (0, LEADER.email, "Sofie", "Claes", "Veldstraat 2", "9000", "Ghent", "BE"),
)

# Days ago, who, about what, subject, text.
QUESTIONS = (
    (
        20, LEADER.email, "earnings", "October and the orders of the fair",
        "Two orders of the fair were paid on 1 November. Do they count for October?",
    ),
    (
        6, MEMBER.email, "other", "Why was my page refused?",
        "I only wrote what I feel. May I say that I like the work?",
    ),
    (
        3, NEWCOMER.email, "earnings", "What does active mean?",
        "Do orders of my customers count as my own volume, or only what I order myself?",
    ),
    (2, CUSTOMER.email, "orders", "A lid was loose", "The hand balm of my last order leaked. What do I do?"),
)  # fmt: skip

ANSWERS = {
    "What does active mean?": "Both count: what you order yourself and what your customers order. You are active in a "
    "month with 100 points of it.",
    "October and the orders of the fair": "An order counts from the day on which it is paid, so both count for "
    "November. You find the day under “Counts from” on the page of the order.",
    "Why was my page refused?": "Of course you may. It was the sentence about earnings: it promised something that "
    "most people do not reach. Send us the page again without it.",
}
