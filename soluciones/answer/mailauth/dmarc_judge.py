"""What can be said of a DMARC record from its text alone (RFC 9989 §4.7, §4.8)."""

from __future__ import annotations

from collections.abc import Iterator

from rapidfuzz.distance import OSA

from soluciones.answer.mailauth.dmarc_parse import (
    KNOWN,
    POLICIES,
    REMOVED,
    DmarcRecord,
    Tag,
    clean,
    parse_dmarc,
    parse_uris,
)
from soluciones.answer.mailauth.problem import RecordProblem, in_order, shown
from soluciones.answer.types import ToolStatus

MAX_RECEIVERS = 2
"""Addresses that every reporter served under RFC 7489 §6.2; from the third on, some send nothing."""


def judge(text: str) -> tuple[RecordProblem, ...]:
    """What can be said of a record without asking anything, gravest first."""
    record = parse_dmarc(clean(text))
    problems: list[RecordProblem] = []
    if record.text != " ".join(text.split()):
        problems.append(RecordProblem("typo_characters", "bad", {"now": shown(record.text, 120)}))
    if not record.version:
        problems.append(RecordProblem("version_invalid", "bad", {"was": shown(text.partition(";")[0])}))
    for tag in record.tags:
        problems.extend(_tag(tag, record))
    problems.extend(_policy(record))
    problems.extend(_reports(record))
    problems.extend(_alignment(record))
    return in_order(problems)


def _tag(tag: Tag, record: DmarcRecord) -> Iterator[RecordProblem]:
    term = shown(tag.text)
    if tag.problem == "syntax":
        yield RecordProblem("syntax", "bad", {"tag": term})
    elif tag.problem == "twice":
        yield RecordProblem("tag_twice", "warn", {"tag": tag.name})
    elif tag.problem == "removed":
        code = "pct" if tag.name == "pct" else "removed_tag"
        yield RecordProblem(code, "warn", {"tag": term})
    elif tag.problem == "unknown":
        meant = _near(tag.name, tuple(name for name in KNOWN if len(name) > 2)) or {"policy": "p"}.get(tag.name, "")
        if meant:
            yield RecordProblem("tag_misspelt", "bad", {"tag": shown(tag.name), "meant": meant})
        else:
            yield RecordProblem("unknown_tag", "warn", {"tag": term})
    elif tag.problem == "value_invalid" and tag.name in ("p", "sp", "np"):
        meant = _near(tag.value.lower(), POLICIES, 4)
        if meant:
            yield RecordProblem("policy_misspelt", "bad", {"tag": term, "meant": f"{tag.name}={meant}"})
        else:
            yield RecordProblem("policy_invalid", "bad", {"tag": term})
    elif tag.problem == "value_invalid" and tag.name not in ("v", "rua", "ruf"):
        yield RecordProblem("value_invalid", "warn", {"tag": term})
    if tag.name == "v" and tag.index and record.version:
        yield RecordProblem("tag_twice", "warn", {"tag": "v"})


def _near(word: str, words: tuple[str, ...], slips: int = 1) -> str:
    found = min(words, key=lambda other: OSA.distance(word[:40], other))
    limit = min(slips, max(1, len(found) // 3))
    return found if word != found and OSA.distance(word[:40], found) <= limit and word not in REMOVED else ""


def _policy(record: DmarcRecord) -> Iterator[RecordProblem]:
    policy, written = record.policy, record.get("p")
    if not any(tag.name == "p" for tag in record.tags):
        yield RecordProblem("policy_missing", "bad" if not policy else "warn")
    if policy == "none" and written == "none":
        yield RecordProblem("policy_none", "warn")
    if policy == "reject" and record.testing:
        yield RecordProblem("reject_testing", "warn")
    elif record.testing:
        yield RecordProblem("testing", "ok" if policy == "none" else "warn")
    elif policy in ("quarantine", "reject"):
        yield RecordProblem(f"policy_{policy}", "ok")
    for name in ("sp", "np"):
        below = record.get(name)
        if below and policy and POLICIES.index(below) < POLICIES.index(policy):
            yield RecordProblem("subdomains_weaker", "warn", {"tag": f"{name}={below}", "policy": policy})
    if record.get("psd") in ("y", "n"):
        yield RecordProblem("psd", "warn", {"tag": f"psd={record.get('psd')}"})


def _reports(record: DmarcRecord) -> Iterator[RecordProblem]:
    for name in ("rua", "ruf"):
        tag = next((tag for tag in record.tags if tag.name == name), None)
        if tag is None:
            continue
        for uri in parse_uris(tag.value):
            if uri.problem:
                status: ToolStatus = "warn" if uri.problem in ("size_suffix", "scheme_other") else "bad"
                yield RecordProblem(f"uri_{uri.problem}", status, {"tag": name, "uri": shown(uri.text)})
    if not any(tag.name == "rua" for tag in record.tags):
        yield RecordProblem("rua_missing", "warn")
    elif len(record.uris("rua")) > MAX_RECEIVERS:
        yield RecordProblem("rua_many", "warn", {"count": len(record.uris("rua")), "limit": MAX_RECEIVERS})
    if record.get("ruf"):
        yield RecordProblem("ruf", "ok")
    elif record.get("fo"):
        yield RecordProblem("fo_without_ruf", "ok")


def _alignment(record: DmarcRecord) -> Iterator[RecordProblem]:
    strict = [f"{name}=s" for name in ("adkim", "aspf") if record.get(name) == "s"]
    if strict:
        yield RecordProblem("strict", "ok", {"tags": ", ".join(strict)})
