"""Slots: right on the cases, silent elsewhere, safe on anything, linear."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from soluciones.answer.slots import (
    MAX_CHARS,
    characters,
    clients,
    domains,
    extract,
    port_numbers,
    protocols,
    records,
    tokens,
)
from soluciones.answer.slots.addresses import find_email, find_local_part
from soluciones.kb.facts import Facts

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "utterances.yml").read_text("utf-8"))
ATTACKS = yaml.safe_load((Path(__file__).parent / "cases" / "attacks.yml").read_text("utf-8"))
NAMES = {
    *("email", "local_part", "character", "domain", "port", "proto", "direction", "problem"),
    *("client", "os", "protocol", "devices", "spf", "dmarc", "selector", "recipients", "count", "error_code"),
}
SHORT, LONG = 5_000, 50_000


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["q"] or "(empty)")
def test_a_question_yields_exactly_its_slots(case: dict[str, Any], facts: Facts) -> None:
    """Every slot of the case is found with its value, and no other slot is."""
    assert dict(extract(case["q"], case["lang"], facts)) == case["slots"]


def test_cases_cover_five_languages_and_every_slot() -> None:
    """The case file holds at least 80 questions, all five languages and each slot name."""
    assert len(CASES) >= 80
    assert {case["lang"] for case in CASES} == {"es", "en", "fr", "de", "it"}
    assert {name for case in CASES for name in case["slots"]} == NAMES


def test_lone_surrogates_do_not_survive(facts: Facts) -> None:
    """A lone surrogate in a question is replaced before it can reach a slot."""
    found = extract("¿es válida a\ud800na@ejemplo.com?", "es", facts)
    assert found["email"] == "a?na@ejemplo.com"


def test_what_lies_beyond_the_cap_is_not_read(facts: Facts) -> None:
    """Only the first ``MAX_CHARS`` characters are looked at."""
    assert "email" not in extract("x " * (MAX_CHARS // 2) + " ana@ejemplo.com", "es", facts)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a["name"])
def test_extraction_time_grows_with_length_only(attack: dict[str, str], facts: Facts, monkeypatch: Any) -> None:
    """Ten times the hostile text takes some ten times as long, not a hundred, in every extractor, without the cap."""
    monkeypatch.setattr(tokens, "MAX_CHARS", LONG)
    short, long = (_cost(_repeat(attack, size), facts) for size in (SHORT, LONG))
    # A floor of 20 ms keeps the scheduler's noise from being divided.
    assert long <= 40 * max(short, 0.02), f"{short:.4f} s → {long:.4f} s"


def _repeat(attack: dict[str, str], size: int) -> str:
    unit = attack["unit"]
    return (attack.get("head", "") + unit * (size // len(unit)) + attack.get("tail", ""))[: size + 40]


def _cost(text: str, facts: Facts) -> float:
    """Least time of three runs over every extractor."""
    costs = []
    for _ in range(3):
        start = time.perf_counter()
        question = tokens.prepare(text)
        email = find_email(question)
        find_local_part(question, facts)
        characters.find_characters(question)
        domains.find_domain(question, email)
        port_numbers.find_ports(question, facts)
        protocols.find_direction(question)
        protocols.find_problem(question)
        protocols.find_protocols(question)
        clients.find_client(question.folded, facts)
        clients.find_devices(question.folded, facts)
        records.find_spf(question)
        records.find_dmarc(question)
        records.find_selector(question)
        records.find_count(question)
        records.find_error_code(question, [])
        costs.append(time.perf_counter() - start)
    return min(costs)
