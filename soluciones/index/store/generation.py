"""One generation: how it comes onto the disk and how it is read back, whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from soluciones.index.store.errors import DamagedGeneration
from soluciones.index.store.files import replace_synced, sync_folder, write_synced
from soluciones.index.store.layout import Layout
from soluciones.index.store.manifest import MANIFEST, Manifest, dump_manifest, entry, parse_manifest
from soluciones.index.store.records import Records, dump_records, load_records


@dataclass(frozen=True, slots=True)
class Generation:
    """A generation in memory: its folder may be deleted."""

    manifest: Manifest
    records: Records


def publish(
    layout: Layout,
    records: Records,
    content_hash: str,
    model: str,
    counts: Mapping[str, int],
    written: Callable[[int, int], None],
) -> Manifest:
    """Writes a generation aside and swaps it in. Holder of the build lock only; ``written(done, files)`` is told.

    Raises:
        OSError: the disk is full or the folder cannot be written; the old generation is untouched.
    """
    files = dump_records(records)
    generation = layout.next_id(content_hash)
    manifest = Manifest(
        id=generation,
        created=datetime.now(UTC),
        content_hash=content_hash,
        model=model,
        counts=dict(counts),
        files={name: entry(data) for name, data in files.items()},
    )
    aside, final = layout.aside / generation, layout.generations / generation
    try:
        _write(aside, files, manifest, written)
        layout.generations.mkdir(exist_ok=True)
        aside.rename(final)
        sync_folder(layout.generations)
        replace_synced(layout.current, f"{generation}\n".encode("ascii"))
    except BaseException:
        if layout.current_id() != generation:
            shutil.rmtree(final, ignore_errors=True)
        raise
    finally:
        layout.sweep()
    return manifest


def _write(folder: Path, files: Mapping[str, bytes], manifest: Manifest, written: Callable[[int, int], None]) -> None:
    folder.mkdir(parents=True)
    for done, (name, data) in enumerate(files.items(), start=1):
        target = folder / name
        target.parent.mkdir(exist_ok=True)
        write_synced(target, data)
        written(done, len(files))
    for inner in (path for path in folder.iterdir() if path.is_dir()):
        sync_folder(inner)
    write_synced(folder / MANIFEST, dump_manifest(manifest))
    sync_folder(folder)


def read_generation(layout: Layout, generation: str) -> Generation:
    """Reads every file once and checks it; what is checked is what is used.

    Raises:
        DamagedGeneration: something is missing, changed, cut or unreadable.
    """
    folder = layout.generations / generation
    try:
        manifest = parse_manifest((folder / MANIFEST).read_bytes())
        if manifest.id != generation:
            raise DamagedGeneration(f"its {MANIFEST} belongs to {manifest.id}")
        files = {name: _checked(folder, name, manifest) for name in manifest.files}
        return Generation(manifest, load_records(files))
    except DamagedGeneration as error:
        raise DamagedGeneration(f"{folder}: {error}") from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DamagedGeneration(f"{folder}: cannot be read: {error}") from error


def _checked(folder: Path, name: str, manifest: Manifest) -> bytes:
    data = (folder / name).read_bytes()
    if entry(data) != manifest.files[name]:
        raise DamagedGeneration(f"{name} does not match its checksum")
    return data
