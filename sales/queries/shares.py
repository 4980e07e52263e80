"""What some pieces of an order line are of what stands on the line."""


def share(*, amount: int, part: int, whole: int) -> int:
    """`part` of `whole` pieces of an amount that is not negative, rounded half up once."""
    return (2 * amount * part + whole) // (2 * whole)


def of_pieces(*, amount: int, pieces: int, before: int, whole: int) -> int:
    """What `pieces` take back of an amount of `whole` pieces after `before` came back: together never more than all."""
    return share(amount=amount, part=before + pieces, whole=whole) - share(
        amount=amount, part=before, whole=whole
    )
