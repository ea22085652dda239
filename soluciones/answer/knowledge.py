"""One generation with everything the answer layer works out from it once: models of its settings, intents, scope."""

from __future__ import annotations

from dataclasses import dataclass

from soluciones.answer.intents import IntentMatcher
from soluciones.index.embedded import EmbeddedEngine
from soluciones.index.store.snapshot import Snapshot
from soluciones.kb.facts import Facts
from soluciones.kb.intents import Intent
from soluciones.kb.site import Site


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Immutable; a request uses one from start to end."""

    snapshot: Snapshot
    site: Site
    facts: Facts | None
    """None for a tenant without ``facts.yml``: then no tool runs."""
    intents: tuple[Intent, ...]
    matcher: IntentMatcher

    @property
    def engine(self) -> EmbeddedEngine:
        """The generation's search engine."""
        return self.snapshot.engine


def learn(snapshot: Snapshot) -> Knowledge:
    """Works a generation out."""
    content = snapshot.content
    site = Site.model_validate(content.site)
    facts = Facts.model_validate(content.facts) if content.facts else None
    intents = tuple(Intent.model_validate(intent) for intent in content.intents)
    none = [text for texts in site.out_of_scope.values() for text in texts]
    return Knowledge(snapshot, site, facts, intents, IntentMatcher(intents, none, snapshot))
