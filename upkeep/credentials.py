"""Passwords of a site: made once and kept; the broker gets hashes. And files that only their owner reads."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

PBKDF2_ROUNDS = 101  # Mosquitto's own; the passwords have 192 random bits
PRIVATE = 0o600


def kept_password(path: Path) -> str:
    """The password in a file, made if there is none."""
    if not path.exists():
        write_whole(path, secrets.token_urlsafe(24) + "\n")
    return path.read_text(encoding="ascii").strip()


def password_lines(passwords: Mapping[str, str], before: str = "") -> str:
    """Mosquitto's password file. A line of the file `before` stays as it is while its password does."""
    kept = dict(line.split(":", 1) for line in before.splitlines() if ":" in line)
    return "".join(
        f"{name}:{kept[name] if name in kept and is_hash_of(password, kept[name]) else hashed(password)}\n"
        for name, password in passwords.items()
    )


def hashed(password: str, salt: bytes | None = None) -> str:
    """Mosquitto's `$7$` form: PBKDF2 over SHA-512."""
    salt = salt or secrets.token_bytes(12)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, PBKDF2_ROUNDS)
    return f"$7${PBKDF2_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def is_hash_of(password: str, line: str) -> bool:
    """Whether a hash in Mosquitto's form was made of this password."""
    try:
        salt = base64.b64decode(line.split("$")[3], validate=True)
    except (ValueError, IndexError):
        return False
    return hashed(password, salt) == line


def write_whole(path: Path, text: str, mode: int = PRIVATE) -> bool:
    """Write a text as `write_bytes` does."""
    return write_bytes(path, text.encode(), mode)


def write_bytes(path: Path, data: bytes, mode: int = PRIVATE) -> bool:
    """Write a file, whole or not at all, unless it holds that already; whether it was written."""
    if path.is_file() and path.read_bytes() == data:
        return False
    draft = path.with_name(f".{path.name}.draft")
    with open(draft, "wb", opener=lambda p, flags: os.open(p, flags, mode)) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return True
