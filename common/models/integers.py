import struct
from collections.abc import Sequence
from typing import Any

from django.db import models


class IntegersField(models.BinaryField):  # type: ignore[type-arg]
    """Several whole numbers in one column, as 64-bit big-endian bytes: of one width, and quick to write by the million.

    What each number means stands with the model; in Python the value is a list.
    """

    def from_db_value(self, value: Any, *_: Any) -> list[int] | None:
        return None if value is None else unpacked(bytes(value))

    def to_python(self, value: Any) -> Any:
        return unpacked(bytes(value)) if isinstance(value, bytes | bytearray | memoryview) else value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, list | tuple):
            value = packed(value)
        return super().get_db_prep_value(value, connection, prepared)

    def value_to_string(self, obj: models.Model) -> str:
        return " ".join(str(number) for number in self.value_from_object(obj) or [])


def packed(numbers: Sequence[int]) -> bytes:
    """The bytes of some whole numbers."""
    return struct.pack(f">{len(numbers)}q", *numbers)


def unpacked(raw: bytes) -> list[int]:
    """The numbers of these bytes."""
    return list(struct.unpack(f">{len(raw) // 8}q", raw))
