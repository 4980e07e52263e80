from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Standing(models.TextChoices):
    """What the buyer was when the order was placed."""

    DISTRIBUTOR = "distributor", _("distributor")
    PREFERRED = "preferred", _("preferred customer")
    RETAIL = "retail", _("retail customer")


class Order(models.Model):
    """A sale. Everything commissions need is copied when it is placed and never looked up again."""

    class State(models.TextChoices):
        PLACED = "placed", _("placed")
        PAID = "paid", _("paid")
        SHIPPED = "shipped", _("shipped")
        CANCELLED = "cancelled", _("cancelled")

    class Purpose(models.TextChoices):
        CUSTOMER = "customer", _("for a customer")
        OWN_USE = "own_use", _("for my own use")
        RESALE = "resale", _("stock for resale")

    class Source(models.TextChoices):
        PORTAL = "portal", _("portal")
        STAFF = "staff", _("staff")
        IMPORT = "import", _("import")

    number = models.CharField(max_length=24, unique=True)
    seller = models.ForeignKey(
        "distributors.Distributor",
        on_delete=models.PROTECT,
        related_name="sales",
        help_text="Who is credited",
    )
    customer = models.ForeignKey(
        "sales.Customer", null=True, blank=True, on_delete=models.PROTECT, related_name="orders"
    )
    buyer_standing = models.CharField(max_length=12, choices=Standing)
    purpose = models.CharField(max_length=10, choices=Purpose)
    state = models.CharField(max_length=10, choices=State, default=State.PLACED)
    source = models.CharField(max_length=8, choices=Source, default=Source.PORTAL)
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField(help_text="Minor units: the sum of the lines' prices")
    placed_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    paid_by = models.ForeignKey(
        "distributors.User",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who marked the payment",
    )
    booked_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When it counts: the payment, or the last shutting of the books if later",
    )
    shipped_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    submission = models.CharField(
        max_length=64, null=True, blank=True, unique=True, help_text="Token of the form that was sent"
    )

    class Meta:
        ordering = ["-placed_at", "-pk"]
        indexes = [
            models.Index(fields=["seller", "-placed_at"], name="order_of_seller"),
            models.Index(fields=["customer", "-placed_at"], name="order_of_customer"),
            models.Index(fields=["booked_at"], name="order_booked"),
            models.Index(fields=["placed_at", "id"], name="order_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(buyer_standing=Standing.DISTRIBUTOR, customer__isnull=True)
                | Q(buyer_standing__in=[Standing.PREFERRED, Standing.RETAIL], customer__isnull=False),
                name="order_buyer_fits_standing",
            ),
            models.CheckConstraint(
                condition=Q(paid_at__isnull=True, booked_at__isnull=True)
                | Q(paid_at__isnull=False, booked_at__gte=F("paid_at")),
                name="order_booked_when_paid",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["paid", "shipped"]) | Q(paid_at__isnull=False),
                name="order_paid_has_date",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class GuestOrder(models.Model):
    """That an order was placed without a login, and by which link its buyer came."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="guest")
    link = models.ForeignKey(
        "distributors.ReferralCode", on_delete=models.PROTECT, related_name="guest_orders"
    )

    def __str__(self) -> str:
        return f"{self.order_id} by {self.link_id}"


class OrderLine(models.Model):
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey("sales.Product", on_delete=models.PROTECT, related_name="+")
    product_class = models.CharField(max_length=8)
    quantity = models.PositiveIntegerField()
    # Whole line, not per piece: minor units and hundredths of a point.
    price = models.BigIntegerField(help_text="What the buyer pays for the line")
    list_price = models.BigIntegerField(help_text="At retail price")
    distributor_price = models.BigIntegerField(help_text="At distributor's price")
    qualifying = models.BigIntegerField()
    commissionable = models.BigIntegerField()

    class Meta:
        ordering = ["order", "position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_position_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_line_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.position}"


class Cart(models.Model):
    """What a signed-in buyer has chosen. Its token makes a double submit one order."""

    user = models.OneToOneField("distributors.User", on_delete=models.CASCADE, related_name="cart")
    token = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return f"Cart {self.pk}"


class CartLine(models.Model):
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey("sales.Product", on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cart", "product"], name="cart_product_once")]

    def __str__(self) -> str:
        return f"{self.cart_id}: {self.product_id}"
