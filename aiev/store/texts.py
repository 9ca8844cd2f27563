"""Texts as SQLite can hold them, and their names."""

from __future__ import annotations

import hashlib


def clean(text: str) -> str:
    """A text that SQLite can hold: a lone surrogate becomes a question mark."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def digest(text: str) -> str:
    """SHA-256 of a text, in hex; lone surrogates count as they are."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
