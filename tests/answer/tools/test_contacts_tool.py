"""The duplicate finder as visitors meet it: its cases, its catalogue, its files, its choices."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from large_cases import expand

from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.contacts.reader import read_cards
from soluciones.answer.tools.contacts_dedupe import ContactsDedupeTool
from soluciones.answer.types import ToolResult
from soluciones.kb.types import LANGUAGES

HERE = Path(__file__).parent
CASES = yaml.safe_load((HERE / "cases" / "contacts-dedupe.yml").read_text("utf-8"))
SMALL = [case for case in CASES if "repeat" not in str(case["slots"])]
TOOL = ContactsDedupeTool()


def card(*lines: str, version: str = "3.0") -> str:
    """A card of these lines."""
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


ANA = card("FN:Ana López", "EMAIL:ana@ejemplo.com", "TEL:+41223456789", "UID:ana-1")
ANA2 = card("FN:Ana López García", "EMAIL:ANA@ejemplo.com", "NOTE:Del gimnasio", "UID:ana-2")
LUIS = card("FN:Luis Pérez", "EMAIL:luis@ejemplo.com")


def use(context: ToolContext, **slots: Any) -> ToolResult:
    """Runs the tool."""
    return TOOL.run(slots, context)


def file(result: ToolResult, name: str) -> bytes:
    """One file of a result."""
    return next(download.content for download in result.downloads if download.name == name)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["slots"])[:60])
def test_the_tool_says_what_its_case_says(case: dict[str, Any], context: ToolContext) -> None:
    """Status, finding codes, groups and files are those of the case."""
    result = use(context, **expand(case["slots"]))
    assert result.status == case["status"], result.headline
    assert set(case["codes"]) <= {item.code for item in result.findings}
    if "groups" in case:
        assert [[group["kind"], group["size"]] for group in result.data["groups"]] == case["groups"]
    if "files" in case:
        assert [download.name for download in result.downloads] == case["files"]


def test_every_finding_is_reachable_and_leads_to_a_section(context: ToolContext) -> None:
    """The cases produce every code of the catalogue; every place is a heading of a guide."""
    seen = {item.code for case in CASES for item in use(context, **expand(case["slots"])).findings}
    assert seen == set(TOOL.findings)
    for place in filter(None, TOOL.findings.values()):
        guide = (HERE.parents[2] / "content" / "guides" / "es" / f"{place[0]}.md").read_text("utf-8")
        assert re.search(rf"^#+ .*\{{#{place[1]}\}}$", guide, re.MULTILINE), place


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_is_told_in_every_language(lang: str, context: ToolContext) -> None:
    """Each case has a headline, findings, labels and rows in each language, without unfilled places."""
    spoken = ToolContext(lang, context.facts, context.site, context.texts)
    for case in SMALL:
        result = use(spoken, **case["slots"])
        texts = [result.headline, *(f.text for f in result.findings), *(d.label for d in result.downloads)]
        texts += [row["label"] for group in result.data.get("groups", ()) for row in group["rows"]]
        texts += [problem["text"] for problem in result.data.get("problems", ())]
        assert all(text and not re.search(r"\{[a-z_]+\}", text) for text in texts), case
        assert result.status not in ("need_input", "refused") or result.form is not None


def test_it_asks_for_the_file(context: ToolContext) -> None:
    """Without a file it asks for one: one slot, with the file types it takes."""
    result = use(context)
    assert (result.status, result.asks) == ("need_input", "vcard")
    assert result.form is not None
    assert result.form["properties"]["vcard"]["x-upload"] == [".vcf", ".vcard"]


def test_facts_are_sentences_of_the_guide(context: ToolContext) -> None:
    """What is said of merging is quoted, and the comparison says that it is not from the guide."""
    result = use(context, vcard=ANA + ANA2)
    assert [fact.guide for fact in result.facts] == ["contactos-duplicados"] * 2
    assert result.data["from_guide"] is False


def test_cards_stand_side_by_side_with_the_same_marked(context: ToolContext) -> None:
    """One row per thing said; equal values are marked, what merging adds to the reference is marked."""
    group = use(context, vcard=ANA + ANA2).data["groups"][0]
    rows = {row["field"]: row for row in group["rows"]}
    assert group["reference"] == 1
    assert rows["email"]["same"] is True
    assert rows["email"]["values"] == ["ana@ejemplo.com", "ANA@ejemplo.com"]
    assert rows["name"]["same"] is False
    assert rows["name"]["values"] == ["Ana López", "Ana López García"]
    assert (rows["note"]["values"], rows["note"]["added"]) == (["", "Del gimnasio"], True)
    assert (rows["phone"]["matches"], rows["phone"]["added"]) == ([False, False], False)
    assert group["pairs"][0]["reasons"] == ["same_email"]


def test_the_reference_leads_and_others_add(context: ToolContext) -> None:
    """The merged card has the reference's name and UID; other values are kept under another name."""
    text = file(use(context, vcard=ANA + ANA2), "contactos-fusionados.vcf").decode("utf-8")
    assert text.count("BEGIN:VCARD") == 1
    merged = read_cards(text).cards[0]
    assert (merged.first("FN"), merged.first("UID")) == ("Ana López", "ana-1")
    assert (merged.first("X-OTHER-FN"), merged.first("X-OTHER-UID")) == ("Ana López García", "ana-2")
    assert (merged.first("NOTE"), merged.first("TEL")) == ("Del gimnasio", "+41223456789")


