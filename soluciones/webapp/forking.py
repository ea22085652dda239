"""Granian, with a place for threads of ours that is safe: after its processes have been forked.

A thread that runs while a process forks can leave a lock taken in the child for ever. Once in a few dozen starts that
was the import lock of ``encodings.idna``, and the new process hung at its first request.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from granian import Granian


class ForkFirst(Granian):  # type: ignore[misc]  # granian ships no types
    """Calls ``after_fork`` once, in the main process, when all processes have been started."""

    after_fork: Callable[[], None] = staticmethod(lambda: None)

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        """Starts the processes, then calls the hook."""
        super().startup(spawn_target, target_loader)
        self.after_fork()
