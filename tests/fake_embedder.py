"""A stand-in for the embedding model: no weights, the same vectors for ever, related words near each other.

Each character n-gram of each folded word has a fixed random direction of ±1; a text is the sum of its grams. Words of
one meaning share a direction too (``SYNONYMS``), so that a test can tell meaning from spelling.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from soluciones.index.types import Vectors

DIM = 64
GRAMS = (3, 4, 5)
SYNONYM_WEIGHT = 2.0
"""A shared meaning outweighs spelling, as it does in the real model."""

SYNONYMS = (
    ("contrasena", "clave", "password", "passwort", "mot de passe"),
    ("correo", "email", "mail", "mensaje", "mensajes", "courriel", "posta"),
    ("buzon", "cuenta", "casilla", "mailbox", "account", "compte", "konto"),
    ("direccion", "direcciones", "address", "adresse", "indirizzo"),
    ("puerto", "puertos", "port", "ports", "porta", "porte"),
    ("recibir", "receive", "recevoir", "empfangen", "ricevere", "entrante", "imap", "pop3"),
    ("enviar", "send", "envoyer", "senden", "inviare", "saliente", "smtp"),
    ("telefono", "movil", "iphone", "android", "phone", "dispositivo", "dispositivos"),
    ("configurar", "configuracion", "sincronizar", "ajustes", "setup", "settings"),
    ("suplantacion", "spoofing", "phishing", "fraude", "spam"),
    ("copia", "cc", "cci", "cco", "bcc", "ccn"),
    ("duplicado", "duplicados", "repetido", "repetidos", "duplicate"),
)
STOP_WORDS = frozenset(
    (
        "a", "al", "como", "con", "cual", "de", "del", "el", "en", "es", "la", "las", "lo",
        "los", "mi", "para", "por", "que", "se", "su", "un", "una", "uso", "y", "the", "of",
    )
)  # fmt: skip

_CONCEPTS = {word: number for number, group in enumerate(SYNONYMS) for word in group}
_WORD = re.compile(r"[^\W_]+")


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@lru_cache(maxsize=100_000)
def _direction(key: str) -> NDArray[np.float32]:
    """A fixed ±1 vector for ``key``."""
    digest = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=DIM // 8).digest()
    bits = np.unpackbits(np.frombuffer(digest, dtype=np.uint8))
    return bits.astype(np.float32) * 2 - 1


@lru_cache(maxsize=20_000)
def _word_vector(word: str) -> NDArray[np.float32]:
    padded = f"<{word}>"
    grams = [padded[i : i + n] for n in GRAMS for i in range(len(padded) - n + 1)]
    total = np.zeros(DIM, dtype=np.float32)
    for gram in grams or [padded]:
        total += _direction(gram)
    total /= np.linalg.norm(total) or 1.0
    if word in _CONCEPTS:
        concept = _direction(f"concept {_CONCEPTS[word]}")
        total += SYNONYM_WEIGHT * concept / np.linalg.norm(concept)
        total /= np.linalg.norm(total)
    return total


class FakeEmbedder:
    """Implements ``soluciones.index.types.Embedder``; counts the texts it was given (``encoded``)."""

    def __init__(self, fingerprint: str = "fake-1", max_tokens: int = 512) -> None:
        self.fingerprint = fingerprint
        self.dim = DIM
        self.max_tokens = max_tokens
        self.encoded: list[str] = []

    def _encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded.extend(texts)
        rows = np.zeros((len(texts), DIM), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            words = _WORD.findall(_fold(text))
            for word in [w for w in words if w not in STOP_WORDS] or words or [""]:
                row += _word_vector(word)
            norm = float(np.linalg.norm(row))
            row /= norm if norm else 1.0
        return rows

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode n strings → float32 (n, 64), L2-normalised."""
        return self._encode(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode n strings → float32 (n, 64), L2-normalised."""
        return self._encode(texts)

    def count_tokens(self, text: str) -> int:
        """About one token for each four characters of a word, one for each mark, and two special ones."""
        pieces = re.findall(r"\w+|[^\w\s]", text)
        return 2 + sum((len(piece) + 3) // 4 for piece in pieces)
