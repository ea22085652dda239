"""The header and bounce analyser against its corpus: verdicts, findings, what it never does."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.headers.catalogue import CATALOGUE, QUOTES
from soluciones.answer.tools.headers.judgement import VERDICTS
from soluciones.answer.tools.headers.status_codes import KINDS
from soluciones.answer.tools.message_headers import MessageHeadersTool
from soluciones.answer.types import ToolResult
from soluciones.kb.types import LANGUAGES

CORPUS = Path(__file__).parent / "cases" / "message_headers"
GUIDES = Path(__file__).parents[3] / "content" / "guides" / "es"
ROWS = yaml.safe_load((CORPUS / "expectations.yml").read_text("utf-8"))
TOOL = MessageHeadersTool()
OWN = "ana@ejemplo.com"
NEEDS_DNS = {"dkim_verified", "dkim_broken"}
"""Reached in ``test_message_headers_dkim``: a signature can only be judged with its key."""


def given(row: dict[str, Any]) -> dict[str, Any]:
    """The slots of a row."""
    raw = (CORPUS / row["file"]).read_bytes()
    if "encode" in row:
        raw = raw.decode("utf-8").encode(row["encode"])
    return {"message": raw, "own_address": row.get("own", OWN)}


def name(row: dict[str, Any]) -> str:
    """Id of a row."""
    return "-".join(str(row[key]) for key in ("file", "own", "encode") if key in row)


def dumped(result: ToolResult) -> str:
    """Everything of a result as JSON text, files included."""
    return json.dumps(
        [
            result.status,
            result.headline,
            dict(result.data),
            [(item.code, item.text) for item in result.findings],
            [(item.name, item.content.decode("utf-8")) for item in result.downloads],
            result.form,
            list(result.next),
            dict(result.slots),
        ]
    )


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_the_corpus_is_judged_as_written(row: dict[str, Any], context: ToolContext) -> None:
    """Verdict, reason, status, finding codes, hops and deliveries of each message are those of the expectations."""
    result = TOOL.run(given(row), context)
    data = result.data
    assert (data["verdict"], data["reason"], result.status) == (row["verdict"], row["reason"], row["status"])
    assert sorted({item.code for item in result.findings}) == row["codes"]
    assert len(data["hops"]) == row["hops"]
    assert [hop["trusted"] for hop in data["hops"]] == [n < row["trusted"] for n in range(row["hops"])]
    said = [[item["status"] or item["basic"], item["reason"]] for item in data["deliveries"]]
    assert said == row.get("deliveries", [])
    assert data["dialect"] == row.get("dialect")


def test_the_corpus_is_complete() -> None:
    """Every file is expected, at least forty of them, every verdict and every kind of failure among them."""
    files = {path.name for path in CORPUS.iterdir() if path.suffix in (".eml", ".txt")}
    assert files == {row["file"] for row in ROWS}
    assert len(files) >= 40
    assert {row["verdict"] for row in ROWS} == set(VERDICTS)
    assert {kind for row in ROWS for _, kind in row.get("deliveries", [])} - {""} == set(KINDS)


def test_every_finding_code_is_reachable(context: ToolContext) -> None:
    """Each code of the catalogue comes out of the corpus, of a refusal, or needs DNS."""
    seen = {code for row in ROWS for code in row["codes"]}
    seen |= {item.code for item in TOOL.run({"message": 7}, context).findings}
    assert seen | NEEDS_DNS == set(CATALOGUE)


def test_every_place_of_a_finding_exists() -> None:
    """Each finding leads to a heading of a guide."""
    for code, place in CATALOGUE.items():
        if place is not None:
            source = (GUIDES / f"{place[0]}.md").read_text("utf-8")
            assert re.search(rf"^#+ .*\{{#{re.escape(place[1])}\}}$", source, re.MULTILINE), (code, place)


def test_every_quote_stands_in_the_facts(context: ToolContext) -> None:
    """Each verdict quotes sentences that ``facts.yml`` holds."""
    for names in QUOTES.values():
        assert all(context.facts.procedure(item) for item in names)
    for row in ROWS:
        for fact in TOOL.run(given(row), context).facts:
            assert (GUIDES / f"{fact.guide}.md").is_file()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_result_is_told_in_every_language(lang: str, context: ToolContext) -> None:
    """Headline, findings, labels and download have texts in each language, without unfilled places."""
    for row in ROWS:
        result = TOOL.run(given(row), replace(context, lang=lang))
        labels = [value for key, value in result.data.items() if key.endswith("_label")]
        labels += [row["text"] for row in result.data["evidence"]]
        texts = [
            result.headline,
            *(item.text for item in result.findings),
            *(f.label for f in result.downloads),
            *labels,
        ]
        assert all(text and not re.search(r"\{[a-z_]+\}", text) for text in texts), row["file"]
        assert len(result.headline) < 300


def test_the_same_text_pasted_is_judged_alike(context: ToolContext) -> None:
    """A file and the same content pasted as text give the same verdict."""
    for row in ROWS:
        slots = given(row)
        text = slots["message"].decode(row.get("encode", "utf-8"))
        assert TOOL.run({**slots, "message": text}, context).data["verdict"] == row["verdict"], row["file"]


def test_it_is_deterministic_and_plain_json(context: ToolContext) -> None:
    """Twice the same input gives twice the same result, which is JSON without control or direction characters."""
    for row in ROWS:
        first, second = (dumped(TOOL.run(given(row), context)) for _ in range(2))
        assert first == second
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", json.loads(f"[{first}]")[0][1])
        assert "\\u0000" not in first


def test_without_a_message_it_asks_for_one(context: ToolContext) -> None:
    """No message: a question in the visitor's language and a form with the upload; an address stays known."""
    result = TOOL.run({"own_address": f"<{OWN}>"}, context)
    assert (result.status, result.asks) == ("need_input", "message")
    assert result.slots == {"own_address": OWN}
    assert result.form is not None
    assert result.form["properties"]["message"]["x-upload"] == [".eml", ".txt"]


