"""Reading a folder that may be hostile: sizes before bytes, no loops, nothing outside, no waiting on pipes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from soluciones.kb.limits import MAX_FILE_BYTES, MAX_FILES
from soluciones.kb.problems import Problems


class Folder:
    """A content folder. Every path given or returned is relative to it, with ``/``."""

    def __init__(self, root: Path, problems: Problems) -> None:
        self.root = Path(os.path.realpath(root))
        self.problems = problems
        self._entries = 0

    def has(self, path: str) -> bool:
        """Whether something of that name is there, readable or not."""
        return os.path.lexists(self.root / path)

    def is_folder(self, path: str) -> bool:
        """Whether a real folder of that name is there."""
        return not (self.root / path).is_symlink() and (self.root / path).is_dir()

    def walk(self, under: str, suffixes: tuple[str, ...]) -> list[str]:
        """Files below ``under`` whose names end so, sorted. Hidden ones are left out; links to folders are refused."""
        return sorted(self._walk(under, suffixes))

    def _walk(self, under: str, suffixes: tuple[str, ...]) -> Iterator[str]:
        pending = [under]
        while pending:
            folder = pending.pop()
            for entry in self._scan(folder):
                if entry.name.startswith("."):
                    continue
                self._entries += 1
                if self._entries > MAX_FILES:
                    hint = "Point --content at the folder of the guides alone."
                    self.problems.error("too_many_files", under or ".", 0, f"more than {MAX_FILES} files", hint)
                    return
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_symlink() and not self._link_is_fine(path):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    pending.append(path)
                elif entry.name.lower().endswith(suffixes) and _printable(path, self.problems):
                    yield path

    def _scan(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.root / folder) as entries:
                # One more than the cap is enough to know, and a folder of millions is never listed whole.
                return sorted(islice(entries, MAX_FILES + 1), key=lambda entry: entry.name)
        except OSError as error:
            self._unreadable(folder or ".", error)
            return []

    def _link_is_fine(self, path: str) -> bool:
        try:
            target = os.path.realpath(self.root / path, strict=True)
        except OSError:
            hint = "Remove the link, or put the file itself there."
            self.problems.error("bad_symlink", path, 0, "a symbolic link that loops or leads nowhere", hint)
            return False
        if os.path.commonpath([target, self.root]) != str(self.root):
            hint = "Copy the file into the content folder."
            self.problems.error("symlink_outside", path, 0, "a symbolic link to outside the content folder", hint)
            return False
        if Path(target).is_dir():
            hint = "Remove the link; folders are read once, where they are."
            self.problems.error("symlink_to_folder", path, 0, "a symbolic link to a folder, possibly a loop", hint)
            return False
        return True

    def read(self, path: str) -> str | None:
        """The text of a file with Unix newlines and no byte order mark; None with the reason in ``problems``."""
        data = self._bytes(path)
        if data is None:
            return None
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            hint = "Save the file as UTF-8."
            message = f"not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}"
            self.problems.error("bad_encoding", path, line, message, hint)
            return None
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            self.problems.error("nul_byte", path, line, "a NUL byte", "Is this a text file? Remove the byte.")
            return None
        return text

    def _bytes(self, path: str) -> bytes | None:
        full = self.root / path
        if full.is_symlink() and not self._link_is_fine(path):
            return None
        try:
            # Without O_NONBLOCK, opening a named pipe would wait for ever.
            handle = os.open(full, os.O_RDONLY | os.O_NONBLOCK)
            try:
                status = os.fstat(handle)
                if not stat.S_ISREG(status.st_mode):
                    self.problems.error("not_a_file", path, 0, "not a regular file", "Remove it.")
                    return None
                with os.fdopen(os.dup(handle), "rb") as stream:
                    data = stream.read(MAX_FILE_BYTES + 1) if status.st_size <= MAX_FILE_BYTES else b""
            finally:
                os.close(handle)
        except OSError as error:
            self._unreadable(path, error)
            return None
        if max(status.st_size, len(data)) > MAX_FILE_BYTES:
            message = f"{status.st_size:,} bytes; at most {MAX_FILE_BYTES:,} are read"
            self.problems.error("file_too_large", path, 0, message, "Split it into several files.")
            return None
        return data

    def _unreadable(self, path: str, error: OSError) -> None:
        reason = error.strerror or type(error).__name__
        self.problems.error("unreadable", path, 0, f"cannot be read: {reason}", "Check the file's permissions.")


def _printable(path: str, problems: Problems) -> bool:
    if path.isprintable() and path.encode("utf-8", "replace").decode() == path:
        return True
    shown = ascii(path)[1:-1]
    problems.error("bad_file_name", shown, 0, "a file name with odd characters", "Use letters, digits and hyphens.")
    return False
