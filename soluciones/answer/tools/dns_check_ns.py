"""The NS light: who runs the zone, and so where its records are changed."""

from __future__ import annotations

from collections.abc import Collection

from soluciones.answer.mailauth.problem import RecordProblem
from soluciones.answer.net.contract import DnsReply
from soluciones.answer.tools.dns_check_light import Light, by_gravity


def ns_light(name: str, reply: DnsReply, suffixes: Collection[str], organisation: str) -> Light:
    """Judges the name servers.

    Args:
        name: the domain, the registered one.
        reply: its NS records.
        suffixes: endings of the tenant's own name servers; nothing is said about whose they are when empty.
        organisation: the tenant's name.
    """
    servers = tuple(record.lower().removesuffix(".") for record in reply.records)
    if reply.status != "ok" or not servers:
        return Light("ns", name, "NS", (RecordProblem("ns_unknown", "unknown", {"domain": name}),))
    params = {"servers": ", ".join(servers), "organisation": organisation}
    ours = [server for server in servers if any(_below(server, suffix) for suffix in suffixes)]
    if not suffixes:
        problems = [RecordProblem("ns_found", "ok", params)]
    elif len(ours) == len(servers):
        problems = [RecordProblem("ns_ours", "ok", params)]
    elif ours:
        problems = [RecordProblem("ns_mixed", "warn", params)]
    else:
        problems = [RecordProblem("ns_elsewhere", "ok", params)]
    if len(servers) == 1:
        problems.append(RecordProblem("ns_single", "warn", params))
    return Light("ns", name, "NS", by_gravity(problems), servers, reply.ttl)


def _below(server: str, suffix: str) -> bool:
    wanted = suffix.lower().strip(".")
    return server == wanted or server.endswith(f".{wanted}")
