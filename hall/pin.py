"""Knowing a clerk's PIN without carrying it: SCRAM's proof (RFC 5802 §3) over a memory-hard hash (RFC 7914).

The PIN is stretched where it is typed, in a worker; only a proof bound to one request leaves the station. The
hall file holds a verifier from which neither the PIN nor a valid proof can be made without the memory-hard
search. A proof together with its verifier is as good as the key: proofs are never stored or logged.
A verifier is `scrypt$N$r$p$salt$stored key`, salt and key in hex.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from hall.errors import HallError
from hall.model import Badge, RequestId, StationId, WindowNo

COST = (1 << 14, 8, 1)  # N, r, p: 16 MiB and about 50 ms on a small PC
MIB = 1 << 20
LEAST_MEMORY, MOST_MEMORY = 16 * MIB, 256 * MIB  # below, PINs are soon guessed; above, a small PC cannot
MOST_PASSES = 16  # of p
_SALT = r"scrypt\$([0-9]{1,8})\$([0-9]{1,4})\$([0-9]{1,4})\$((?:[0-9a-f]{2}){8,32})"
SALT = re.compile(_SALT)
VERIFIER = re.compile(_SALT + r"\$([0-9a-f]{64})")
PIN = re.compile(r"[0-9]{4,8}")  # a keypad has no other digits


class BadPin(HallError, ValueError):
    """A PIN or verifier of the wrong form. The message never holds the PIN."""


def client_key(pin: str, salt: str) -> bytes:
    """The stretched key of a PIN, 32 bytes. Memory-hard: run it in a worker. `salt` is what `salt_of` gives.

    Raises BadPin for a salt of the wrong form, or one that asks for more than this product ever makes.
    """
    found = SALT.fullmatch(salt)
    if not found:
        raise BadPin("the salt is not of the form scrypt$N$r$p$hex, with 8 to 32 bytes of hex")
    n, r, p = _cost(found)
    if n < 2 or n & (n - 1) or not r or not p or memory(n, r) > MOST_MEMORY or p > MOST_PASSES:
        raise BadPin(
            f"scrypt cannot work with N={n} r={r} p={p}: N is a power of 2, 128·N·r at most {MOST_MEMORY},"
            f" p at most {MOST_PASSES}"
        )
    stretched = hashlib.scrypt(
        pin.encode(), salt=bytes.fromhex(found[4]), n=n, r=r, p=p, maxmem=256 * r * (n + p), dklen=32
    )
    return hmac.digest(stretched, b"Client Key", "sha256")


def memory(n: int, r: int) -> int:
    """Bytes that one guess costs."""
    return 128 * n * r


def _cost(found: re.Match[str]) -> tuple[int, int, int]:
    return int(found[1]), int(found[2]), int(found[3])


def unfit(stored: str) -> str:
    """Why a hall may not keep this verifier; empty if it may. The reason never shows what was found."""
    found = VERIFIER.fullmatch(stored)
    if not found:
        return "not a verifier; make one with: hall pin"
    n, r, p = _cost(found)
    if n & (n - 1) or not p or p > MOST_PASSES or not LEAST_MEMORY <= memory(n, r) <= MOST_MEMORY:
        return "its cost is not one this product makes; make a new verifier with: hall pin"
    return ""


def verifier(pin: str, salt: bytes, cost: tuple[int, int, int] = COST) -> str:
    """What the hall file keeps of a PIN of 4 to 8 digits. Raises BadPin."""
    if not PIN.fullmatch(pin):
        raise BadPin("a PIN has 4 to 8 digits")
    head = "scrypt${}${}${}$".format(*cost) + salt.hex()
    return f"{head}${hashlib.sha256(client_key(pin, head)).hexdigest()}"


def salt_of(stored: str) -> str:
    """The public part of a verifier: cost and salt."""
    return stored.rpartition("$")[0]


def bound_to(request: RequestId, station: StationId, window: WindowNo, badge: Badge) -> bytes:
    """What a proof is bound to: one request of one station for one window and badge."""
    return f"jiaohao sign-in\n{request}\n{station}\n{window}\n{badge}".encode()


def proof(key: bytes, bound: bytes) -> str:
    """The proof of a client key for one request, in hex."""
    signature = hmac.digest(hashlib.sha256(key).digest(), bound, "sha256")
    return bytes(a ^ b for a, b in zip(key, signature, strict=True)).hex()


def proves(stored: str, bound: bytes, shown: str) -> bool:
    """Whether `shown` was made from the PIN of this verifier for this very request."""
    found = VERIFIER.fullmatch(stored)
    if not found or not re.fullmatch(r"[0-9a-f]{64}", shown):
        return False
    stored_key = bytes.fromhex(found[5])
    signature = hmac.digest(stored_key, bound, "sha256")
    key = bytes(a ^ b for a, b in zip(bytes.fromhex(shown), signature, strict=True))
    return hmac.compare_digest(hashlib.sha256(key).digest(), stored_key)
