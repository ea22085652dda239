"""Which DMARC record to publish next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from soluciones.answer.mailauth.dmarc_build import STAGES, Choices, Stage, at_stage, build, next_stage, stage_of
from soluciones.answer.mailauth.dmarc_judge import judge
from soluciones.answer.mailauth.dmarc_parse import clean, is_dmarc, parse_dmarc

Kind = Literal["new", "custom", "repair", "next", "keep"]

_NOT_REPAIRED = frozenset({"policy_none", "rua_missing", "reject_testing", "testing", "subdomains_weaker", "psd"})
"""Warnings that a corrected record of the same stage would still have."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """See the module."""

    record: str
    kind: Kind
    stage: Stage | None
    """Of the record there is; None for none."""
    dropped: tuple[str, ...] = ()
    """Tags of the record there is that receivers ignore and that are left out."""


def propose(base: str | None, choices: Choices) -> Proposal:
    """The record for what was chosen, else the repaired one, else the next stage.

    Args:
        base: the record there is.
        choices: what the visitor chose; they win.
    """
    if base is None:
        return Proposal(build(choices), "custom" if choices.given else "new", None)
    record = parse_dmarc(_readable(base))
    stage = stage_of(record)
    dropped = tuple(tag.text for tag in record.tags if tag.problem in ("unknown", "removed", "syntax", "value_invalid"))
    if choices.given:
        return Proposal(build(choices, record), "custom", stage, dropped)
    broken = any(p.status in ("bad", "warn") and p.code not in _NOT_REPAIRED for p in judge(base))
    if broken or not record.reports:
        return Proposal(at_stage(stage or STAGES[0], record, choices), "repair", stage, dropped)
    if stage is STAGES[-1]:
        return Proposal(record.text, "keep", stage)
    return Proposal(at_stage(next_stage(stage), record, choices), "next", stage)


def _readable(text: str) -> str:
    """The record as it was meant: without odd characters, and with its version where it is missing or misspelt."""
    plain = clean(text)
    if is_dmarc(plain):
        return plain
    parts = [part.strip() for part in plain.split(";")]
    tags = [part for part in parts if "=" in part and not part.lower().replace(" ", "").startswith(("v=", "dmarc"))]
    return "; ".join(["v=DMARC1", *tags])
