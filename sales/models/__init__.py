from sales.models.customer import Customer
from sales.models.invoice import Invoice
from sales.models.order import Cart, CartLine, GuestOrder, Order, OrderLine, Standing
from sales.models.product import Product, ProductTerms
from sales.models.return_request import ReturnRequest, ReturnRequestLine
from sales.models.returns import Books, Return, ReturnLine

__all__ = [
    "Books",
    "Cart",
    "CartLine",
    "Customer",
    "GuestOrder",
    "Invoice",
    "Order",
    "OrderLine",
    "Product",
    "ProductTerms",
    "Return",
    "ReturnLine",
    "ReturnRequest",
    "ReturnRequestLine",
    "Standing",
]
