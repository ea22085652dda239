"""The answer layer's one implementation of ``Service``."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from soluciones.answer.dialogue.forms import after_form, remembered
from soluciones.answer.knowledge import Knowledge, learn
from soluciones.answer.language import warm_up
from soluciones.answer.net.contract import Network
from soluciones.answer.pipeline import run
from soluciones.answer.privacy import mask
from soluciones.answer.service import AskRequest, ConversationState, Suggestion
from soluciones.answer.steps.compose import compose
from soluciones.answer.steps.judge import says_nothing
from soluciones.answer.suggest import suggest
from soluciones.answer.tools.base import GOES_OUT, ToolContext
from soluciones.answer.tools.files.serving import mail_config
from soluciones.answer.tools.files.signing import open_signer
from soluciones.answer.tools.registry import TOOLS
from soluciones.answer.turn import Resources, Turn
from soluciones.answer.types import Answer, Download, ToolResult
from soluciones.i18n import Catalogue
from soluciones.index.embedding import open_embedder
from soluciones.index.store.errors import NoGeneration
from soluciones.index.store.store import Store
from soluciones.index.types import Query, SearchResult
from soluciones.kb.site import Site
from soluciones.kb.types import LANGUAGES, Guide
from soluciones.settings import Settings


class Hub(Protocol):
    """Hands out the network, bound to one visitor's budget."""

    def for_visitor(self, key: str) -> Network:
        """The network as that visitor may use it."""
        ...


class Answerer:
    """Answers from whatever generation the store serves; every call uses one generation from start to end."""

    def __init__(
        self,
        store: Store,
        texts: Catalogue | None = None,
        hub_for: Callable[[Site], Hub] | None = None,
        sign: Callable[[bytes], bytes] | None = None,
    ) -> None:
        self._store = store
        self._hub_for = hub_for
        self._hub: tuple[Site, Hub] | None = None
        self._sign = sign
        self._texts = texts or Catalogue()
        self._known: Knowledge | None = None
        self._lock = threading.Lock()

    @property
    def generation(self) -> str:
        """Id of the generation that serves now; "" when there is none."""
        try:
            return self._store.snapshot().id
        except NoGeneration:
            return ""

    def knowledge(self) -> Knowledge:
        """The generation that serves now, worked out.

        Raises:
            NoGeneration: nothing has been built yet.
        """
        snapshot = self._store.snapshot()
        known = self._known
        if known is None or known.snapshot is not snapshot:
            with self._lock:
                known = self._known
                if known is None or known.snapshot is not snapshot:
                    known = self._known = learn(snapshot)
        return known

    def turn(self, request: AskRequest) -> Turn:
        """The whole carrier after the pipeline: for evaluation and explanation."""
        known = self.knowledge()
        return run(Turn(request, known, self._texts, self._resources(known.site, request.visitor)))

    def _resources(self, site: Site, visitor: str) -> Resources:
        """What tools may use for this visitor."""
        return Resources(lambda: self._network(site, visitor), self._sign)

    def _network(self, site: Site, visitor: str) -> Network | None:
        """The way out. The hub lasts as long as the site's list of servers stays the same."""
        if self._hub_for is None:
            return None
        hub = self._hub
        if hub is None or hub[0].servers != site.servers:
            with self._lock:
                hub = self._hub
                if hub is None or hub[0].servers != site.servers:
                    hub = self._hub = (site, self._hub_for(site))
        return hub[1].for_visitor(visitor)

    def ask(self, request: AskRequest) -> tuple[Answer, ConversationState]:
        """One question through the pipeline."""
        turn = self.turn(request)
        return _answer(turn), _remember(turn)

    def search(
        self, text: str, lang: str = "es", *, product: str = "", type: str = "", limit: int = 10
    ) -> SearchResult:
        """Ranked passages for the search page and API."""
        products = (product,) if product else ()
        result = self.knowledge().engine.search(Query(text=text, lang=lang, products=products, type=type, limit=limit))
        return replace(result, hits=(), guides=()) if says_nothing(result) else result

    def suggest(self, text: str, lang: str = "es", limit: int = 8) -> tuple[Suggestion, ...]:
        """Questions and guides that go on from what has been typed."""
        return suggest(self.knowledge().snapshot, text, lang, limit)

    def site(self) -> Site:
        """The tenant's site settings as built."""
        return self.knowledge().site

    def guides(self, lang: str = "") -> tuple[Guide, ...]:
        """Guides that visitors may read, featured ones first."""
        known = self.knowledge()
        order = {guide: rank for rank, guide in enumerate(known.site.featured)}
        found = [g for g in known.snapshot.guides.values() if g.audience == "visitor" and (not lang or g.lang == lang)]
        return tuple(sorted(found, key=lambda guide: (order.get(guide.id, len(order)), guide.title)))

    def guide(self, guide_id: str) -> Guide | None:
        """By id or alias; internal guides are not for visitors."""
        guide = self.knowledge().engine.guide(guide_id)
        return guide if guide is not None and guide.audience == "visitor" else None

    def tool_titles(self, lang: str) -> Mapping[str, str]:
        """Tool id → title; nothing for a tenant without facts."""
        if self.knowledge().facts is None:
            return {}
        return {tool_id: self._texts.text(lang, f"{tool_id.replace('-', '_')}.title") for tool_id in TOOLS}

    def tool_form(self, tool_id: str, lang: str) -> Mapping[str, Any] | None:
        """What one tool takes, as JSON Schema."""
        known = self.knowledge()
        if known.facts is None or tool_id not in TOOLS:
            return None
        tool = TOOLS[tool_id]
        context = ToolContext(lang, known.facts, known.site, self._texts)
        return {
            "id": tool.id,
            "title": context.say(f"{tool.id.replace('-', '_')}.title"),
            "mode": tool.mode,
            "guides": list(tool.guides),
            "schema": tool.form(context),
        }

    def tool_forms(self, lang: str) -> tuple[Mapping[str, Any], ...]:
        """What each tool takes, as JSON Schema; nothing for a tenant without facts."""
        forms = (self.tool_form(tool_id, lang) for tool_id in TOOLS)
        return tuple(form for form in forms if form is not None)

    def run_tool(self, tool_id: str, slots: Mapping[str, Any], lang: str, visitor: str = "") -> ToolResult:
        """Runs one tool.

        Raises:
            KeyError: no such tool, or the tenant has no facts for it.
        """
        known = self.knowledge()
        if known.facts is None:
            raise KeyError(tool_id)
        tool = TOOLS[tool_id]
        network = self._network(known.site, visitor) if tool.mode in GOES_OUT else None
        context = ToolContext(lang, known.facts, known.site, self._texts, network=network, sign=self._sign)
        result = tool.run(slots, context)
        # Whoever shows the result must know that a file was given: its downloads cannot be made again from a link.
        files = {spec.name: slots[spec.name] for spec in tool.slots if "x-upload" in spec.schema and spec.name in slots}
        return replace(result, slots={**result.slots, **files}) if files else result

    def mail_config(self, kind: str, address: str, host: str, lang: str) -> Download | None:
        """A file that a mail program fetches by itself; None where the site does not serve it."""
        known = self.knowledge()
        if known.facts is None:
            return None
        return mail_config(
            kind, address, host, ToolContext(lang, known.facts, known.site, self._texts, sign=self._sign)
        )


