"""Personal data in lists and reports: enough to recognise, not enough to use [T12]."""

import re
from collections.abc import Callable
from typing import Any


def mask_name(name: str) -> str:
    """王丽 → 王*, 欧阳明 → 欧**, John Smith → J***. A company name is masked too."""
    name = name.strip()
    if not name:
        return ""
    if name[0].isascii():
        return name[0] + "***"
    return name[0] + "*" * max(1, len(name) - 1)


def mask_phone(phone: str) -> str:
    """13800138000 → 138****8000; a short number keeps its last two digits, where there are more."""
    digits = re.sub(r"\D", "", phone)
    if len(digits) >= 11:
        return f"{digits[-11:-8]}****{digits[-4:]}"
    if len(digits) >= 7:
        return f"****{digits[-4:]}"
    return "*" * (len(digits) - 2) + digits[-2:] if len(digits) > 2 else "*" * len(digits)


def mask_number(number: str) -> str:
    """An identity number or account: its first three and last two characters, 110***********34."""
    if len(number) < 8:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 5) + number[-2:]


def mask_plate(plate: str) -> str:
    """粤B12345 → 粤B***45."""
    return plate[:2] + "*" * max(1, len(plate) - 4) + plate[-2:] if len(plate) > 4 else "*" * len(plate)


def masked(value: Any, mask: Callable[[str], str], reveal: bool) -> Any:
    """Somebody's name, phone or plate as a list shows it; what says why there is none stays."""
    return mask(value) if isinstance(value, str) and not reveal else value
