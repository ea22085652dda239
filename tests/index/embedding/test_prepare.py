from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from soluciones.index.embedding import (
    ModelNotPrepared,
    PrepareError,
    open_embedder,
    prepare_model,
    prepared_folder,
    verify_model,
)
from soluciones.index.embedding.prepared import MANIFEST, read_manifest
from soluciones.settings import Settings

TEXTS = ["hola mundo", "el puerto de entrada", "", "una clave nueva para el correo " * 30]
WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    *"abcdefghijklmnopqrstuvwxyz",
    *[f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz"],
]


def make_model(folder: Path, pooling: str = "mean", prompts: dict[str, str] | None = None, hidden: int = 16) -> Path:
    """Save a tiny BERT with random weights as a sentence-transformers folder."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(0)
    source = folder.with_name(folder.name + "-bert")
    source.mkdir()
    (source / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    BertTokenizerFast(str(source / "vocab.txt"), model_max_length=64).save_pretrained(source)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=hidden,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(source)
    encoder = modules.Transformer(str(source), max_seq_length=64)
    parts = [encoder, modules.Pooling(hidden, pooling_mode=pooling)]
    SentenceTransformer(modules=parts, prompts=prompts or {}, device="cpu").save(str(folder), create_model_card=False)
    return folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with prompts, on disk."""
    return make_model(tmp_path_factory.mktemp("source") / "tiny", prompts={"query": "q ", "document": "d "})


@pytest.fixture
def config(tiny: Path, tmp_path: Path) -> Settings:
    """Settings of the tiny model with a models folder of its own."""
    return Settings(model=str(tiny), models=tmp_path / "models")


def quiet(_line: str) -> None:
    """Progress that nobody reads."""


def torch_vectors(folder: Path, prompt: str) -> Any:
    """What sentence-transformers itself gives for ``TEXTS``."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), device="cpu").encode(TEXTS, prompt=prompt, normalize_embeddings=True)


def test_another_model_is_served_by_onnx(config: Settings, tiny: Path) -> None:
    """A BERT folder with mean pooling is exported; prompts, size and vectors are its own."""
    manifest = read_manifest(prepare_model(config, quiet))
    assert (manifest.backend, manifest.pooling, manifest.dim, manifest.max_tokens) == ("onnx", "mean", 16, 64)
    embedder = open_embedder(config)
    for encode, prompt in ((embedder.encode_queries, "q "), (embedder.encode_passages, "d ")):
        assert np.sum(encode(TEXTS) * torch_vectors(tiny, prompt), axis=1).min() > 0.9999
    assert embedder.count_tokens("ab") == 4


def test_first_token_pooling_is_exported_too(tmp_path: Path) -> None:
    """A model that pools by its first token is served by ONNX with torch's vectors."""
    folder = make_model(tmp_path / "first", pooling="cls")
    settings = Settings(model=str(folder), models=tmp_path / "models")
    assert read_manifest(prepare_model(settings, quiet)).pooling == "cls"
    assert np.sum(open_embedder(settings).encode_queries(TEXTS) * torch_vectors(folder, ""), axis=1).min() > 0.9999


def test_a_model_that_cannot_be_exported_is_served_by_torch(tmp_path: Path) -> None:
    """A model with another pooling falls back to torch, says so, and obeys the same contract."""
    folder = make_model(tmp_path / "largest", pooling="max")
    settings = Settings(model=str(folder), models=tmp_path / "models")
    lines: list[str] = []
    path = prepare_model(settings, lines.append)
    assert read_manifest(path).backend == "torch"
    assert any("torch" in line and "'max'" in line for line in lines)
    assert not (path / "encoder.onnx").exists()
    embedder = open_embedder(settings)
    vectors = embedder.encode_passages([*TEXTS, "\ud800\0"])
    assert vectors.dtype == np.float32 and vectors.shape == (5, 16)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.sum(vectors[:4] * torch_vectors(folder, ""), axis=1).min() > 0.9999
    assert embedder.encode_queries([]).shape == (0, 16)
    assert embedder.count_tokens("ab " * 100) == 202


def test_an_e5_folder_gets_its_prefixes(tmp_path: Path) -> None:
    """An E5 model whose folder names no prompts is given those of its family."""
    settings = Settings(model=str(make_model(tmp_path / "multilingual-e5-tiny")), models=tmp_path / "models")
    prompts = read_manifest(prepare_model(settings, quiet)).prompts
    assert (prompts.query, prompts.passage) == ("query: ", "passage: ")


