"""A question that is sent twice is answered once: browsers send again what they got no answer to.

The answers of the last minutes are kept in memory, by the id that the page gave its question. Two requests with the
same id at once: the second waits for the first. After a restart of the server the question is answered anew.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

KEEP_SECONDS = 600.0
"""A page that has heard nothing for so long asks anew."""
MAX_ANSWERS = 2_000
MAX_CHARS = 16_000_000
"""Of all answers kept; a longer one than ``MAX_ONE`` is not kept at all."""
MAX_ONE = 400_000
WAIT_SECONDS = 20.0
"""How long the second of two requests waits for the first; then it answers by itself."""
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")


@dataclass(slots=True)
class _Entry:
    since: float
    done: threading.Event = field(default_factory=threading.Event)
    text: str | None = None


class Once:
    """Rendered answers by key, bounded in number, size and time."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._chars = 0

    def answer(self, key: str, make: Callable[[], str]) -> str:
        """What ``make`` returned the first time it was called for this key; its exceptions are not kept."""
        if not key:
            return make()
        with self._lock:
            self._forget_old()
            entry = self._entries.get(key)
            first = entry is None
            if entry is None:
                entry = self._entries[key] = _Entry(self._now())
        if not first:
            entry.done.wait(WAIT_SECONDS)
            return entry.text if entry.text is not None else make()
        try:
            text = make()
        except BaseException:
            self._drop(key, entry)
            raise
        self._keep(key, entry, text)
        return text

    def _keep(self, key: str, entry: _Entry, text: str) -> None:
        entry.text = text  # whoever waits gets it, kept or not
        entry.done.set()
        with self._lock:
            if self._entries.get(key) is not entry:
                return
            if len(text) > MAX_ONE:
                del self._entries[key]
                return
            self._chars += len(text)
            while self._chars > MAX_CHARS or len(self._entries) > MAX_ANSWERS:
                self._pop()

    def _drop(self, key: str, entry: _Entry) -> None:
        with self._lock:
            if self._entries.get(key) is entry:
                del self._entries[key]
        entry.done.set()

    def _forget_old(self) -> None:
        oldest = self._now() - KEEP_SECONDS
        while self._entries and next(iter(self._entries.values())).since < oldest:
            self._pop()

    def _pop(self) -> None:
        _, entry = self._entries.popitem(last=False)
        self._chars -= len(entry.text or "")


def key_of(ask: str, *parts: str) -> str:
    """The key of a question: its id together with everything that the answer depends on; "" without a usable id."""
    if not _KEY.match(ask):
        return ""
    return hashlib.blake2b("\0".join((ask, *parts)).encode("utf-8", "replace"), digest_size=16).hexdigest()


answers = Once()
"""Those of this process."""
