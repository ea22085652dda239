"""The words of a judgement: a verdict among five, its reason, and the evidence it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

VerdictName = Literal[
    "sent_by_your_account", "forged_elsewhere", "bounce_of_forged_mail", "bounce_of_your_mail", "cannot_tell"
]
VERDICTS: tuple[VerdictName, ...] = (
    "sent_by_your_account",
    "forged_elsewhere",
    "bounce_of_forged_mail",
    "bounce_of_your_mail",
    "cannot_tell",
)
Shows = Literal["yours", "forged", "neutral", "missing"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing seen, and what it shows."""

    code: str
    """Also a finding's code."""
    shows: Shows = "neutral"
    trusted: bool = True
    """It stands in a line that can be believed."""
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Verdict, reason code, evidence."""

    verdict: VerdictName
    reason: str
    evidence: tuple[Evidence, ...] = ()

    def has(self, code: str) -> bool:
        """Whether that was seen."""
        return any(item.code == code for item in self.evidence)
