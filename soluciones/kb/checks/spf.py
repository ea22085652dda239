"""Every SPF record that a tenant guide shows is the record of ``facts.yml``."""

from __future__ import annotations

from collections.abc import Iterator

from soluciones.kb.checks.base import Linted, blocks, fold_space, line_of

VERSION = "v=spf1"
_MECHANISMS = ("all", "include:", "ip4:", "ip6:", "exists:", "redirect=", "exp=", "a:", "mx", "ptr", "a/", "a")
"""RFC 7208 §5 and §6."""


def spf(linted: Linted) -> None:
    """Standards guides may show examples; the others show the one record to publish."""
    if linted.facts is None:
        return
    right = fold_space(linted.facts.spf.record)
    for guide in linted.tenant_guides():
        for _, block in blocks(guide):
            for record in shown_records(block.text):
                if record != right:
                    line = line_of(guide, block.span, VERSION)
                    message = f"SPF record `{record[:120]}` differs from facts.yml"
                    linted.problems.error("wrong_spf_record", guide.path, line, message, f"Write `{right}`.")


def shown_records(text: str) -> Iterator[str]:
    """The records in a text, white space folded; "empieza por v=spf1" shows none."""
    words = text.split()
    for position, word in enumerate(words):
        if word.lower().strip("«»“”\"'(`") != VERSION:
            continue
        terms = []
        for term in words[position + 1 :]:
            bare = term.rstrip(".,;:)»”\"'`")
            if not bare.lower().lstrip("+-~?").startswith(_MECHANISMS[:-1]) and bare.lstrip("+-~?") != "a":
                break
            terms.append(bare)
            if bare != term:
                break
        if any(term.lower() != "a" for term in terms):
            yield " ".join((VERSION, *terms))
