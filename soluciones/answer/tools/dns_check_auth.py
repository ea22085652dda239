"""The SPF and DMARC lights: what these two checks say, under the codes of ``dns-check``."""

from __future__ import annotations

from collections.abc import Iterable

from soluciones.answer.mailauth.dmarc_check import check_dmarc
from soluciones.answer.mailauth.problem import RecordProblem
from soluciones.answer.mailauth.spf_check import SpfCheck
from soluciones.answer.net.contract import Dns
from soluciones.answer.tools.dns_check_codes import DMARC, SPF
from soluciones.answer.tools.dns_check_light import Entry, Light

_START = "v=DMARC1; p=none"
"""The record to begin with: it asks for nothing and breaks nothing (RFC 9989)."""


def spf_light(name: str, spf: SpfCheck, wanted: str) -> Light:
    """The SPF light; ``wanted`` is the tenant's record, to be typed where there is none."""
    codes = _borrowed(SPF, spf.problems) or (RecordProblem("spf_ok", "ok", {"lookups": spf.lookups or 0}),)
    none = any(problem.code == "spf_no_record" for problem in codes)
    entries = (Entry("@", "TXT", wanted, from_guide=True),) if none else ()
    shown = spf.records or ((spf.record,) if spf.record else ())
    return Light("spf", name, "TXT", codes, shown, spf.ttl, entries)


def dmarc_light(name: str, dns: Dns) -> Light:
    """The DMARC light of a domain."""
    check = check_dmarc(name, dns)
    codes = _borrowed(DMARC, check.problems)
    none = any(problem.code == "dmarc_no_record" for problem in codes)
    entries = (Entry("_dmarc", "TXT", _START, from_guide=False),) if none else ()
    shown = check.records or ((check.record,) if check.record else ())
    return Light("dmarc", check.found_at or f"_dmarc.{name}", "TXT", codes, shown, check.ttl, entries)


def _borrowed(tool: str, problems: Iterable[RecordProblem]) -> tuple[RecordProblem, ...]:
    """Problems under the names that they have here.

    ``domain_unknown`` contradicts the MX question, which found the domain: the servers do not agree, nothing is known.
    """
    return tuple(
        RecordProblem(f"{tool}_lookup_failed", "unknown", {"name": problem.params["domain"]})
        if problem.code == "domain_unknown"
        else RecordProblem(f"{tool}_{problem.code}", problem.status, problem.params)
        for problem in problems
    )
