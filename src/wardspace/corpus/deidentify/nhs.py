"""NHS numbers: ten digits, the last of which checks the others.

Source: NHS Data Model and Dictionary, "NHS NUMBER" (modulus 11).
"""

from __future__ import annotations


def check_digit(nine: str) -> int:
    """The tenth digit for nine; 10 where those nine make no valid number."""
    remainder = sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
    return (11 - remainder) % 11


def valid(ten: str) -> bool:
    """Whether ten digits are a valid number."""
    return len(ten) == 10 and check_digit(ten[:9]) == int(ten[9])
