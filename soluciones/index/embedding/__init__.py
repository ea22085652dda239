"""Embeddings: a sentence-transformers model prepared once (``prepare_model``), then served without torch.

Importing this package is cheap; torch is imported by ``prepare_model`` only when there is something to prepare, and
onnxruntime by ``open_embedder``.
"""

from soluciones.index.embedding.opening import open_embedder, verify_model
from soluciones.index.embedding.prepare import PrepareError, prepare_model
from soluciones.index.embedding.prepared import ModelNotPrepared, prepared_folder

__all__ = ["ModelNotPrepared", "PrepareError", "open_embedder", "prepare_model", "prepared_folder", "verify_model"]
