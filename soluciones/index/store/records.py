"""What one generation holds, and its files: JSON and plain float arrays, never pickles of ours."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from soluciones.index.ranking.fusion import Indexes
from soluciones.index.types import Vectors
from soluciones.kb.types import Chunk, Content, Guide, Problem

_GUIDES: TypeAdapter[tuple[Guide, ...]] = TypeAdapter(tuple[Guide, ...])
_CHUNKS: TypeAdapter[tuple[Chunk, ...]] = TypeAdapter(tuple[Chunk, ...])
_PROBLEMS: TypeAdapter[tuple[Problem, ...]] = TypeAdapter(tuple[Problem, ...])

KEYWORD_FOLDER = "keyword/"


@dataclass(frozen=True, slots=True)
class Records:
    """Everything in a generation, in plain values."""

    content: Content
    chunks: tuple[Chunk, ...]
    passages: Vectors
    """(n, d) unit vectors of passages."""
    passage_texts: tuple[str, ...]
    """SHA-256 of the text behind each passage vector, for reuse by the next build."""
    passage_rows: Indexes
    """(chunks,) row of each chunk in ``passages``; −1 for faq chunks."""
    queries: Vectors
    """(m, d) unit vectors of query-side texts."""
    query_texts: tuple[str, ...]
    keyword: Mapping[str, bytes]
    """Files of the keyword index."""


def dump_records(records: Records) -> dict[str, bytes]:
    """All files of a generation but its manifest: name → content."""
    content = records.content
    rows = {"texts": records.passage_texts, "rows": records.passage_rows.tolist()}
    files = {
        "guides.json": _GUIDES.dump_json(content.guides),
        "chunks.json": _CHUNKS.dump_json(records.chunks),
        "content.json": dump_content(content),
        "vectors.npy": _dump_array(records.passages),
        "vectors.json": _dump(rows),
        "queries.npy": _dump_array(records.queries),
        "queries.json": _dump(records.query_texts),
    }
    return files | {KEYWORD_FOLDER + name: data for name, data in records.keyword.items()}


def load_records(files: Mapping[str, bytes]) -> Records:
    """The values again, from files whose checksums have been verified."""
    plain = json.loads(files["content.json"])
    content = Content(
        guides=_GUIDES.validate_json(files["guides.json"]),
        site=plain["site"],
        facts=plain["facts"],
        glossary=plain["glossary"],
        intents=tuple(plain["intents"]),
        problems=_PROBLEMS.validate_python(plain["problems"]),
    )
    rows = json.loads(files["vectors.json"])
    return Records(
        content=content,
        chunks=_CHUNKS.validate_json(files["chunks.json"]),
        passages=_load_array(files["vectors.npy"]),
        passage_texts=tuple(rows["texts"]),
        passage_rows=np.array(rows["rows"], dtype=np.int32),
        queries=_load_array(files["queries.npy"]),
        query_texts=tuple(json.loads(files["queries.json"])),
        keyword={
            name.removeprefix(KEYWORD_FOLDER): data for name, data in files.items() if name.startswith(KEYWORD_FOLDER)
        },
    )


def dump_content(content: Content) -> bytes:
    """Everything of a content folder but its guides, as JSON."""
    names = ("site", "facts", "glossary", "intents", "problems")
    return _dump({name: to_jsonable_python(getattr(content, name)) for name in names})


def dump_guides(guides: tuple[Guide, ...]) -> bytes:
    """Guides as JSON."""
    return _GUIDES.dump_json(guides)


def dump_chunks(chunks: tuple[Chunk, ...]) -> bytes:
    """Chunks as JSON."""
    return _CHUNKS.dump_json(chunks)


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")


def _dump_array(array: Vectors) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array.astype(np.float32), allow_pickle=False)
    return buffer.getvalue()


def _load_array(data: bytes) -> Vectors:
    array: Vectors = np.load(io.BytesIO(data), allow_pickle=False)
    array.flags.writeable = False
    return array
