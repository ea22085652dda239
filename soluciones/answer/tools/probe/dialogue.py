"""What is said to IMAP, POP3 and SMTP servers: greeting, capabilities, STARTTLS, goodbye. Nothing needs a login."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from soluciones.answer.tools.probe.lines import LineReader
from soluciones.answer.tools.probe.report import MailProtocol, ProbeFailed

_UNAVAILABLE = "421"
"""SMTP's «closing the channel» (RFC 5321 §4.2.3)."""


class Dialogue(Protocol):
    """One protocol's words. All methods raise ``ProbeFailed``."""

    starttls_word: str
    """The capability that announces the upgrade."""

    def greet(self, reader: LineReader) -> str:
        """Reads the greeting, gives its first line."""
        ...

    def capabilities(self, reader: LineReader) -> tuple[str, ...]:
        """Asks what the server can do; one entry each, as the server writes it."""
        ...

    def starttls(self, reader: LineReader) -> None:
        """Asks for the upgrade and reads the consent."""
        ...

    def goodbye(self, reader: LineReader) -> None:
        """Says goodbye, waits for nothing."""
        ...


class Imap:
    """RFC 9051."""

    starttls_word = "STARTTLS"

    def __init__(self) -> None:
        self._tag = 0

    def greet(self, reader: LineReader) -> str:
        """``* OK`` or ``* PREAUTH``; ``* BYE`` is a refusal."""
        line = reader.line()
        words = line.upper().split(None, 2)
        if words[:2] == ["*", "BYE"]:
            raise ProbeFailed("server_bye")
        if words[:1] != ["*"] or words[1:2] not in (["OK"], ["PREAUTH"]):
            raise ProbeFailed("greeting_unexpected")
        return line

    def capabilities(self, reader: LineReader) -> tuple[str, ...]:
        """CAPABILITY; the words of all its lines."""
        status, lines = self._command(reader, "CAPABILITY")
        if status != "OK":
            raise ProbeFailed("reply_unexpected")
        found = [line.split()[2:] for line in lines if line.upper().startswith("* CAPABILITY ")]
        return tuple(dict.fromkeys(word for words in found for word in words))

    def starttls(self, reader: LineReader) -> None:
        """STARTTLS, answered by OK."""
        if self._command(reader, "STARTTLS")[0] != "OK":
            raise ProbeFailed("starttls_refused")

    def goodbye(self, reader: LineReader) -> None:
        """LOGOUT."""
        reader.send("z LOGOUT")

    def _command(self, reader: LineReader, command: str) -> tuple[str, list[str]]:
        """Sends a tagged command; gives the word after the tag, and the untagged lines before it."""
        self._tag += 1
        tag = f"a{self._tag}"
        reader.send(f"{tag} {command}")
        lines: list[str] = []
        while True:
            line = reader.line()
            words = line.upper().split(None, 2)
            if words[:1] == [tag.upper()]:
                return "".join(words[1:2]), lines
            if words[:2] == ["*", "BYE"]:
                raise ProbeFailed("server_bye")
            if words[:1] != ["*"]:
                raise ProbeFailed("reply_unexpected")
            lines.append(line)


class Pop3:
    """RFC 1939, CAPA of RFC 2449, STLS of RFC 2595."""

    starttls_word = "STLS"

    def greet(self, reader: LineReader) -> str:
        """``+OK``; ``-ERR`` is a refusal."""
        line = reader.line()
        if line.upper().startswith("-ERR"):
            raise ProbeFailed("greeting_refused")
        if not line.upper().startswith("+OK"):
            raise ProbeFailed("greeting_unexpected")
        return line

    def capabilities(self, reader: LineReader) -> tuple[str, ...]:
        """CAPA; nothing when the server does not know it."""
        reader.send("CAPA")
        first = reader.line().upper()
        if first.startswith("-ERR"):
            return ()
        if not first.startswith("+OK"):
            raise ProbeFailed("reply_unexpected")
        found: list[str] = []
        while (line := reader.line()) != ".":
            found.append(line.strip())
        return tuple(dict.fromkeys(found))

    def starttls(self, reader: LineReader) -> None:
        """STLS, answered by ``+OK``."""
        reader.send("STLS")
        if not reader.line().upper().startswith("+OK"):
            raise ProbeFailed("starttls_refused")

    def goodbye(self, reader: LineReader) -> None:
        """QUIT."""
        reader.send("QUIT")


class Smtp:
    """RFC 5321, STARTTLS of RFC 3207. Names itself by an address literal: it has no mail name of its own."""

    starttls_word = "STARTTLS"

    def greet(self, reader: LineReader) -> str:
        """220, in one line or several."""
        code, lines = _smtp_reply(reader, "greeting_unexpected")
        if code == "220":
            return lines[0]
        raise ProbeFailed("greeting_refused" if code[0] in "45" else "greeting_unexpected")

    def capabilities(self, reader: LineReader) -> tuple[str, ...]:
        """EHLO; its lines after the first, without the code."""
        reader.send("EHLO [127.0.0.1]")
        code, lines = _smtp_reply(reader)
        if code != "250":
            raise ProbeFailed("reply_unexpected")
        return tuple(dict.fromkeys(line[4:].strip() for line in lines[1:]))

    def starttls(self, reader: LineReader) -> None:
        """STARTTLS, answered by 220."""
        reader.send("STARTTLS")
        if _smtp_reply(reader)[0] != "220":
            raise ProbeFailed("starttls_refused")

    def goodbye(self, reader: LineReader) -> None:
        """QUIT."""
        reader.send("QUIT")


def _smtp_reply(reader: LineReader, otherwise: str = "reply_unexpected") -> tuple[str, list[str]]:
    """Code and lines of a reply of one or several lines (RFC 5321 §4.2.1).

    Raises:
        ProbeFailed: ``otherwise`` when it is no reply, ``service_unavailable`` for 421.
    """
    lines: list[str] = []
    while True:
        line = reader.line()
        code, separator = line[:3], line[3:4]
        if not (len(code) == 3 and code.isdecimal()) or separator not in ("", " ", "-"):
            raise ProbeFailed(otherwise)
        if lines and not lines[0].startswith(code):
            raise ProbeFailed(otherwise)
        lines.append(line)
        if separator != "-":
            if code == _UNAVAILABLE:
                raise ProbeFailed("service_unavailable")
            return code, lines


_PROTOCOLS: Mapping[MailProtocol, type[Imap] | type[Pop3] | type[Smtp]] = {"imap": Imap, "pop3": Pop3, "smtp": Smtp}


def dialogue_for(protocol: MailProtocol) -> Dialogue:
    """The words of a protocol, for one connection."""
    return _PROTOCOLS[protocol]()


def offers(capabilities: Sequence[str], word: str) -> bool:
    """Whether a capability is among those offered, whatever its case and parameters."""
    return any(entry.upper().split()[:1] == [word] for entry in capabilities)


def auth_mechanisms(protocol: MailProtocol, capabilities: Sequence[str]) -> tuple[str, ...]:
    """The ways to log in offered: ``AUTH=PLAIN`` (IMAP), ``SASL PLAIN LOGIN`` (POP3), ``AUTH PLAIN`` (SMTP)."""
    found: list[str] = []
    for entry in capabilities:
        words = entry.upper().split()
        if protocol == "imap":
            found += [word.removeprefix("AUTH=") for word in words if word.startswith("AUTH=") and len(word) > 5]
        elif words[:1] == ["SASL" if protocol == "pop3" else "AUTH"]:
            found += words[1:]
    return tuple(dict.fromkeys(found))
