"""Who goes where: every case in every language, everybody in one box, nobody exposed unnoticed, links that hold."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.recipient_copy import MAX_MAILTO
from soluciones.answer.tools.recipient_labels import BOXES
from soluciones.answer.tools.recipient_parse import MAX_RECIPIENTS, Recipient, parse_recipients
from soluciones.answer.tools.recipient_people import judge
from soluciones.answer.tools.recipient_placing import PRIVACY_ALARM_ABOVE, Wish, own_person, place, strangers
from soluciones.answer.tools.recipients import MAX_TEXT, PURPOSES, RecipientsTool
from soluciones.answer.types import ToolResult
from soluciones.kb.types import LANGUAGES
from tests.guided_tools import (
    assert_all_reachable,
    assert_as_told,
    assert_in_words,
    assert_quotes,
    assert_verbatim,
    case_id,
    cases,
)
from tests.parser_property import parser_property

TOOL = "recipients"
CASES = cases(TOOL)


def _entries(result: ToolResult, box: str) -> list[str]:
    return [entry["address"] for row in result.data["boxes"] if row["id"] == box for entry in row["entries"]]


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_recipients_are_advised_as_the_case_says(case: dict[str, Any], run: Any) -> None:
    """Status, findings, question and boxes are those of the case; what is quoted stands in the guide."""
    result = run(TOOL, case["slots"], case.get("lang", "es"))
    assert_as_told(result, case)
    assert_verbatim(result)
    for box in BOXES:
        if box in case:
            assert _entries(result, box) == case[box]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_recipients_are_advised_in_every_language(lang: str, run: Any) -> None:
    """Each case is told in each language, with the boxes' names."""
    for case in CASES:
        result = run(TOOL, case["slots"], lang)
        assert_in_words(result)
        rows = result.data.get("boxes", ())
        assert all(row["label"] and row["reason"] for row in rows)


def test_every_finding_about_recipients_is_reachable(run: Any) -> None:
    """The cases give each code of the catalogue."""
    assert_all_reachable(TOOL, [run(TOOL, case["slots"], case.get("lang", "es")) for case in CASES])


def test_the_boxes_have_their_names_in_five_languages(run: Any) -> None:
    """CCI and CCO in Spanish, Bcc, Cci, BCC or Blindkopie, Ccn."""
    data = run(TOOL, {}).data
    names = {row["lang"]: row["bcc"] for row in data["names"]}
    assert set(names) == set(LANGUAGES)
    for lang, words in {
        "es": ("CCI", "CCO"),
        "en": ("Bcc",),
        "fr": ("Cci",),
        "de": ("Blindkopie",),
        "it": ("Ccn",),
    }.items():
        assert all(word in names[lang] for word in words)


@pytest.mark.parametrize("purpose", PURPOSES[:-1])
def test_each_example_of_the_guide_is_quoted(purpose: str, run: Any, facts: Any) -> None:
    """With a purpose, each box shows the guide's cell for it."""
    result = run(TOOL, {"purpose": purpose, "recipients": "ana@e.com, luis@e.com"})
    example = next(item for item in facts.recipients.examples if item.purpose == purpose)
    assert [row["quote"] for row in result.data["boxes"]] == [example.to.quote, example.cc.quote, example.bcc.quote]
    assert_quotes((row["quote"], row["guide"], row["anchor"]) for row in result.data["boxes"])


def test_the_alarm_begins_above_its_threshold(run: Any) -> None:
    """Three outside organisations in sight are let through, four are not; people of one's own house never count."""
    outside = [f"p@fuera{n}.com" for n in range(PRIVACY_ALARM_ABOVE + 1)]
    inside = [f"p{n}@mi.com" for n in range(9)]
    calm = run(TOOL, {"recipients": "Para: " + ", ".join(outside[:-1] + inside), "own_address": "yo@correo.mi.com"})
    alarmed = run(TOOL, {"recipients": "Para: " + ", ".join(outside + inside), "own_address": "yo@mi.com"})
    assert (calm.data["privacy"]["alarm"], calm.data["privacy"]["strangers"]) == (False, PRIVACY_ALARM_ABOVE)
    assert (alarmed.data["privacy"]["alarm"], alarmed.status) == (True, "bad")
    assert alarmed.data["privacy"]["from_guide"] is False
    assert _entries(alarmed, "to") == inside
    assert _entries(alarmed, "bcc") == outside


def test_neighbours_at_a_public_provider_are_strangers(run: Any) -> None:
    """Four people with Gmail are four strangers, not one organisation."""
    four = ", ".join(f"persona{n}@gmail.com" for n in range(4))
    assert run(TOOL, {"recipients": f"CC: {four}"}).data["privacy"]["alarm"] is True


def test_moved_entries_say_where_they_came_from(run: Any) -> None:
    """The card can mark who changes box."""
    result = run(TOOL, {"recipients": "Para: a@a.com, b@b.com\nCC: c@c.com, d@d.com"})
    entries = [entry for row in result.data["boxes"] for entry in row["entries"]]
    assert [(entry["from"], entry["moved"]) for entry in entries] == [
        ("to", True),
        ("to", True),
        ("cc", True),
        ("cc", True),
    ]
    assert result.data["typed"] == {"to": 2, "cc": 2, "bcc": 0}


def test_a_long_list_is_answered_without_a_question(run: Any) -> None:
    """A list too long to be kept between two messages gets its answer at once."""
    text = "\n".join(f"persona{n}@dominio{n}.com" for n in range(200))
    result = run(TOOL, {"recipients": text})
    assert (result.status, result.asks, len(_entries(result, "bcc"))) == ("ok", "", 200)


