"""Make any string safe for a tokenizer."""

from __future__ import annotations

from collections.abc import Sequence

MAX_CHARS = 100_000
"""No model here reads more than a few thousand characters of a text; the rest would only cost time."""


def clean(text: str) -> str:
    """Join surrogate pairs, replace lone surrogates (they have no UTF-8) and NUL by U+FFFD, trim both ends."""
    text = text.replace("\0", "\ufffd")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.strip()


def prompted(prompt: str, texts: Sequence[str]) -> list[str]:
    """Each text as the model reads it: cut to ``MAX_CHARS``, cleaned, with the prompt before it."""
    return [prompt + clean(text[:MAX_CHARS]) for text in texts]