@pytest.mark.parametrize(
    "slots",
    [
        {"message": 7},
        {"message": ["Received: x"]},
        {"message": {"a": 1}},
        {"message": {"base64": "%%%"}},
        {"message": "\ud800"},
        {"message": b"x" * (5 * 1024 * 1024 + 1)},
        {"message": "x", "own_address": "no es una dirección"},
        {"message": "x", "own_address": 7},
        {"message": "x", "own_address": "a" * 400},
        {"own_address": "\x00@b.c"},
    ],
    ids=lambda v: str(v)[:40],
)
def test_wrong_input_is_refused(slots: dict[str, Any], context: ToolContext) -> None:
    """Wrong types, oversized files and texts that are none are refused with a message and the form."""
    result = TOOL.run(slots, context)
    assert result.status == "refused"
    assert [item.code for item in result.findings] == ["bad_input"]
    assert result.form is not None


def test_an_upload_from_json_is_read(context: ToolContext) -> None:
    """``{"base64": …}`` is the same as the bytes."""
    import base64

    row = ROWS[0]
    raw = given(row)["message"]
    slots = {"message": {"base64": base64.b64encode(raw).decode()}, "own_address": OWN}
    assert TOOL.run(slots, context).data["verdict"] == row["verdict"]


def test_nothing_of_the_message_is_kept(context: ToolContext) -> None:
    """The slots to run again hold no message; file names hold no personal data; the report masks addresses."""
    for row in ROWS:
        result = TOOL.run(given(row), context)
        assert "message" not in result.slots
        for file in result.downloads:
            assert file.name == "informe-cabeceras.txt"
            assert OWN.encode() not in file.content
            assert b"cliente@example.org" not in file.content


def test_missing_evidence_never_ends_in_a_verdict(context: ToolContext) -> None:
    """Whatever is taken away from the headers, a login is only seen where the line stands, and ``cannot_tell`` says
    what is missing and how to get it.
    """
    text = (CORPUS / "own_submission.eml").read_text("utf-8")
    head = text.split("From: ", maxsplit=1)
    result = TOOL.run({"message": "From: " + head[1], "own_address": OWN}, context)
    assert (result.data["verdict"], result.data["reason"]) == ("cannot_tell", "no_received")
    assert any(item.fix and item.fix.anchor == "obtener" for item in result.findings)
    for row in ROWS:
        if row["verdict"] == "cannot_tell":
            found = TOOL.run(given(row), context)
            assert found.status == "unknown"
            assert found.form is not None
            assert not any(item.status == "bad" for item in found.findings if not item.code.startswith("bounce_"))


def test_lines_below_the_boundary_change_no_verdict(context: ToolContext) -> None:
    """Invented lines that name the visitor's provider, put below the boundary, do not turn a forgery into a login."""
    text = (CORPUS / "forged_dmarc_fail.eml").read_text("utf-8").replace("\r\n", "\n")
    lie = (
        "Authentication-Results: mx1.infomaniak.ch; spf=pass smtp.mailfrom=ejemplo.com; dkim=pass header.d=ejemplo.com;"
        " dmarc=pass header.from=ejemplo.com; auth=pass smtp.auth=ana@ejemplo.com\n"
        "Received: from x (x [10.0.0.1]) (Authenticated sender: ana@ejemplo.com) by mx1.infomaniak.ch with ESMTPSA;"
        " Mon, 23 Nov 2026 10:15:01 +0100\n"
    )
    for mark in ("Received: from mail.infomaniak.com", "From: Ana"):
        changed = text.replace(mark, lie * 3 + mark)
        data = TOOL.run({"message": changed, "own_address": OWN}, context).data
        assert (data["verdict"], data["reason"]) == ("forged_elsewhere", "dmarc_fail")


