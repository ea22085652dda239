"""Every host name under one of the tenant's domains is a host of ``facts.yml``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from publicsuffixlist import PublicSuffixList

from soluciones.kb.checks.base import Linted, blocks, line_of
from soluciones.kb.facts import Facts
from soluciones.kb.types import Block

_NAME = re.compile(r"[A-Za-z0-9.@-]+")
_HREF = re.compile(r'(?:href|src)="https?://([^/"?#:]{1,255})')


def hosts(linted: Linted) -> None:
    """Look at the text and the link targets of the tenant guides; e-mail addresses are no host names."""
    if linted.facts is None:
        return
    known = fact_hosts(linted.facts)
    domains = tuple({_registrable(host) for host in known})
    for guide in linted.tenant_guides():
        for _, block in blocks(guide):
            for host in sorted(set(_names(block, domains)) - known):
                line = line_of(guide, block.span, host)
                hint = "Correct the name, or add it to `hosts:` with its purpose."
                linted.problems.error("unknown_host", guide.path, line, f"{host} is not in facts.yml", hint)


def fact_hosts(facts: Facts) -> set[str]:
    """All host names the facts know."""
    mail = facts.mail
    return {mail.incoming, mail.outgoing, mail.webmail, facts.spf.include, *(fact.host for fact in facts.hosts)}


def _names(block: Block, domains: tuple[str, ...]) -> Iterator[str]:
    for word in (*_NAME.findall(block.text), *_HREF.findall(block.html)):
        name = word.strip(".-").lower()
        if "@" not in name and any(name == domain or name.endswith(f".{domain}") for domain in domains):
            yield name


def _registrable(host: str) -> str:
    return _suffixes().privatesuffix(host) or host


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