def open_service(settings: Settings, *, warm: bool = True) -> Answerer:
    """The service over the index and model that the settings name.

    Raises:
        ModelNotPrepared, NoGeneration: with a hint which command makes them.
        SigningKeyError: the certificate or key for signing profiles cannot be used.
    """
    store = Store(settings.index, lambda: open_embedder(settings))
    sign = open_signer(settings.profile_certificate, settings.profile_key)
    answerer = Answerer(store, hub_for=lambda site: _open_hub(settings, site), sign=sign)
    if warm:
        warm_up()
        answerer.ask(AskRequest("¿Qué puerto uso para IMAP?"))
    return answerer


def _open_hub(settings: Settings, site: Site) -> Hub:
    from soluciones.answer.net.guard import NetworkHub  # most questions look nothing up: keep it out of the start

    return NetworkHub(settings, site)


def _answer(turn: Turn) -> Answer:
    composed = compose(turn)
    return Answer(
        id=secrets.token_urlsafe(12),
        conversation=turn.request.conversation,
        lang=turn.lang,
        status=turn.status or "no_answer",
        confidence=round(turn.confidence, 4),
        message=turn.message,
        answer=composed.blocks,
        citations=composed.citations,
        tools=turn.tools,
        choices=turn.choices,
        related=turn.related,
        suggestion=turn.result.suggestion if turn.result else "",
        generation=turn.know.snapshot.id,
        took_ms=turn.took_ms,
    )


def _remember(turn: Turn) -> ConversationState:
    """Small talk and failures leave the topic as it was, so that one can go on after «gracias»."""
    old = turn.request.state
    lang = turn.lang if turn.lang in LANGUAGES else old.lang
    if turn.result is None and turn.tools:  # a reply within a dialogue: the last question stays what it was about
        after = after_form(old, turn.tools[0], lang)
        return replace(after, turns=old.turns + 1, pending=turn.pending)
    asked = turn.status == "clarify" and any(tool.asks for tool in turn.tools)  # the topic is clear, a value is missing
    if not (turn.status == "answered" or asked) or turn.result is None:
        return replace(old, lang=lang, turns=old.turns + 1, pending=turn.pending)
    first = turn.passages[0] if turn.passages else None
    return ConversationState(
        lang=lang,
        guide=first.guide.id if first else "",
        anchor=first.section.anchor if first else "",
        tool=turn.tools[0].tool if turn.tools else "",
        question=mask(turn.query),
        slots=remembered(turn.slots),
        turns=old.turns + 1,
        pending=turn.pending,
    )