def test_the_real_and_the_shown_address_are_both_told(context: ToolContext) -> None:
    """``From: ana@ejemplo.com <bob@evil.example>`` is bob, shown as ana: the card has both, bob as the address."""
    data = TOOL.run(given({"file": "spoof_unquoted.txt"}), context).data
    sender = data["identities"][0]
    assert (sender["address"], sender["claimed"]) == ("bob@evil.example", OWN)


def test_the_next_tools_get_the_domain(context: ToolContext) -> None:
    """An unauthenticated bounce leads to SPF and DMARC with the sender's domain; a login leads to the devices."""
    steps = TOOL.run(given({"file": "bounce_postfix_5726.eml"}), context).next
    assert [(step["tool"], step["slots"]) for step in steps] == [
        ("spf", {"domain": "ejemplo.com"}),
        ("dmarc", {"domain": "ejemplo.com"}),
    ]
    steps = TOOL.run(given({"file": "own_submission.eml"}), context).next
    assert [(step["tool"], step["slots"]) for step in steps] == [("password-devices", {})]


def test_a_tenant_with_other_servers_trusts_those(context: ToolContext) -> None:
    """Whose lines count follows the facts: another tenant's own server is as good as this one's."""
    mail = context.facts.mail.model_copy(
        update={"incoming": "mx.anbieter.example", "outgoing": "mx.anbieter.example", "webmail": "mx.anbieter.example"}
    )
    other = replace(context, facts=context.facts.model_copy(update={"mail": mail, "procedures": ()}))
    text = (CORPUS / "own_seen_at_google.eml").read_text("utf-8").replace("infomaniak.ch", "anbieter.example")
    result = TOOL.run({"message": text, "own_address": OWN}, other)
    assert (result.data["verdict"], result.data["reason"]) == ("sent_by_your_account", "authenticated_submission")
    assert result.facts == ()


ATTACKS = [
    "(", "<", '"', "\\", "@", "a@", "=?a?q?", ";", "a=b ", "\n ", "A: b\n", "From: a\n", "Received: x\n", "550 ",
    "5.1.1 ", "<a@b.c>,", " ", "\t", "--b\n", "Final-Recipient: rfc822; a@b\n", "from by with id for ", "(x)", ">",
    "\r", "\x00",    "Authentication-Results: m; spf=pass\n", "boundary=", "é", "https://",
]  # fmt: skip
HEAD = (
    "Received: from a.example (a.example [203.0.113.9]) by mx1.infomaniak.ch with ESMTPS id 1; "
    "Mon, 23 Nov 2026 10:15:02 +0100\nFrom: Ana <ana@ejemplo.com>\nTo: ana@ejemplo.com\n"
)
PLACES = {
    "bare": "",
    "received": "Received: ",
    "results": HEAD + "Authentication-Results: ",
    "from": HEAD + "From: ",
    "signature": HEAD + "DKIM-Signature: ",
    "report": HEAD + "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n",
    "text": "This is the mail system at host x.\n\n",
}


@pytest.mark.parametrize("place", PLACES)
def test_hostile_text_costs_linear_time(place: str, context: ToolContext) -> None:
    """50,000 characters of an attack string anywhere end in a result, each within a second on a busy machine."""
    for attack in ATTACKS:
        message = PLACES[place] + (attack * (50_000 // len(attack) + 1))[:50_000]
        start = time.process_time()
        result = TOOL.run({"message": message, "own_address": OWN}, context)
        assert time.process_time() - start < 1.0, attack
        assert result.headline
        dumped(result).encode("utf-8")


@pytest.mark.parametrize(
    "unit", [HEAD, "--b\n", "\r\n", "A: b\n", "550 5.1.1 a@b.c\n", "> ", "x" * 76 + "\n"], ids=ascii
)
def test_five_megabytes_are_read_within_seconds(unit: str, context: ToolContext) -> None:
    """The largest upload is read in a few seconds, whatever it repeats."""
    raw = (unit * (5 * 1024 * 1024 // len(unit))).encode()
    start = time.process_time()
    assert TOOL.run({"message": raw, "own_address": OWN}, context).headline
    assert time.process_time() - start < 5.0


def test_deep_nesting_ends(context: ToolContext) -> None:
    """A thousand messages, or parts, one in the other do not exhaust the stack."""
    shell = "From: a@b.example\nTo: a@c.example\nContent-Type: message/rfc822\n\n"
    assert TOOL.run({"message": shell * 1_000, "own_address": OWN}, context).headline
    parts = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(1_000))
    assert TOOL.run({"message": "From: a@b.example\nTo: a@c.example\n" + parts}, context).headline