def test_another_reference_can_be_chosen(context: ToolContext) -> None:
    """``g1:2`` keeps card 2 as the reference."""
    result = use(context, vcard=ANA + ANA2, merge=["g1:2"])
    assert result.data["groups"][0]["reference"] == 2
    merged = read_cards(file(result, "contactos-fusionados.vcf")).cards[0]
    assert merged.first("FN") == "Ana López García"
    assert result.slots["merge"] == ["g1:2"]


def test_only_ticked_groups_are_merged(context: ToolContext) -> None:
    """An empty list merges nothing; a possible group is merged only when it is ticked."""
    source = ANA + ANA2 + card("FN:Luis Pérez", "TEL:+34611223344") + LUIS
    kinds = [group["kind"] for group in use(context, vcard=source).data["groups"]]
    assert kinds == ["certain", "possible"]
    assert [group["ticked"] for group in use(context, vcard=source).data["groups"]] == [True, False]
    assert file(use(context, vcard=source, merge=[]), "contactos-fusionados.vcf").decode("utf-8") == source
    both = use(context, vcard=source, merge=["g1", "g2"])
    assert both.data["result_cards"] == 2
    only = file(use(context, vcard=source, merge=["g2"]), "contactos-fusionados.vcf").decode("utf-8")
    assert only.startswith(ANA + ANA2)


def test_overlapping_groups_become_one_card(context: ToolContext) -> None:
    """A possible group that holds the first card of a certain one is merged with it when both are ticked."""
    third = card("FN:Ana López", "URL:https://ana.example")
    result = use(context, vcard=ANA + ANA2.replace(" García", "") + third, merge=["g1", "g2"])
    assert result.data["result_cards"] == 1
    assert read_cards(file(result, "contactos-fusionados.vcf")).cards[0].first("URL") == "https://ana.example"


def test_unmerged_and_damaged_cards_are_written_as_they_came(context: ToolContext) -> None:
    """Cards outside the merge keep every byte; a damaged one follows at the end."""
    odd = 'begin:vcard\nVersion:3.0\nfn: Eva  \nX-Cosa;A="b;c":1\\,2\n item\nend:vcard\n'
    bad = "BEGIN:VCARD\r\nFN:Roto\r\nsin sentido\r\nEND:VCARD\r\n"
    content = file(use(context, vcard=bad + ANA + odd + LUIS + ANA2), "contactos-fusionados.vcf").decode("utf-8")
    assert odd + LUIS in content
    assert content.endswith(bad)


def test_a_distribution_list_keeps_its_members(context: ToolContext) -> None:
    """A list is merged with nobody, and a member that went into another card is named by that card's UID."""
    group = card("KIND:group", "FN:Equipo", "MEMBER:urn:uuid:ana-2", "MEMBER:urn:uuid:luis", version="4.0")
    text = file(use(context, vcard=ANA + ANA2 + group + group), "contactos-fusionados.vcf").decode("utf-8")
    assert text.count("MEMBER:urn:uuid:ana-1") == 2
    assert "ana-2" not in text.replace("X-OTHER-UID:ana-2", "")
    assert "MEMBER:urn:uuid:luis" in text


def test_the_report_lists_groups_and_problems(context: ToolContext) -> None:
    """``duplicados.csv``: a row per card of a group with its reason and line, and a row per problem."""
    source = ANA + ANA2 + "suelto\r\n" + card("FN:x", "roto")
    content = file(use(context, vcard=source), "duplicados.csv")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert [row[0] for row in rows] == ["Grupo", "g1", "g1", "", ""]
    assert [row[4] for row in rows[1:]] == ["1", "8", "15", "19"]
    assert rows[1][9] == "'+41223456789"  # no formula for a spreadsheet
    assert rows[1][2] == "mismo correo"


def test_the_country_comes_from_the_file_then_from_the_language(context: ToolContext) -> None:
    """Numbers without prefix are read with the country of those that have one, or of the language; a slot decides."""
    swiss = card("FN:Ana López", "TEL:022 345 67 89") + card("FN:Ana López", "TEL:+41 22 345 67 89")
    result = use(context, vcard=swiss)
    assert (result.data["region"], result.data["region_from"], result.data["certain"]) == ("CH", "file", 1)
    plain = card("FN:Ana López", "TEL:611 22 33 44")
    assert (use(context, vcard=plain).data["region"], use(context, vcard=plain, region="FR").data["region"]) == (
        "ES",
        "FR",
    )


def test_many_groups_are_shown_in_part_and_merged_in_full(context: ToolContext) -> None:
    """100 groups are shown; the ticked ones beyond are named, so that a form can send them again."""
    people = "".join(card(f"FN:Persona {n}", f"EMAIL:p{n}@ejemplo.com") * 2 for n in range(130))
    result = use(context, vcard=people)
    assert (len(result.data["groups"]), result.data["groups_more"]) == (100, 30)
    assert result.data["ticked_more"] == [f"g{n}" for n in range(101, 131)]
    assert result.data["result_cards"] == 130
    assert len(json.dumps(result.data)) < 200_000


def test_nothing_hostile_reaches_the_card(context: ToolContext) -> None:
    """Direction marks and control characters are not shown; long values are cut; the result is plain JSON."""
    name = "FN:Ana\u202egnp.exe" + "x" * 5_000
    result = use(context, vcard=card(name, "EMAIL:a@ejemplo.com", "NOTE:\x01\x07") * 2)
    shown = json.dumps(asdict(result)["data"], ensure_ascii=False)
    assert "\u202e" not in shown
    assert "\x07" not in shown
    assert max(len(cell) for group in result.data["groups"] for row in group["rows"] for cell in row["values"]) <= 160
