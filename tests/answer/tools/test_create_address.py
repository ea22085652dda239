"""Creating an address: each branch of the guide with its own steps, the address judged, at most three questions."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.create_address import FOR_WHOM, INVITE, KINDS, QUOTA, CreateAddressTool
from soluciones.answer.tools.mail_address import MailAddressTool
from soluciones.kb.types import LANGUAGES
from tests.guided_tools import (
    assert_all_reachable,
    assert_as_told,
    assert_in_words,
    assert_verbatim,
    case_id,
    cases,
)

TOOL = "create-address"
CASES = cases(TOOL)


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_addresses_are_created_as_the_case_says(case: dict[str, Any], run: Any) -> None:
    """Status, findings, question, branch and parts of the checklist are those of the case; each step is verbatim."""
    result = run(TOOL, case["slots"], case.get("lang", "es"))
    assert_as_told(result, case)
    assert_verbatim(result)
    if "branch" in case:
        assert result.data["branch"] == case["branch"]
    if "groups" in case:
        assert [part["id"] for part in result.data["groups"]] == case["groups"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_creating_is_told_in_every_language(lang: str, run: Any) -> None:
    """Each case is told in each language."""
    for case in CASES:
        assert_in_words(run(TOOL, case["slots"], lang))


def test_every_finding_about_creating_is_reachable(run: Any) -> None:
    """The cases give each code of the catalogue."""
    assert_all_reachable(TOOL, [run(TOOL, case["slots"], case.get("lang", "es")) for case in CASES])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_dialogue_ends_after_three_questions(lang: str, run: Any, context: ToolContext) -> None:
    """Answering «no lo sé» to every question, in each language's words, leads to a path in at most three questions."""
    words = context.texts.domain(lang, "create_address")["create_address.words.for_whom.unknown"].split("|")
    for word in words:
        slots: dict[str, Any] = {}
        asked = []
        while (result := run(TOOL, slots, lang)).asks:
            asked.append(result.asks)
            slots = {**result.slots, result.asks: word}
            if result.asks == "local_part":
                slots["for_whom"] = "others"
        assert asked == ["local_part", "invite"]
        assert (result.status, result.data["branch"]) == ("ok", "b")


def test_the_dialogue_keeps_what_was_said(run: Any) -> None:
    """An address given first is still there in the end, and its domain goes on to the set-up."""
    first = run(TOOL, {"email": "Ana.Lopez@ejemplo.com"})
    last = run(TOOL, {**first.slots, "for_whom": "me"})
    assert last.data["address"]["local_part"] == "Ana.Lopez"
    assert last.data["address"]["domain"] == "ejemplo.com"
    assert last.next[0]["slots"] == {"email": "Ana.Lopez@ejemplo.com"}


def test_suggestions_lead_back_into_the_dialogue(run: Any) -> None:
    """Each suggestion of a refused address is a step that goes on where the visitor was, and can be created."""
    result = run(TOOL, {"local_part": "josé núñez", "for_whom": "me", "quota": "yes"})
    assert result.status == "bad"
    assert result.next
    for step in result.next:
        assert run(step["tool"], step["slots"]).data["branch"] == "a"


@pytest.mark.parametrize("local", ["ana", "no-reply", "PostMaster", "ñ", "a b", "noreply", "x" * 65, "a..b", "+"])
def test_the_verdict_is_that_of_the_address_check(local: str, run: Any) -> None:
    """The address is judged by the same rule, with the same words, as in the address check."""
    own = run("mail-address", {"local_part": local})
    result = run(TOOL, {"local_part": local, "for_whom": "me"})
    assert set(own.findings) <= set(result.findings)
    assert (result.status == "bad") == (own.status == "bad")
    assert result.data["address"]["codes"] == own.data["codes"]


def test_what_becomes_of_the_password(run: Any) -> None:
    """A and c: chosen; b: random, unless invited at a personal address; only a is added to Mail by itself."""
    paths = {
        ("me", ""): ("a", "chosen", True),
        ("unknown", ""): ("c", "chosen", False),
        ("others", "existing_users"): ("b", "random", None),
        ("others", "new_address"): ("b", "random", None),
        ("others", "personal_address"): ("b", "not_shown", None),
        ("others", "unknown"): ("b", "random_unless_personal", None),
    }
    for (for_whom, invite), wanted in paths.items():
        data = run(TOOL, {"for_whom": for_whom, "invite": invite}).data
        assert (data["branch"], data["password"], data["added_to_mail"]) == wanted
        assert data["password_label"]


def test_several_lead_to_the_csv_tool(run: Any) -> None:
    """More than one address is a matter of the CSV tool, whatever else was said."""
    result = run(TOOL, {"count": 3, "for_whom": "me"})
    assert result.next[0]["tool"] == "address-csv"


VALUES = st.sampled_from([*FOR_WHOM, *INVITE, *QUOTA, *KINDS, "", "ana", "no lo sé", 3, 0, None, "\u202eana", "a@b@c"])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from([spec.name for spec in CreateAddressTool.slots]), VALUES | st.text(max_size=30)))
def test_any_slots_lead_to_a_question_a_path_or_a_refusal(run: Any, slots: dict[str, Any]) -> None:
    """Whatever is in the slots, there is one of these, in plain JSON, and its codes are in the catalogue."""
    result = run(TOOL, slots)
    json.dumps(asdict(result))
    assert {item.code for item in result.findings} <= set(CreateAddressTool.findings)
    assert result.asks or result.status in ("bad", "refused") or result.data["groups"]


def test_codes_of_the_address_check_keep_their_place() -> None:
    """A code shared with the address check leads to the same section there and here."""
    shared = set(CreateAddressTool.findings) & set(MailAddressTool.findings) - {"bad_input"}
    assert len(shared) > 10
    assert all(CreateAddressTool.findings[code] == MailAddressTool.findings[code] for code in shared)


def test_a_tenant_without_procedures_gets_a_result(context: ToolContext) -> None:
    """Without the steps in ``facts.yml`` there is no checklist, and no exception."""
    bare = ToolContext("es", context.facts.model_copy(update={"procedures": ()}), context.site, context.texts)
    for case in CASES:
        result = CreateAddressTool().run(case["slots"], bare)
        assert result.headline
        assert result.data.get("groups", []) == []
