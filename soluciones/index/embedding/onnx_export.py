"""Build time only: a sentence-transformers model → ``encoder.onnx`` (+ ``encoder.bin``), ``words.npy``, tokenizer.

Pooling and normalisation are inside the graph; the table of words is outside, see ``words.py``.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np

from soluciones.index.embedding.onnx_embedder import ENCODER
from soluciones.index.embedding.unigram import TOKENIZER, convert
from soluciones.index.embedding.words import WORDS

OPSET = 17
POOLINGS = ("mean", "cls")


class CannotExportError(RuntimeError):
    """The model has a part that the export does not know; the message names it. It can still be served by torch."""


def check_exportable(model: Any) -> str:
    """Return the pooling (``mean`` or ``cls``) of a ``SentenceTransformer`` if its shape is one that we export.

    :raises CannotExportError: another sequence of modules, another pooling, or no plain table of words.
    """
    import torch
    from sentence_transformers.sentence_transformer import modules as known

    modules = list(model)
    kinds = (known.Transformer, known.Pooling, known.Normalize)
    if not 2 <= len(modules) <= 3 or not all(
        isinstance(part, kind) for part, kind in zip(modules, kinds, strict=False)
    ):
        raise CannotExportError("its modules are not Transformer, Pooling[, Normalize]")
    pooling = modules[1].pooling_mode
    if pooling not in POOLINGS or not modules[1].include_prompt:
        raise CannotExportError(f"its pooling is {pooling!r}, not one of {', '.join(POOLINGS)} over all tokens")
    words = modules[0].model.get_input_embeddings()
    if type(words) is not torch.nn.Embedding:
        raise CannotExportError("its words are not a plain table of vectors")
    if getattr(modules[0].tokenizer, "backend_tokenizer", None) is None:
        raise CannotExportError("its tokenizer is not one of the tokenizers library")
    return str(pooling)


def export_encoder(model: Any, pooling: str, folder: Path) -> None:
    """Write the encoder graph and the table of words of an exportable model into ``folder``.

    :raises CannotExportError: the transformer does not take ``inputs_embeds`` or cannot be traced.
    """
    import torch

    class Encoder(torch.nn.Module):  # type: ignore[misc]
        """Word vectors and mask → unit sentence vector."""

        def __init__(self, transformer: Any) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, inputs_embeds: Any, attention_mask: Any) -> Any:
            """(b, s, d) and (b, s) → (b, d)."""
            output = self.transformer(inputs_embeds=inputs_embeds, attention_mask=attention_mask)
            hidden = output.last_hidden_state
            if pooling == "cls":
                pooled = hidden[:, 0]
            else:
                mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
                pooled = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(pooled, p=2, dim=1)

    transformer = model[0].model.eval()
    table = transformer.get_input_embeddings().weight.detach().to(torch.float32).numpy()
    _save_words(table, folder / WORDS)
    before = transformer.config._attn_implementation
    with contextlib.suppress(ValueError, AttributeError, KeyError):
        # Plain attention traces to a graph that onnxruntime can fuse; all models of interest have it.
        transformer.set_attn_implementation("eager")
    example = torch.randn(2, 9, table.shape[1])
    mask = torch.ones(2, 9, dtype=torch.int64)
    mask[1, 5:] = 0
    raw = folder / "raw.onnx"
    axes = {"inputs_embeds": {0: "batch", 1: "tokens"}, "attention_mask": {0: "batch", 1: "tokens"}}
    try:
        with _quiet(), torch.no_grad():
            # The tracing exporter: 3 s where the newer one takes 22 s, and onnxruntime fuses its attention.
            torch.onnx.export(
                Encoder(transformer),
                (example, mask),
                str(raw),
                dynamo=False,
                input_names=["inputs_embeds", "attention_mask"],
                output_names=["sentence_embedding"],
                dynamic_axes={**axes, "sentence_embedding": {0: "batch"}},
                opset_version=OPSET,
            )
    except Exception as error:  # the tracer raises whatever the model's own code raises
        raise CannotExportError(f"its transformer cannot be exported ({type(error).__name__}: {error})") from error
    finally:
        with contextlib.suppress(ValueError, AttributeError, KeyError):
            transformer.set_attn_implementation(before)
    _optimise(raw, transformer.config, folder / ENCODER)
    raw.unlink()


def export_tokenizer(model: Any, folder: Path) -> tuple[Literal["unigram", "library"], list[int], list[int]]:
    """Write the tokenizer for the serving side; return its kind and the special ids before and after a text."""
    tokenizer = model[0].tokenizer.backend_tokenizer
    tokenizer.no_padding()
    tokenizer.no_truncation()
    encoded = tokenizer.encode("a")
    inner = [place for place, special in enumerate(encoded.special_tokens_mask) if not special]
    before, after = encoded.ids[: inner[0]], encoded.ids[inner[-1] + 1 :]
    source = json.loads(tokenizer.to_str())
    kind = source["model"].get("type")
    if kind == "Unigram" and not source["model"].get("byte_fallback") and source["model"].get("unk_id") is not None:
        convert(source, folder)
        return "unigram", before, after
    (folder / TOKENIZER).write_text(tokenizer.to_str(), encoding="utf-8")
    return "library", before, after


def _save_words(table: np.ndarray[Any, np.dtype[np.float32]], path: Path) -> None:
    """Half precision loses less than the 4-bit weights did (cosine 0.9999999), and halves the file."""
    if float(np.abs(table).max()) > float(np.finfo(np.float16).max):
        raise CannotExportError("its word vectors are too large for half precision")
    np.save(path, table.astype(np.float16))


def _optimise(raw: Path, config: Any, target: Path) -> None:
    """Fuse attention, GELU and layer norms where the pattern is known, and put the weights into a file of their own.

    onnxruntime maps that file while it opens: 0.14 s and 60 MB less than with the weights inside.
    """
    import onnx
    from onnxruntime.transformers.optimizer import optimize_model

    model = onnx.load(str(raw))
    heads, hidden = getattr(config, "num_attention_heads", 0), getattr(config, "hidden_size", 0)
    # A graph of another pattern is served as it is; parity is checked on the result either way.
    with contextlib.suppress(Exception), _quiet():
        model = optimize_model(str(raw), "bert", num_heads=heads, hidden_size=hidden, opt_level=0).model
    if not any(opset.domain == "com.microsoft" for opset in model.opset_import):
        # The fuser writes nodes of this domain and forgets to name it; onnx's own tools then refuse the file.
        model.opset_import.append(onnx.helper.make_opsetid("com.microsoft", 1))
    onnx.save(
        model,
        str(target),
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=target.with_suffix(".bin").name,
        size_threshold=1024,
        convert_attribute=False,
    )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporters' chatter off the operator's screen."""
    previous = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(previous)
