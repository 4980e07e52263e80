"""The files a company would bring: everybody, one product, and as many order lines as people."""

from pathlib import Path

import numpy as np

from benchmarks.tree.network import Network

PRODUCTS = """\
sku,name,class,valid_from,retail_price,preferred_price,distributor_price,qualifying_volume,commissionable_volume
SOAP,Soap,product,2020-01-01,10.00,9.00,7.50,6.00,5.00
OIL,Oil,product,2020-01-01,40.00,36.00,30.00,25.00,24.50
TEA,Tea,product,2020-01-01,12.00,11.00,9.00,8.00,7.50
"""
SKUS = ("OIL", "SOAP", "TEA")


def write(network: Network, folder: Path) -> dict[str, Path]:
    """people, products and orders; numbers are N1 to Nn in the order of the network."""
    paths = {name: folder / f"{name}.csv" for name in ("distributors", "products", "orders")}
    paths["products"].write_text(PRODUCTS, encoding="utf-8")
    with paths["distributors"].open("w", encoding="utf-8") as file:
        file.write("number,sponsor_number,given_name,family_name,email,joined_on,country\n")
        for at, above in enumerate(network.parent.tolist()):
            sponsor = f"N{above + 1}" if above >= 0 else ""
            day = f"2025-{1 + at % 12:02}-{1 + at % 28:02}"
            file.write(f"N{at + 1},{sponsor},Given{at % 977},Family{at % 3_989},p{at}@example.com,{day},BE\n")
    with paths["orders"].open("w", encoding="utf-8") as file:
        file.write("order_number,placed_at,paid_at,state,distributor_number,purpose,sku,quantity\n")
        sellers = np.random.default_rng(4).integers(len(network), size=len(network)).tolist()
        # Two lines, then three: as many lines as people.
        order, left = 0, 0
        for at in range(len(network)):
            if not left:
                order, left = order + 1, 2 + order % 2
            left -= 1
            day = f"2026-01-{1 + order % 28:02}"
            sku, quantity = SKUS[left], 1 + at % 4
            file.write(f"W{order},{day},{day},paid,N{sellers[order] + 1},own_use,{sku},{quantity}\n")
    return paths
