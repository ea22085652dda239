"""The record to publish in place of what there is, counted again before it is offered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from soluciones.answer.mailauth.senders import Sender
from soluciones.answer.mailauth.spf_check import SpfCheck, check_spf, pasted
from soluciones.answer.mailauth.spf_merge import Change, Merged, difference, merge
from soluciones.answer.mailauth.spf_parse import parse_spf
from soluciones.answer.net.contract import Dns
from soluciones.kb.facts import Facts

_LEFT_ALONE = frozenset(
    {
        *("unresolved", "network_off", "lookup_failed", "domain_unknown"),
        *("soft_all", "neutral_all", "macro", "ptr"),
        *("too_many_lookups", "too_many_voids", "voids", "mx_many", "long_record", "address_private", "everyone"),
        *("include_no_record", "include_several", "include_broken", "include_loop", "modifier_unknown"),
    }
)
"""Problems that merging cannot repair: only the owner knows which sender can go."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to publish."""

    merged: Merged
    recount: SpfCheck
    changes: tuple[Change, ...]
    """Against the first of the current records."""
    needed: bool
    """False when the current record can stay as it is."""


def propose(
    checks: Sequence[SpfCheck], domain: str, dns: Dns | None, facts: Facts, senders: Sequence[Sender] = ()
) -> Proposal:
    """Makes one record of all that were checked.

    Args:
        checks: of the published and of the pasted records, in this order.
        domain: where it will stand; "" when unknown.
        dns: for the recount; None counts the record's own terms only.
        facts: the tenant's include.
        senders: more services to include.
    """
    current = [text for check in checks for text in (*check.records, *check.near)]
    sources = list(dict.fromkeys(text for check in checks for text in check.meant))
    wanted = [sender.host for sender in senders if sender.host]
    merged = merge(sources, facts.spf.include, wanted)
    needed = len(current) != 1 or _lacks(current[0], wanted) or _to_repair(checks)
    if not needed:
        merged = Merged(current[0])
    recount = check_spf(domain, pasted((merged.record,), domain), dns, facts)
    return Proposal(merged, recount, difference((current or [""])[0], merged.record), needed)


def _lacks(text: str, wanted: Iterable[str]) -> bool:
    record = parse_spf(text)
    there = {term.value.lower().removesuffix(".") for term in record.terms if term.mechanism == "include"}
    return any(host.lower() not in there for host in wanted)


def _to_repair(checks: Iterable[SpfCheck]) -> bool:
    return any(p.code not in _LEFT_ALONE and p.status in ("bad", "warn") for check in checks for p in check.problems)
