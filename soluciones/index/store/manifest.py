"""The manifest: what a generation is made of. Written last, so a folder without a good one is not a generation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from soluciones.index.store.errors import DamagedGeneration

SCHEMA_VERSION = 1
"""Layout of a generation folder. A generation of another schema is not read; build anew."""
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """Checksum of one file."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """All of it."""

    id: str
    created: datetime
    content_hash: str
    """SHA-256 over everything the generation was made from."""
    model: str
    """The embedder's fingerprint."""
    counts: Mapping[str, int]
    files: Mapping[str, FileEntry]
    """Name relative to the generation folder → checksum."""
    schema: int = SCHEMA_VERSION


def entry(data: bytes) -> FileEntry:
    """Checksum of a file's content."""
    return FileEntry(hashlib.sha256(data).hexdigest(), len(data))


def dump_manifest(manifest: Manifest) -> bytes:
    """Canonical JSON with a checksum of itself."""
    body = asdict(manifest) | {"created": manifest.created.isoformat()}
    return _canonical({"manifest": body, "sha256": hashlib.sha256(_canonical(body)).hexdigest()})


def parse_manifest(data: bytes) -> Manifest:
    """The manifest, every byte of it checked.

    Raises:
        DamagedGeneration: it is not exactly what ``dump_manifest`` wrote, or of another schema.
    """
    try:
        wrapped = json.loads(data)
        body = wrapped["manifest"]
        if _canonical(wrapped) != data or hashlib.sha256(_canonical(body)).hexdigest() != wrapped["sha256"]:
            raise DamagedGeneration(f"{MANIFEST} does not match its own checksum")
        if body["schema"] != SCHEMA_VERSION:
            raise DamagedGeneration(f"built by another version (schema {body['schema']}, wanted {SCHEMA_VERSION})")
        files = {name: FileEntry(**value) for name, value in body["files"].items()}
        return Manifest(**(body | {"created": datetime.fromisoformat(body["created"]), "files": files}))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise DamagedGeneration(f"{MANIFEST} cannot be read: {error}") from error


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode("ascii")