def test_the_caps_hold(run: Any) -> None:
    """100,000 characters and 2,000 recipients are taken, one more of either is refused; nothing raises."""
    full = "a@b.com," * MAX_RECIPIENTS
    assert run(TOOL, {"recipients": full, "purpose": "team"}).status == "warn"
    assert run(TOOL, {"recipients": full + "c@d.com", "purpose": "team"}).status == "refused"
    assert run(TOOL, {"recipients": "a@b.com" + " " * (MAX_TEXT - 7), "purpose": "team"}).status == "ok"
    assert run(TOOL, {"recipients": "a@b.com" + " " * (MAX_TEXT - 6), "purpose": "team"}).status == "refused"


@pytest.mark.parametrize(
    "text",
    ["a@b\x00.com", "a@b.com\ud800", "\u202ea@b.com", "<script>@x.com", "=cmd|' /C calc'!A0@x.com", "a@" * 25_000],
)
def test_hostile_recipients_are_told_in_plain_text(text: str, run: Any) -> None:
    """Hostile text ends in a result that can be written as JSON, without direction marks in what is shown."""
    result = run(TOOL, {"recipients": text})
    data = json.dumps(asdict(result) | {"slots": {}})
    assert "\\u202e" not in data
    assert len(result.headline) < 300
    assert all(len(row["text"]) <= 81 for row in result.data.get("problems", ()))


def _address_of(link: str) -> dict[str, list[str]]:
    parts = urlsplit(link)
    fields = (
        {name: value[0].split(",") for name, value in parse_qs(parts.query, strict_parsing=True).items()}
        if parts.query
        else {}
    )
    return {"to": [unquote(item) for item in parts.path.split(",") if item], **fields}


LOCAL = st.text("abcAB01!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=10)
ADDRESS = st.builds("{}@{}.{}".format, LOCAL, st.text("abcdef", min_size=1, max_size=6), st.sampled_from(["com", "es"]))
PASTED = st.lists(st.tuples(st.sampled_from(["", "to", "cc", "bcc"]), ADDRESS), min_size=1, max_size=12)
WISHES = st.builds(
    Wish, st.sampled_from(["", *PURPOSES]), st.none() | st.booleans(), st.none() | st.just(own_person("yo@mi.com"))
)


@pytest.mark.parser
@parser_property
@given(PASTED, WISHES)
def test_everybody_is_in_one_box(rows: list[tuple[str, str]], wish: Wish) -> None:
    """Each valid mailbox stands in exactly one box, nobody else does but the visitor, and the alarm is never silent."""
    people = judge(Recipient("", address, box) for box, address in rows)  # type: ignore[arg-type]
    plan = place(people, wish)
    placed = [person.key for box in BOXES for person in plan.boxes[box]]
    own = {wish.own.key} if wish.own else set()
    assert len(placed) == len(set(placed))
    assert set(placed) - own == {person.key for person in people} - own
    visible = [*plan.boxes["to"], *plan.boxes["cc"]]
    if strangers(visible, wish.own) > PRIVACY_ALARM_ABOVE:
        assert plan.alarm


@pytest.mark.parser
@parser_property
@given(PASTED)
def test_links_hold_the_same_addresses(rows: list[tuple[str, str]]) -> None:
    """A ``mailto:`` link gives back each box's addresses, is short, and has nothing but URI characters."""
    text = "\n".join(
        f"{['Para', 'CC', 'CCO'][place]}: {a}" for place, box in enumerate(BOXES) for b, a in rows if b == box
    )
    result = _tool_run({"recipients": text or rows[0][1], "purpose": "other"})
    link = result.data["mailto"]
    assert len(link) <= MAX_MAILTO
    if link:
        assert link.isascii()
        assert not set(link) & set(" <>\"'|^`{}\\\r\n")
        assert {box: found for box, found in _address_of(link).items() if found} == {
            box: _entries(result, box) for box in BOXES if _entries(result, box)
        }


@cache
def _context() -> ToolContext:
    import yaml

    from soluciones.i18n import Catalogue
    from soluciones.kb.facts import Facts
    from soluciones.kb.site import Site
    from tests.guided_tools import ROOT

    facts, site = (yaml.safe_load((ROOT / "content" / name).read_text("utf-8")) for name in ("facts.yml", "site.yml"))
    return ToolContext("es", Facts.model_validate(facts), Site.model_validate(site), Catalogue())


def _tool_run(slots: dict[str, Any]) -> ToolResult:
    return RecipientsTool().run(slots, _context())


@pytest.mark.parametrize("box", BOXES)
def test_what_is_copied_is_read_again(box: str, run: Any) -> None:
    """The text to copy, with commas or semicolons, is the same people when pasted back."""
    result = run(TOOL, {"recipients": '"López, Ana" <a@x.com>, Jo "El" B <j@y.com>, z@z.com', "hide": False})
    row = next(row for row in result.data["boxes"] if row["id"] == box)
    for key in ("copy", "copy_semicolon"):
        again = parse_recipients(row[key]).recipients
        assert [(r.name, r.address) for r in again] == [(e["name"], e["address"]) for e in row["entries"]]


def test_a_tenant_without_rules_gets_advice_without_quotes(context: ToolContext) -> None:
    """Without the rules in ``facts.yml`` the boxes are still filled; nothing is quoted."""
    bare = ToolContext("es", context.facts.model_copy(update={"recipients": None}), context.site, context.texts)
    for slots in ({}, {"recipients": "a@a.com, b@b.com", "purpose": "marketing"}):
        result = RecipientsTool().run(slots, bare)
        assert result.facts == ()
        assert all(row["from_guide"] is False for row in result.data["boxes"])
