"""Lines of a server, with a limit for everything: length, number, time."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from typing import Protocol

from soluciones.answer.tools.probe.report import Limits, ProbeFailed

_CHUNK = 4096
_SHOWN = 200
"""Characters of a server's line that are ever shown."""


class Stream(Protocol):
    """What is used of a socket, with or without TLS."""

    def recv(self, bufsize: int, /) -> bytes:
        """At most ``bufsize`` bytes, none at the end."""
        ...

    def sendall(self, data: bytes, /) -> None:
        """All of ``data``."""
        ...

    def settimeout(self, value: float | None, /) -> None:
        """Seconds for the next call."""
        ...

    def close(self) -> None:
        """Ends the connection."""
        ...


class Deadline:
    """The end of a whole look at a port, and of each of its steps."""

    def __init__(self, limits: Limits, end: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._end = end
        self._clock = clock
        self._step_end = end

    def step(self) -> float:
        """Begins a step; gives its seconds.

        Raises:
            ProbeFailed: ``out_of_time``, nothing is left of the whole.
        """
        now = self._clock()
        if now >= self._end:
            raise ProbeFailed("out_of_time")
        self._step_end = min(now + self._limits.step_seconds, self._end)
        return self._step_end - now

    def left(self) -> float:
        """Seconds left of the step, 0 when it is over."""
        return max(0.0, self._step_end - self._clock())

    @property
    def whole_is_over(self) -> bool:
        """Whether the step ended because the whole did."""
        return self._clock() >= self._end


class LineReader:
    """Reads lines of a stream; can be moved from clear text to TLS, once the clear text is used up."""

    def __init__(self, stream: Stream, limits: Limits, deadline: Deadline) -> None:
        self._stream = stream
        self._limits = limits
        self._deadline = deadline
        self._buffer = bytearray()
        self._lines = 0

    def send(self, command: str) -> None:
        """Sends one line.

        Raises:
            ProbeFailed: ``closed`` or ``silent``.
        """
        try:
            self._stream.settimeout(max(self._deadline.left(), 0.001))
            self._stream.sendall(command.encode("ascii") + b"\r\n")
        except TimeoutError:
            raise ProbeFailed("silent") from None
        except OSError:
            raise ProbeFailed("closed") from None

    def line(self) -> str:
        """The next line without its end, undecodable bytes and control characters replaced.

        Raises:
            ProbeFailed: ``silent`` (nothing came in time), ``too_slow`` (only a part came in time), ``closed``,
                ``line_too_long``, ``too_many_lines``.
        """
        if self._lines >= self._limits.lines:
            raise ProbeFailed("too_many_lines")
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > self._limits.line_bytes:
                raise ProbeFailed("line_too_long")
            self._buffer += self._receive()
        if end > self._limits.line_bytes:
            raise ProbeFailed("line_too_long")
        raw = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._lines += 1
        return plain(raw)

    def upgrade(self, stream: Stream) -> None:
        """Goes on with ``stream``; what the old one had sent must have been read by then."""
        assert not self._buffer
        self._stream = stream

    def refuse_leftovers(self) -> None:
        """Nothing may have come in clear after the reply to STARTTLS: it would pass for something said under TLS.

        Raises:
            ProbeFailed: ``starttls_injection`` (CVE-2011-0411 and its kin).
        """
        if self._buffer:
            raise ProbeFailed("starttls_injection")

    def _receive(self) -> bytes:
        left = self._deadline.left()
        if left <= 0:
            raise self._late()
        try:
            self._stream.settimeout(left)
            data = self._stream.recv(_CHUNK)
        except TimeoutError:
            raise self._late() from None
        except ssl.SSLError as error:
            raise ProbeFailed("closed", error.reason or "") from None
        except OSError:
            raise ProbeFailed("closed") from None
        if not data:
            raise ProbeFailed("closed")
        return data

    def _late(self) -> ProbeFailed:
        if self._deadline.whole_is_over:
            return ProbeFailed("out_of_time")
        return ProbeFailed("too_slow" if self._buffer else "silent")


def plain(raw: bytes) -> str:
    """A server's bytes as text of one line: printable ASCII, everything else as ``?``."""
    return "".join(chr(byte) if 32 <= byte < 127 else "?" for byte in raw.rstrip(b"\r"))


def shown(line: str) -> str:
    """A server's line, short enough for a card."""
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
