from sales.models.customer import Customer
from sales.models.order import Cart, CartLine, Order, OrderLine, Standing
from sales.models.product import Product, ProductTerms
from sales.models.returns import Books, Return, ReturnLine

__all__ = [
    "Books",
    "Cart",
    "CartLine",
    "Customer",
    "Order",
    "OrderLine",
    "Product",
    "ProductTerms",
    "Return",
    "ReturnLine",
    "Standing",
]
