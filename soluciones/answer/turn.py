"""The frozen carrier that travels through the pipeline: what is known of one question so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from soluciones.answer.dialogue.pending import Stack
from soluciones.answer.intents import IntentScore
from soluciones.answer.knowledge import Knowledge
from soluciones.answer.net.contract import Network
from soluciones.answer.service import AskRequest
from soluciones.answer.types import AnswerStatus, Choice, RelatedGuide, ToolResult
from soluciones.i18n import Catalogue
from soluciones.index.types import SearchResult
from soluciones.kb.types import Block, Guide, Row, Section

SmallTalk = Literal["", "greeting", "thanks", "bye", "person", "help"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A section chosen as (part of) the answer, and which of its blocks to show."""

    guide: Guide
    section: Section
    score: float
    best: int
    """Index of the best block in ``section.blocks``."""
    rows: tuple[int, ...] = ()
    """Rows of that block that answer by themselves, when it is a table; the first is the best."""

    @property
    def best_piece(self) -> Block | Row:
        """The piece that answers: a block, or the best row of a table."""
        block = self.section.blocks[self.best]
        return block.rows[self.rows[0]] if self.rows else block


@dataclass(frozen=True, slots=True)
class Resources:
    """What tools may use besides their slots, bound to one visitor."""

    network: Callable[[], Network | None] = lambda: None
    """Opens the way out; called only for tools that go there."""
    sign: Callable[[bytes], bytes] | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One question on its way. Steps return a changed copy; nothing is changed in place."""

    request: AskRequest
    know: Knowledge
    texts: Catalogue
    resources: Resources = Resources()
    question: str = ""
    """Cleaned question."""
    blocks: Mapping[str, str] = field(default_factory=dict)
    """What was pasted whole: ``message``, ``vcard``, ``csv``."""
    pending: Stack = ()
    """Tools that wait for a value after this turn."""
    reply: Mapping[str, Any] = field(default_factory=dict)
    """Slots that the message could give to the waiting tool, when it may also be a question."""
    lang: str = "es"
    small_talk: SmallTalk = ""
    query: str = ""
    """What is searched for: the question, completed from the conversation when it leans on it."""
    follow_up: bool = False
    slots: Mapping[str, Any] = field(default_factory=dict)
    result: SearchResult | None = None
    intents: tuple[IntentScore, ...] = ()
    passages: tuple[Passage, ...] = ()
    confidence: float = 0.0
    tools: tuple[ToolResult, ...] = ()
    status: AnswerStatus | None = None
    """Set as soon as it is known; the steps that would only look for it are then skipped."""
    message: str = ""
    choices: tuple[Choice, ...] = ()
    related: tuple[RelatedGuide, ...] = ()
    took_ms: Mapping[str, float] = field(default_factory=dict)


def spelt(turn: Turn) -> str:
    """The searched question with misspelt words corrected where the index knew better."""
    return (turn.result.suggestion if turn.result else "") or turn.query
