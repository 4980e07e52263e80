"""What the demo company sells: soaps, balms and oils; and what joining costs, which carries no volume."""

from dataclasses import dataclass
from datetime import date

FROM = date(2024, 10, 1)
NEW_PRICES = date(2026, 5, 1)


@dataclass(frozen=True, slots=True)
class Article:
    """Prices in cents, points in hundredths, both of one piece. `liking` is how often it is chosen."""

    sku: str
    name: str
    kind: str
    retail: int
    distributor: int
    liking: int
    description: str

    @property
    def preferred(self) -> int:
        return self.retail * 90 // 100 // 10 * 10

    @property
    def points(self) -> int:
        """One point for each euro of the distributor's price without VAT (21 %)."""
        return 0 if self.kind != "product" else self.distributor * 100 // 121 // 25 * 25


def _product(sku: str, name: str, retail: int, liking: int, description: str) -> Article:
    return Article(sku, name, "product", retail, retail * 75 // 100 // 5 * 5, liking, description)


ARTICLES = (
    _product("SOAP-LINDEN", "Linden blossom soap", 790, 12, "A bar of 100 g with linden blossom water."),
    _product("SOAP-RYE", "Rye bran soap", 790, 10, "A bar of 100 g that scrubs gently."),
    _product("SOAP-LAVENDER", "Lavender soap", 790, 9, "A bar of 100 g with lavender from the Drôme."),
    _product("SOAP-OLIVE", "Olive oil soap", 850, 8, "A bar of 120 g, unscented."),
    _product("SOAP-LIQUID", "Liquid hand soap", 1290, 9, "A bottle of 300 ml, to be refilled."),
    _product("SOAP-REFILL", "Hand soap refill", 1990, 7, "A pouch of 900 ml: three bottles."),
    _product("SOAP-SHAVE", "Shaving soap", 1490, 4, "A tin of 90 g with sheep's fat."),
    _product("SHAMPOO-BAR", "Shampoo bar", 1190, 10, "70 g, about fifty washes."),
    _product("SHAMPOO-NETTLE", "Nettle shampoo", 1690, 8, "A bottle of 250 ml."),
    _product("BALM-HAND", "Hand balm", 1590, 11, "A tube of 75 ml with beeswax."),
    _product("BALM-LIP", "Lip balm", 590, 9, "A stick of 5 g."),
    _product("BALM-FOOT", "Foot balm", 1790, 6, "A tube of 75 ml with spruce resin."),
    _product("BALM-BABY", "Baby balm", 1890, 5, "A jar of 60 ml, unscented."),
    _product("BALM-MUSCLE", "Muscle balm", 2190, 6, "A jar of 60 ml with arnica."),
    _product("CREAM-DAY", "Day cream", 3490, 7, "A jar of 50 ml with linden and jojoba."),
    _product("CREAM-NIGHT", "Night cream", 3990, 6, "A jar of 50 ml with evening primrose."),
    _product("OIL-BODY", "Body oil", 2690, 7, "A bottle of 150 ml: almond and linden."),
    _product("OIL-FACE", "Face oil", 4490, 6, "A bottle of 30 ml: rosehip."),
    _product("OIL-MASSAGE", "Massage oil", 2990, 4, "A bottle of 200 ml."),
    _product("OIL-LAVENDER", "Lavender oil", 1890, 4, "A bottle of 10 ml, pure."),
    _product("BATH-SALT", "Bath salt with rye", 1690, 5, "A bag of 500 g."),
    _product("GIFT-SMALL", "Gift box, small", 2990, 5, "Two soaps and a hand balm."),
    _product("GIFT-LARGE", "Gift box, large", 6490, 4, "Soap, body oil, day cream and a linen cloth."),
    Article("KIT-START", "Starter kit", "kit", 4900, 4900, 0, "Samples, order forms and the handbook."),
    Article("FEE-YEAR", "Yearly fee", "fee", 1500, 1500, 0, "Portal and statements for a year."),
)

GOODS = tuple(article for article in ARTICLES if article.kind == "product")
GIFTS = frozenset({"GIFT-SMALL", "GIFT-LARGE", "SOAP-LINDEN", "CREAM-DAY", "OIL-BODY"})


def price_rows() -> list[list[str]]:
    """The price list as rows of a CSV file: the creams and face oils cost a little more since May 2026."""
    rows = []
    for article in ARTICLES:
        rows.append(_row(article, FROM, article.retail, article.distributor))
        if article.sku.startswith("CREAM") or article.sku == "OIL-FACE":
            rows.append(_row(article, NEW_PRICES, article.retail + 200, article.distributor + 150))
    return rows


def _row(article: Article, day: date, retail: int, distributor: int) -> list[str]:
    volume = _euro(article.points)
    prices = [_euro(retail), _euro(min(article.preferred, retail)), _euro(distributor)]
    return [
        article.sku, article.name, article.kind, day.isoformat(), *prices, volume, volume,
        article.description, "yes",
    ]  # fmt: skip


def _euro(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


PRICE_HEADER = [
    "sku", "name", "class", "valid_from", "retail_price", "preferred_price", "distributor_price",
    "qualifying_volume", "commissionable_volume", "description", "offered",
]  # fmt: skip
