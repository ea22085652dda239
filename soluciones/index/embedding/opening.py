"""Open a prepared model with the backend that its manifest names."""

from __future__ import annotations

from pathlib import Path

from soluciones.index.embedding.prepared import check_sums, prepared_folder, read_manifest
from soluciones.index.types import Embedder
from soluciones.settings import Settings


def open_embedder(settings: Settings) -> Embedder:
    """Open the prepared model of ``settings.model`` (about half a second; torch is imported by ``torch`` models only).

    :raises ModelNotPrepared: it has not been prepared yet, or its folder is damaged.
    """
    folder = prepared_folder(settings)
    manifest = read_manifest(folder)
    if manifest.backend == "torch":
        from soluciones.index.embedding.torch_embedder import TorchEmbedder

        return TorchEmbedder(folder, manifest, settings.encoder_threads)
    from soluciones.index.embedding.onnx_embedder import OnnxEmbedder

    return OnnxEmbedder(folder, manifest, settings.encoder_threads)


def verify_model(path: Path) -> list[str]:
    """Read a prepared folder to the last byte; return its problems, one sentence each, empty if it is whole."""
    return check_sums(path)
