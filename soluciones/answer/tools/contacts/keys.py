"""What makes two cards alike: their addresses, numbers and names in one spelling each."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import phonenumbers

from soluciones.answer.tools.address_domain import to_ascii
from soluciones.answer.tools.contacts.model import Card, Property

_MAX_VALUE = 320
"""Characters of a value that is compared; longer ones are no address, number or name."""
_TITLES = frozenset(
    ("dr", "dra", "sr", "sra", "srta", "don", "dona", "prof", "ing", "lic", "mr", "mrs", "ms", "miss", "herr", "frau",
     "mme", "mlle", "monsieur", "madame", "sig", "signor", "signora")
)  # fmt: skip
_SAMPLE = 500
"""Numbers by which the country of a file is judged."""
_SPLIT = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Keys:
    """Everything of a card that is compared."""

    emails: frozenset[str]
    phones: frozenset[str]
    """E.164, with ``;ext=`` where there is an extension."""
    name: tuple[str, ...]
    """Words of the person's name, or of the company's where there is no person."""

    @property
    def sorted_name(self) -> str:
        """The words in alphabetical order: «Ana López» and «López, Ana» are one."""
        return " ".join(sorted(self.name))


@dataclass(slots=True)
class PhoneBook:
    """Reads telephone numbers of one region; remembers each, because files repeat them."""

    region: str
    _known: dict[str, str] = field(default_factory=dict)

    def e164(self, value: str) -> str:
        """``+41223334455`` (``;ext=12`` behind it), "" when it cannot be a number."""
        if value not in self._known:
            self._known[value] = _e164(value, self.region)
        return self._known[value]


def _e164(value: str, region: str) -> str:
    if not value or len(value) > _MAX_VALUE:
        return ""
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    text = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{text};ext={number.extension}" if number.extension else str(text)


def likely_region(cards: Iterable[Card], default: str) -> str:
    """The country of most numbers written with ``+``; ``default`` when there is none."""
    codes: Counter[str] = Counter()
    values = (telephone(prop) for card in cards for prop in card.all("TEL"))
    for value in islice((value for value in values if value.startswith("+") and len(value) < 40), _SAMPLE):
        try:
            number = phonenumbers.parse(value, None)
        except phonenumbers.NumberParseException:
            continue
        codes[phonenumbers.region_code_for_number(number) or ""] += 1
    codes.pop("", None)
    codes.pop("001", None)
    return min(codes, key=lambda code: (-codes[code], code)) if codes else default


def keys_of(card: Card, book: PhoneBook) -> Keys:
    """The keys of one card."""
    emails = (email_key(prop.value) for prop in card.all("EMAIL"))
    phones = (book.e164(telephone(prop)) for prop in card.all("TEL"))
    return Keys(frozenset(filter(None, emails)), frozenset(filter(None, phones)), name_words(card))


def email_key(value: str) -> str:
    """An address in one spelling: lower case, domain as A-labels; "" when it is none."""
    text = value.strip().strip("<>").casefold().removeprefix("mailto:")
    local, at, domain = text.rpartition("@")
    if not at or not local or "." not in domain or len(text) > _MAX_VALUE or any(char.isspace() for char in text):
        return ""
    return f"{local}@{domain if domain.isascii() else to_ascii(domain) or domain}"


def telephone(prop: Property) -> str:
    """The number as written; ``tel:`` of 4.0 and escapes undone."""
    text = plain_text(prop.value).strip()
    return text[4:] if text[:4].lower() == "tel:" else text


def plain_text(value: str) -> str:
    """A text value without its escapes (RFC 6350 §3.4)."""
    if "\\" not in value:
        return value
    pieces = value.split("\\\\")
    unescaped = (
        piece.replace("\\n", "\n").replace("\\N", "\n").replace("\\,", ",").replace("\\;", ";").replace("\\:", ":")
        for piece in pieces
    )
    return "\\".join(unescaped)


def components(value: str) -> list[str]:
    """The parts of N, ADR or ORG without escapes."""
    if "\\" not in value:
        return value.split(";")
    parts, current, escaped = [], [""], False
    for char in value:
        if char == ";" and not escaped:
            parts.append("".join(current))
            current = []
        else:
            current.append(char)
        escaped = char == "\\" and not escaped
    parts.append("".join(current))
    return [plain_text(part) for part in parts]


def shown_name(card: Card) -> str:
    """What a person calls the card: FN, else N, else ORG, else the first address or number."""
    formatted = plain_text(card.first("FN")).strip()
    if formatted:
        return formatted
    family, given = ([*components(card.first("N")), "", ""])[:2]
    name = f"{given.strip()} {family.strip()}".strip()
    company = " ".join(part for part in components(card.first("ORG")) if part.strip())
    return name or company or plain_text(card.first("EMAIL") or card.first("TEL")).strip()


def name_words(card: Card) -> tuple[str, ...]:
    """The words of a card's name: given and family name, else FN, else the company."""
    parts = [*components(card.first("N")[:_MAX_VALUE]), "", "", ""]
    structured = words(f"{parts[1]} {parts[2]} {parts[0]}")
    formatted = words(plain_text(card.first("FN")))
    return structured or formatted or words(" ".join(components(card.first("ORG")[:_MAX_VALUE])))


def words(text: str) -> tuple[str, ...]:
    """Lower-case words without accents, signs and titles; an address counts as none."""
    if "@" in text:
        return ()
    folded = unicodedata.normalize("NFKD", text[:_MAX_VALUE]).casefold()
    plain = "".join(char for char in folded if not unicodedata.combining(char))
    found = [word for word in _SPLIT.split(plain) if word]
    return tuple(word for word in found if word not in _TITLES) or tuple(found)


def squeezed(text: str) -> str:
    """For comparing free text: case and white space do not count."""
    return " ".join(text.casefold().split())


def value_key(prop: Property, book: PhoneBook) -> str:
    """Two lines of one name with the same key say the same thing."""
    if prop.name == "EMAIL":
        return email_key(prop.value) or squeezed(prop.value)
    if prop.name == "TEL":
        number = telephone(prop)
        return book.e164(number) or "".join(filter(str.isalnum, number)) or squeezed(number)
    if prop.name == "URL":
        return _url_key(prop.value)
    if prop.name in ("ADR", "N", "ORG"):
        return ";".join(squeezed(part) for part in _trimmed(components(prop.value)))
    if prop.name in ("PHOTO", "LOGO", "SOUND", "KEY"):
        return prop.value.rpartition(",")[2] if prop.value[:5].lower() == "data:" else prop.value
    return squeezed(plain_text(prop.value))


def _trimmed(parts: Sequence[str]) -> list[str]:
    kept = list(parts)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def _url_key(value: str) -> str:
    text = plain_text(value).strip()
    scheme, slashes, rest = text.partition("://")
    if not slashes:
        scheme, rest = "http", text
    host, slash, path = rest.partition("/")
    name = scheme.lower().removesuffix("s")
    return f"{name}://{host.lower()}{slash}{path}".rstrip("/")
