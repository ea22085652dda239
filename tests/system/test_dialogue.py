"""Conversations with tools that ask, on the real index, the real model and a real DNS server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from soluciones.answer.answerer import Answerer
from soluciones.answer.net.guard import NetworkHub
from soluciones.answer.service import AskRequest, ConversationState
from soluciones.index.embedding import open_embedder
from soluciones.index.store.store import Store
from soluciones.settings import Settings
from tests.dns_server import DnsServer

pytestmark = pytest.mark.model
CASES = yaml.safe_load((Path(__file__).parent / "cases" / "dialogues.yml").read_text("utf-8"))
ZONE = """
tiendademo.com. MX 10 mail.tiendademo.com.
tiendademo.com. NS ns1.tiendademo.com.
mail.tiendademo.com. A 192.0.2.10
ns1.tiendademo.com. A 192.0.2.11
tiendademo.com. TXT "v=spf1 include:spf.otro.example +all"
"""


@pytest.fixture(scope="module")
def talking(real_settings: Settings) -> Iterator[Answerer]:
    """The answer layer with a network of one DNS server."""
    with DnsServer(ZONE) as server:
        settings = real_settings.model_copy(update={"network": True, "dns_server": f"127.0.0.1:{server.port}"})
        store = Store(settings.index, lambda: open_embedder(settings))
        yield Answerer(store, hub_for=lambda site: NetworkHub(settings, site))


def _check(turn: dict[str, Any], answer: Any, state: ConversationState) -> None:
    tools = [tool.tool for tool in answer.tools]
    waiting = state.pending[-1].asks if state.pending else ""
    if "status" in turn:
        assert answer.status == turn["status"], (turn, answer.status, answer.message)
    if "tool" in turn:
        assert turn["tool"] in tools, (turn, tools, answer.message)
    if "asks" in turn:
        assert waiting == turn["asks"], (turn, waiting)
    if turn.get("any_asks"):
        assert waiting
    if "lang" in turn:
        assert answer.lang == turn["lang"]
    if "message" in turn:
        assert turn["message"] in answer.message
    codes = {finding.code for tool in answer.tools for finding in tool.findings}
    assert set(turn.get("codes", ())) <= codes
    assert set(turn.get("guides", ())) <= {citation.guide for citation in answer.citations}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_conversation_goes_as_written(case: dict[str, Any], talking: Answerer) -> None:
    """Each turn of the case file holds."""
    state = ConversationState()
    for turn in case["turns"]:
        answer, state = talking.ask(AskRequest(turn["say"], case.get("lang", "es"), state=state))
        _check(turn, answer, state)


def test_what_a_diagnosis_found_is_what_is_quoted(talking: Answerer) -> None:
    """The first passages are the sections that the findings name, gravest first, word for word."""
    answer, _ = talking.ask(AskRequest("comprueba el SPF de tiendademo.com", "es"))
    result = next(tool for tool in answer.tools if tool.tool in ("spf", "dns-check"))
    wrong = [finding.fix for finding in result.findings if finding.status == "bad" and finding.fix]
    assert wrong
    cited = [(citation.guide, citation.anchor) for citation in answer.citations]
    assert cited[0] in [(place.guide, place.anchor) for place in wrong]


def test_a_dns_failure_is_never_called_wrong(real_settings: Settings) -> None:
    """With a name server that does not answer, the verdict is unknown, and nothing is said to be missing."""
    with DnsServer(ZONE) as server:
        server.fail("tiendademo.com", "servfail")
        settings = real_settings.model_copy(update={"network": True, "dns_server": f"127.0.0.1:{server.port}"})
        store = Store(settings.index, lambda: open_embedder(settings))
        down = Answerer(store, hub_for=lambda site: NetworkHub(settings, site))
        answer, _ = down.ask(AskRequest("comprueba el SPF de tiendademo.com", "es"))
        statuses = {finding.status for tool in answer.tools for finding in tool.findings}
        assert answer.tools and "bad" not in statuses and "unknown" in statuses
