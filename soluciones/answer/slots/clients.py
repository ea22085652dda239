"""The mail program and the system in a question, by the names that ``facts.yml`` gives.

A device's name (``iPhone``) stands for its own mail program unless a program is named too: «Outlook en mi iPhone».
"""

from __future__ import annotations

import re
from functools import lru_cache

from soluciones.answer.slots.fold import fold
from soluciones.kb.facts import ClientApp, Facts

SYSTEMS = ("windows", "macos", "ios", "android", "linux")
_SYSTEM_NAMES = {
    "ios": "iphone|iphones|ipad|ipads|ipod|ios|ipados",
    "android": "android|samsung|galaxy|huawei|xiaomi|redmi|sony|xperia|pixel|motorola|oppo|oneplus|realme|honor",
    "macos": "mac|macs|macos|mac os|os x|osx|macbook|macbooks|imac|macintosh",
    "windows": r"windows(?: ?(?:7|8|10|11))?|win(?:10|11)",
    "linux": "linux|ubuntu|debian|fedora",
}
_SYSTEM = re.compile("|".join(rf"(?<!\w)(?P<{name}>{words})(?!\w)" for name, words in _SYSTEM_NAMES.items()))
_MASK = re.compile(r"\S{0,80}@\S{0,255}|https?://\S{1,300}")
"""An address at gmail.com says nothing about the program."""
_ON = re.compile(r" (?:(?:en|on|para|for|sur|pour|auf|fur|su|sul|nel|per|im|de|del) )(?:\w{1,5} ){0,2}")
"""Between a program and the device it runs on."""
MAX_NAMED = 20
"""Programs and devices that are read in one question."""


@lru_cache(maxsize=8)
def _names(clients: tuple[ClientApp, ...]) -> tuple[re.Pattern[str] | None, dict[str, tuple[ClientApp, ...]]]:
    table: dict[str, tuple[ClientApp, ...]] = {}
    for client in clients:
        for name in (client.label, client.id.replace("_", " "), *client.names):
            key = fold(name)
            if client not in table.get(key, ()):
                table[key] = (*table.get(key, ()), client)
    ordered = sorted(table, key=len, reverse=True)
    words = "|".join(re.escape(name).replace(r"\ ", "[ _-]") for name in ordered)
    return (re.compile(rf"(?<![\w.@])(?:{words})(?!\w|\.\w|@)") if ordered else None), table


def find_system(folded: str) -> str | None:
    """``windows``, ``macos``, ``ios``, ``android`` or ``linux``: the first one named."""
    match = _SYSTEM.search(_MASK.sub(" ", folded))
    return match.lastgroup if match else None


def clients_on(facts: Facts, system: str | None) -> tuple[ClientApp, ...]:
    """The programs that run on a system, those of every system included; all when it is not known."""
    return tuple(
        client for client in facts.clients if system is None or not client.systems or system in _systems(client)
    )


def find_client(folded: str, facts: Facts, system: str | None = None) -> ClientApp | None:
    """The program that a folded text names.

    Args:
        folded: see ``fold.fold``.
        facts: whose ``clients`` are known.
        system: the system if known; decides between programs of one family (Outlook on Mac or Windows).
    """
    pattern, table = _names(facts.clients)
    if pattern is None:
        return None
    text = _MASK.sub(" ", folded)
    hits = [re.sub(r"[ _-]", " ", match.group()) for match in pattern.finditer(text)]
    found = [(name, table.get(name) or table.get(match_key(name, table))) for name in hits]
    programs = [(name, clients) for name, clients in found if clients and not _is_device(name)]
    devices = [(name, clients) for name, clients in found if clients and _is_device(name)]
    system = system or find_system(folded)
    for _, clients in sorted(programs, key=lambda hit: -len(hit[0])):
        return _on_system(clients or (), facts, system)
    return devices[0][1][0] if devices and devices[0][1] else None


def find_devices(folded: str, facts: Facts) -> list[ClientApp]:
    """All programs and devices named, in order: «Outlook en el iPhone y Thunderbird» are two."""
    pattern, table = _names(facts.clients)
    if pattern is None:
        return []
    text = _MASK.sub(" ", folded)
    matches = list(pattern.finditer(text))[:MAX_NAMED]
    found: list[ClientApp] = []
    skip = False
    for place, match in enumerate(matches):
        name = re.sub(r"[ _-]", " ", match.group())
        clients = table.get(name) or table.get(match_key(name, table))
        if skip or not clients:
            skip = False
            continue
        following = matches[place + 1] if place + 1 < len(matches) else None
        if following and not _is_device(name) and _ON.fullmatch(text, match.end(), following.start()):
            skip = _is_device(following.group())  # it only says where the program runs
        system = find_system(following.group()) if following and skip else None
        found.append(_on_system(clients, facts, system))
    return list({client.id: client for client in found}.values())


def match_key(name: str, table: dict[str, tuple[ClientApp, ...]]) -> str:
    """The key of ``table`` that equals ``name`` but for hyphens."""
    return next((key for key in table if re.sub(r"[ _-]", " ", key) == name), "")


def _is_device(name: str) -> bool:
    """The name is only that of a device or system."""
    return bool(_SYSTEM.fullmatch(name))


def _on_system(clients: tuple[ClientApp, ...], facts: Facts, system: str | None) -> ClientApp:
    """Of the same family, the program that runs on ``system``; the first one when that says nothing."""
    if system is None or any(system in _systems(client) for client in clients):
        return next((client for client in clients if system in _systems(client)), clients[0])
    if not _systems(clients[0]):
        return clients[0]
    family = clients[0].id.partition("_")[0]
    kin = (client for client in facts.clients if client.id.partition("_")[0] == family)
    return next((client for client in kin if system in _systems(client)), clients[0])


def _systems(client: ClientApp) -> tuple[str, ...]:
    """Systems of a program in our words, however ``facts.yml`` writes them (``macOS``, ``iOS (iPhone)``)."""
    return tuple(name for text in client.systems if (name := find_system(fold(text))) is not None)
