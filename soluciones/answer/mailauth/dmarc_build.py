"""Writes DMARC records: from choices, from an existing record, and one for each stage of the plan (RFC 9989).

Never written: ``pct``, ``rf`` and ``ri``, which RFC 9989 took out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from soluciones.answer.mailauth.dmarc_parse import DmarcRecord
from soluciones.answer.mailauth.spf_merge import Change

_ORDER = ("v", "p", "t", "sp", "np", "adkim", "aspf", "rua", "ruf", "fo", "psd")
_SAFE = "$'*+-_~."
"""Written as they are besides letters and digits. The rest, ``!``, ``,`` and ``;`` among it, would end the address, the
tag or the URI (RFC 6068 §2, RFC 9989 §4.7)."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the plan none → quarantine → reject."""

    id: str
    policy: str
    testing: bool = False


STAGES = (
    Stage("none", "none"),
    Stage("quarantine_test", "quarantine", True),
    Stage("quarantine", "quarantine"),
    Stage("reject_test", "reject", True),
    Stage("reject", "reject"),
)
"""In the order in which they are published; the two in test mode may be skipped."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose; whatever is left open stays as it is in the existing record."""

    policy: str = ""
    testing: bool | None = None
    subdomain_policy: str = ""
    alignment: Literal["", "strict", "relaxed"] = ""
    rua: tuple[str, ...] = ()
    """Addresses, without ``mailto:`` and not encoded."""

    @property
    def given(self) -> bool:
        """Anything was chosen."""
        return bool(self.policy or self.testing is not None or self.subdomain_policy or self.alignment or self.rua)


def mailto(address: str) -> str:
    """A report address as it stands in ``rua``; ``!``, ``,`` and ``;`` are percent-encoded.

    Args:
        address: ``local@domain`` with the domain in A-labels.
    """
    local, _, domain = address.rpartition("@")
    return f"mailto:{quote(local, safe=_SAFE)}@{domain}"


def build(choices: Choices, base: DmarcRecord | None = None) -> str:
    """The record: the choices over what ``base`` says; ``p=none`` when nothing says otherwise."""
    tags = _kept(base)
    policy = choices.policy or tags.get("p") or (base.policy if base else "") or "none"
    tags |= {"v": "DMARC1", "p": policy}
    if choices.testing is not None:
        tags["t"] = "y" if choices.testing else ""
    if choices.subdomain_policy:
        tags["sp"] = choices.subdomain_policy
    if choices.alignment:
        tags |= dict.fromkeys(("adkim", "aspf"), "s" if choices.alignment == "strict" else "")
    if choices.rua:
        tags["rua"] = ",".join(map(mailto, choices.rua))
    if policy == "none":
        tags["t"] = ""  # without effect there
    if tags.get("sp") == policy:
        tags["sp"] = ""
    return "; ".join(f"{name}={tags[name]}" for name in _ORDER if tags.get(name))


def _kept(base: DmarcRecord | None) -> dict[str, str]:
    """What of an existing record is worth keeping: valid tags that do not just repeat the default."""
    if base is None:
        return {}
    kept = {name: base.get(name) for name in _ORDER if base.get(name)}
    for name in ("rua", "ruf"):
        addresses = dict.fromkeys(uri.address for uri in base.uris(name) if uri.address)
        kept[name] = ",".join(map(mailto, addresses))
    defaults = {"t": "n", "adkim": "r", "aspf": "r", "psd": "u", "fo": "0"}
    return {name: value for name, value in kept.items() if value and defaults.get(name) != value}


def stage_of(record: DmarcRecord) -> Stage | None:
    """The stage that a record is in; None when receivers apply nothing.

    A share below 100 in ``pct`` was the old way of testing, so it counts as test mode.
    """
    policy = record.policy
    if not policy:
        return None
    testing = policy != "none" and (record.testing or _partial(record))
    return next((stage for stage in STAGES if (stage.policy, stage.testing) == (policy, testing)), None)


def _partial(record: DmarcRecord) -> bool:
    share = next((tag.value for tag in record.tags if tag.name == "pct"), "100")
    return share.isascii() and share.isdigit() and int(share[:4]) < 100


def next_stage(stage: Stage | None) -> Stage:
    """What to publish after a stage; the last one follows itself."""
    if stage is None:
        return STAGES[0]
    return STAGES[min(STAGES.index(stage) + 1, len(STAGES) - 1)]


def at_stage(stage: Stage, base: DmarcRecord | None, choices: Choices) -> str:
    """The record of a stage, everything else as chosen or as it is."""
    changed = Choices(stage.policy, stage.testing, choices.subdomain_policy, choices.alignment, choices.rua)
    return build(changed, base)


def difference(before: str, after: str) -> tuple[Change, ...]:
    """Tag by tag, in the order of ``after``; what is gone comes last."""
    old, new = _by_name(before), _by_name(after)
    changes = [
        Change("add", text) if name not in old else Change("same", text) if _same(old[name], text)
        else Change("change", text, old[name])
        for name, text in new.items()
    ]  # fmt: skip
    return (*changes, *(Change("remove", text) for name, text in old.items() if name not in new))


def _by_name(text: str) -> Mapping[str, str]:
    parts: Iterable[str] = (part.strip() for part in text.split(";"))
    named = [(part.partition("=")[0].strip().lower(), part) for part in parts if part]
    found: dict[str, str] = {}
    for name, part in named:
        found.setdefault(name, part)  # the first of several counts
    return found


def _same(old: str, new: str) -> bool:
    if new.startswith("v="):
        return old == new  # the one value in which capitals count (RFC 9989 §4.8)
    return "".join(old.split()).lower() == "".join(new.split()).lower()
