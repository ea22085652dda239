"""The account that set-up files describe, from the tenant's facts."""

from __future__ import annotations

from soluciones.answer.tools.files.settings import Account, clean_name
from soluciones.answer.tools.port_choice import best
from soluciones.kb.facts import Facts


def make_account(
    facts: Facts,
    organisation: str,
    *,
    protocol: str = "imap",
    email: str = "",
    domain: str = "",
    display_name: str = "",
) -> Account | None:
    """Settings with the best port of each protocol; None when the tenant has no port to receive or none to send.

    Args:
        facts: servers and ports.
        organisation: who runs the mail service.
        protocol: ``imap`` or ``pop3``, the one to receive with.
        email: checked address with an A-label domain; "" for a file without personal data.
        domain: A-label of the address's domain; may be given without an address.
        display_name: checked by ``clean_name``.
    """
    incoming = best(facts, protocol) or best(facts, "imap") or best(facts, "pop3")
    outgoing = best(facts, "smtp")
    if incoming is None or outgoing is None:
        return None
    others = (best(facts, other) for other in ("imap", "pop3") if other != incoming.protocol)
    return Account(
        incoming_host=facts.mail.incoming,
        outgoing_host=facts.mail.outgoing,
        incoming=incoming,
        outgoing=outgoing,
        alternatives=tuple(port for port in others if port is not None),
        email=email,
        domain=domain,
        display_name=display_name,
        organisation=clean_name(organisation),
    )