def test_preparing_twice_does_nothing(config: Settings) -> None:
    """A whole prepared folder is left as it is, without a word."""
    path = prepare_model(config, quiet)
    before = {file: file.stat().st_mtime_ns for file in path.rglob("*")}
    lines: list[str] = []
    assert prepare_model(config, lines.append) == path
    assert {file: file.stat().st_mtime_ns for file in path.rglob("*")} == before
    assert lines == []


def test_the_fingerprint_is_of_the_content(config: Settings, tmp_path: Path) -> None:
    """Preparing anew gives the same fingerprint; other prompts or other weights give another."""
    first = read_manifest(prepare_model(config, quiet)).fingerprint
    again = config.model_copy(update={"models": tmp_path / "again"})
    assert read_manifest(prepare_model(again, quiet)).fingerprint == first
    found = {first}
    for name, change in (("prompts", {"prompts": {"query": "other "}}), ("weights", {"hidden": 18})):
        model = make_model(tmp_path / name, **change)  # type: ignore[arg-type]
        other = Settings(model=str(model), models=tmp_path / "models")
        found.add(read_manifest(prepare_model(other, quiet)).fingerprint)
    assert len(found) == 3


def test_a_changed_source_is_another_model(config: Settings, tmp_path: Path) -> None:
    """When the source folder changes, the prepared one is no longer used for it."""
    copy = tmp_path / "tiny"
    shutil.copytree(config.model, copy)
    settings = Settings(model=str(copy), models=config.models)
    before = prepared_folder(settings)
    weights = copy / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    assert prepared_folder(settings) != before


def test_opening_an_unprepared_model(config: Settings) -> None:
    """Opening a model that was never prepared says what to run."""
    with pytest.raises(ModelNotPrepared, match="kb build"):
        open_embedder(config)


DAMAGES = {
    "no manifest": lambda path: (path / MANIFEST).unlink(),
    "manifest cut": lambda path: (path / MANIFEST).write_bytes((path / MANIFEST).read_bytes()[:50]),
    "manifest of another recipe": lambda path: (path / MANIFEST).write_text(
        (path / MANIFEST).read_text().replace('"recipe": 1', '"recipe": 0')
    ),
    "words cut": lambda path: os.truncate(path / "words.npy", 100),
    "encoder missing": lambda path: (path / "encoder.onnx").unlink(),
    "everything missing": lambda path: [file.unlink() for file in path.iterdir() if file.is_file()],
}


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_a_damaged_folder_is_seen_and_made_anew(config: Settings, damage: str) -> None:
    """A half-written or damaged folder is refused at opening, reported by verify, and repaired by preparing again."""
    path = prepare_model(config, quiet)
    DAMAGES[damage](path)
    with pytest.raises(ModelNotPrepared):
        open_embedder(config)
    assert verify_model(path)
    assert prepare_model(config, quiet) == path
    assert verify_model(path) == []
    assert open_embedder(config).encode_queries(["hola"]).shape == (1, 16)


def test_verify_finds_one_wrong_byte(config: Settings) -> None:
    """A flipped byte, which sizes do not show, is found by verify and named."""
    path = prepare_model(config, quiet)
    assert verify_model(path) == []
    data = bytearray((path / "encoder.bin").read_bytes())
    data[7] ^= 1
    (path / "encoder.bin").write_bytes(data)
    problems = verify_model(path)
    assert len(problems) == 1 and "encoder.bin" in problems[0]


def test_a_model_that_cannot_be_loaded(tmp_path: Path) -> None:
    """A folder that holds no model is refused with its name and a hint, and leaves nothing behind."""
    (tmp_path / "empty").mkdir()
    settings = Settings(model=str(tmp_path / "empty"), models=tmp_path / "models")
    with pytest.raises(PrepareError, match=r"empty.*set `model`"):
        prepare_model(settings, quiet)
    assert [path.name for path in settings.models.iterdir()] == [".lock"]


PREPARE = """
import sys
from pathlib import Path
from soluciones.index.embedding import prepare_model
from soluciones.settings import Settings
prepare_model(Settings(model=sys.argv[1], models=Path(sys.argv[2])), lambda line: print(line, flush=True))
"""


@pytest.mark.slow
@pytest.mark.parametrize("step", ["Loading", "Exporting", "Writing"])
def test_killed_while_preparing(config: Settings, step: str) -> None:
    """A process killed at any step leaves no prepared folder; the next one prepares it and clears the remains."""
    command = [sys.executable, "-c", PREPARE, config.model, str(config.models)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        assert any(line.startswith(step) for line in process.stdout)
        process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    with pytest.raises(ModelNotPrepared):
        open_embedder(config)
    path = prepare_model(config, quiet)
    assert verify_model(path) == []
    assert sorted(entry.name for entry in config.models.iterdir()) == sorted([".lock", path.name])
