"""Reads pasted recipients: comma, semicolon and line lists, quoted and unquoted names, comments, groups, labels.

A tolerant reader of RFC 5322 address lists: ``email.utils.getaddresses`` breaks on lists with semicolons and on
``Núñez, José <…>`` without quotes. Linear in the text: one bounded expression cuts it, one pass puts it together.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from soluciones.answer.slots.fold import compose
from soluciones.answer.tools.recipient_labels import Kind, Part, split_labels

MAX_RECIPIENTS = 2_000
"""More are a mailing, and no list to be sorted by hand."""
MAX_NAME = 120
_MAX_NAME_ONLY = 60
"""A longer text without an address is prose, not a name."""

_TRANSLATE = {
    **dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A))),
    0x200E: None, 0x200F: None, 0x00A0: " ", 0x202F: " ",
    0x2028: "\n", 0x2029: "\n", 0x0D: "\n", 0x0B: "\n", 0x0C: "\n",
    0x201C: '"', 0x201D: '"', 0x201E: '"', 0x00AB: '"', 0x00BB: '"', 0x2039: "<", 0x203A: ">",
    0xFF0C: ",", 0x3001: ",", 0xFF1B: ";", 0xFF20: "@", 0xFF1A: ":",
}  # fmt: skip
"""Unseen characters go; curly quotes, guillemets and full-width signs become those that addresses are written with."""

_TOKEN = re.compile(
    r"""(?P<junk>"{3,}|<{2,}|>{2,}|\({2,}|\){2,})
      |(?P<quoted>"(?:[^"\\\n]|\\.){0,320}")
      |(?P<angle><[^<>\n]{0,400}>)
      |(?P<comment>\((?:[^()\\\n]|\\.|\([^()\n]{0,100}\)){0,320}\))
      |(?P<hard>;+|\n+)
      |(?P<soft>,+)
      |(?P<prose>(?:[^\s@",;<>():\\]+[ \t]+){8,})
      |(?P<word>(?:\\["()]|[^\s",;<>()])+)
      |(?P<stray>["<>()])""",
    re.VERBOSE,
)
_LAST_WORDS = 6
"""Words of running text before an address that can be a name."""
_MAX_HELD = 20
"""Only the last one can be a surname; the rest are names on their own."""
_MAX_WORD = 2_000
_ESCAPE = re.compile(r"\\(.)")
_BLANKS = re.compile(r"[ \t]*")
_PARTICLES = frozenset(
    ["de", "del", "la", "las", "los", "y", "i", "da", "do", "dos", "di", "du", "des", "le", "van", "von", "der"]
)
_PAIRED = "'*_`|~"
_TRAILING = ".,;:!?…)}>'\""
_LEADING = "([<¿¡•·"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient as it was written."""

    name: str
    """Display name without quotes; "" when there is none."""
    address: str
    """Without its wrapping, not judged; "" when only a name was written."""
    box: Kind = ""
    """The field it was written in, "" when the text has no labels."""
    group: str = ""
    """Name of the group (``Equipo: …;``) it stood in."""


@dataclass(frozen=True, slots=True)
class Pasted:
    """Everything that was read."""

    recipients: tuple[Recipient, ...] = ()
    sender: str = ""
    """Address of a «De:» line."""
    labelled: bool = False
    """Some recipients stand behind a label."""
    cut: bool = False
    """There were more than ``MAX_RECIPIENTS``; the rest was not read."""


def parse_recipients(text: str) -> Pasted:
    """Reads any text; never raises, never drops an address that stands on its own or in its brackets.

    Args:
        text: up to some 100,000 characters.
    """
    plain = compose(text.replace("\r\n", "\n").translate(_TRANSLATE))
    if "&lt;" in plain and "&gt;" in plain:
        plain = plain.replace("&lt;", "<").replace("&gt;", ">")
    found: list[Recipient] = []
    sender = ""
    for part in split_labels(plain):
        if part.kind == "skip":
            continue
        read = _Assembly(part.kind, MAX_RECIPIENTS + 1 - len(found)).read(part)
        if part.kind == "from":
            sender = sender or next((item.address for item in read if item.address), "")
            continue
        found += read
        if len(found) > MAX_RECIPIENTS:
            return Pasted(tuple(found[:MAX_RECIPIENTS]), sender, _is_labelled(found), cut=True)
    return Pasted(tuple(found), sender, _is_labelled(found))


def _is_labelled(found: list[Recipient]) -> bool:
    return any(item.box and item.address for item in found)


@dataclass(slots=True)
class _Assembly:
    """Puts the tokens of one part together."""

    box: Kind
    room: int
    found: list[Recipient] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    """What stands in this segment before an address: the name."""
    quoted: list[str] = field(default_factory=list)
    """Quoted texts of this segment; one may turn out to be the address."""
    held: list[str] = field(default_factory=list)
    """Segments without an address before commas: «Núñez» of «Núñez, José <…>»."""
    emitted: bool = False
    """This segment has given an address already."""
    group: str = ""
    carry: str = ""
    """An unfinished address: a quoted local part, or «ana @»."""

    def read(self, part: Part) -> list[Recipient]:
        text = part.text
        end = 0
        after_soft = False
        for match in _TOKEN.finditer(text):
            kind, piece = str(match.lastgroup), match.group()
            if kind == "hard":
                if piece[0] == "\n" and self._continues(text, match.end(), after_soft):
                    continue
                self._close(hard=True, group_ends=piece[0] == ";")
            elif kind == "soft":
                self._close(hard=False)
            elif kind == "prose":
                self.words += piece.split()[-_LAST_WORDS:]
            elif kind not in ("junk", "stray"):
                self._take(kind, piece, text[match.end() : match.end() + 1], match.start() == end)
            after_soft = kind == "soft"
            end = match.end()
            if len(self.found) >= self.room:
                return self.found[: self.room]
        self._close(hard=True)
        return self.found[: self.room]

    def _continues(self, text: str, place: int, after_soft: bool) -> bool:
        """The next line belongs to this one: RFC 5322 folding, or a name with its ``<address>`` below it."""
        blanks = _BLANKS.match(text, place)
        following = blanks.end() if blanks else place
        if text[following : following + 1] == "<" and (self.words or self.quoted) and not self.emitted:
            return True
        return after_soft and following > place and text[following : following + 1] not in ("", "\n")

    def _take(self, kind: str, piece: str, following: str, touching: bool) -> None:
        if kind == "angle":
            self._angle(piece[1:-1])
        elif kind == "comment":
            self._comment(piece[1:-1])
        elif kind == "quoted":
            if following == "@":
                self.carry = piece
            else:
                self.quoted.append(_ESCAPE.sub(r"\1", piece[1:-1]))
                self.words.append(self.quoted[-1])
        else:
            self._word(piece, touching)

    def _word(self, word: str, touching: bool) -> None:
        if "@" in self.carry and "@" in word and not self.carry.startswith('"'):
            self._emit([self.carry], bare=True)  # «ana@ luis@x.com»: the first is unfinished
        if self.carry:
            word, self.carry = self.carry + word, ""
        elif word.startswith("@") and self.words and (word == "@" or "." in word or touching):
            word = self.words.pop() + word
        if word.endswith("@") and len(word) > 1:
            self.carry = word
        elif "@" in word.strip("@"):
            head, colon, tail = word.partition(":")
            if colon and "@" in tail and "@" not in head and head.casefold() != "mailto":
                self._open_group(head)
                word = tail
            self._emit(addresses_in(word), bare=True)
        elif word.endswith(":") and word.casefold() != "mailto:":
            self._open_group(word[:-1])
        else:
            self.words.append(word)

    def _open_group(self, last_word: str) -> None:
        name = clean_name(" ".join((*self.words, last_word)))
        if name and len(name) <= _MAX_NAME_ONLY:
            self.group = name
        self.words, self.quoted, self.held = [], [], []

    def _angle(self, inner: str) -> None:
        text = inner.rpartition(":")[2] if inner.startswith("@") else inner
        compact = "".join(text.split())
        words = (compact,) if compact.count("@") == 1 or '"' in text else tuple(re.split(r"[\s,;]+", text))
        found = [address for word in words if "@" in word for address in addresses_in(word)]
        if found:
            self._emit(found, bare=False)
        elif self.words and compact:
            self._emit([compact], bare=False)
        elif compact:
            self.words.append(compact)

    def _comment(self, inner: str) -> None:
        found = [address for word in inner.split() if "@" in word for address in addresses_in(word)]
        if found and self.words:
            self._emit(found, bare=False)
        elif self.emitted and not self.words and self.found and not self.found[-1].name:
            self.found[-1] = replace(self.found[-1], name=_name_for(inner, self.found[-1].address))
        elif found:
            self._emit(found, bare=True)

    def _emit(self, addresses: list[str], *, bare: bool) -> None:
        if not addresses:
            return
        last = self.found[-1] if self.found and self.emitted else None
        if not bare and last is not None and last.address.casefold() == addresses[0].casefold():
            return  # «ana@x.com <ana@x.com>», as Outlook copies it: once
        name = self._name(bare)
        for address in addresses:
            self.found.append(Recipient(_name_for(name, address), address, self.box, self.group))
            name = ""
        self.words, self.quoted, self.held, self.emitted, self.carry = [], [], [], True, ""

    def _name(self, bare: bool) -> str:
        """The name that belongs to the address at hand; what is held and does not belong becomes names of their own."""
        words = [word for word in self.words if word not in self.quoted] if bare else self.words
        few = len(words) <= 4 or bool(self.quoted)
        name = " ".join(self.words) if not bare and few else _bare_name(self.words)
        alone = len(self.held) == 1 and not name
        if self.held and (name or alone) and not self.emitted:
            name = f"{self.held.pop()}, {name}" if name else self.held.pop()
        self._names_only(self.held)
        return name

    def _close(self, *, hard: bool, group_ends: bool = False) -> None:
        if not self.emitted:
            in_quotes = [a for text in self.quoted for word in text.split() if "@" in word for a in addresses_in(word)]
            if in_quotes:
                self.words = [word for word in self.words if word not in self.quoted]
                self._emit(in_quotes, bare=True)
        if "@" in self.carry:
            self._emit([self.carry], bare=True)  # «ana@»: to be told as unfinished
        if self.words and not self.emitted:
            self.held.append(" ".join(self.words))
            if len(self.held) > _MAX_HELD:
                self._names_only(self.held[:-1])
                del self.held[:-1]
        if hard:
            self._names_only(self.held)
            self.held = []
        self.words, self.quoted, self.emitted, self.carry = [], [], False, ""
        if group_ends:
            self.group = ""

    def _names_only(self, texts: list[str]) -> None:
        for text in texts:
            name = clean_name(text)
            if any(char.isalpha() for char in name) and len(name) <= _MAX_NAME_ONLY:
                self.found.append(Recipient(name, "", self.box, self.group))


def addresses_in(word: str) -> list[str]:
    """The addresses of a word that has an @: without ``mailto:``, quotes around it, a sentence's last period.

    ``a@x.com/b@y.com`` gives two; a slash in one address stays (RFC 5322 allows it). A word of more than ``_MAX_WORD``
    characters is no address: its beginning is given, so that it can be told.
    """
    if len(word) > _MAX_WORD:
        return [word[:_MAX_NAME_ONLY]]
    text = word
    while len(text) > 2 and text[0] == text[-1] and text[0] in _PAIRED:
        text = text[1:-1]
    parts = [text]
    if text[:7].casefold() == "mailto:":
        parts = re.split(r"[\s,;]+", unquote(text[7:].partition("?")[0], errors="replace"))
    return [address for part in parts for piece in _pieces(part) for address in _split_doubles(_trimmed(piece))]


def _pieces(text: str) -> list[str]:
    """``correo:a@x.com`` → its last part; ``a@x.com:b@y.com`` → both; a colon in ``[IPv6:…]`` stays."""
    pieces = text.split(":")
    with_at = [piece for piece in pieces if "@" in piece]
    return with_at if len(with_at) > 1 or "@" in pieces[-1] else [text]


def _trimmed(text: str) -> str:
    return text.lstrip(_LEADING).rstrip(_TRAILING if "[" in text else _TRAILING + "]")


def _split_doubles(text: str) -> list[str]:
    if text.count("@") > 1 and '"' not in text:
        parts = [part for part in re.split(r"[/|]", text) if part]
        if len(parts) > 1 and all(part.count("@") == 1 for part in parts):
            return [address for part in parts if (address := _trimmed(part)).strip("@")]
    return [text] if text.strip("@") else []


def clean_name(text: str) -> str:
    """A display name on one line, without control characters and outer apostrophes, at most ``MAX_NAME`` long."""
    kept = (" " if char.isspace() else char for char in text if char.isspace() or unicodedata.category(char)[0] != "C")
    name = " ".join("".join(kept).split())[:MAX_NAME].strip(" ,;\"'`*_|-–—•·\\")
    return name if any(char.isalnum() for char in name) else ""


def _name_for(text: str, address: str) -> str:
    """The name, unless it only repeats the address."""
    name = clean_name(text)
    return "" if name.casefold() == address.casefold() else name


def _bare_name(words: list[str]) -> str:
    """The capitalised words just before an address without brackets: «escriba a Ana de la Fuente ana@…»."""
    kept: list[str] = []
    for word in reversed(words):
        if word[:1].isupper() or word.casefold() in _PARTICLES:
            kept.append(word)
        else:
            break
    while kept and not kept[-1][:1].isupper():
        kept.pop()
    return " ".join(reversed(kept)) if kept and kept[0][:1].isupper() else ""
