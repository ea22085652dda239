"""The files that mail programs fetch by themselves, for the site to serve at their well-known addresses."""

from __future__ import annotations

from soluciones.answer.tools.address_clean import clean_address
from soluciones.answer.tools.address_domain import check_domain, registrable_domain
from soluciones.answer.tools.address_rules import check_local
from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.files import autodiscover, mobileconfig, thunderbird
from soluciones.answer.tools.files.account import make_account
from soluciones.answer.types import Download

KINDS = ("thunderbird", "autodiscover", "mobileconfig")
MAX_ADDRESS_CHARS = 320
"""64 + @ + 255 (RFC 5321 §4.5.3.1)."""


def mail_config(kind: str, address: str, host: str, context: ToolContext) -> Download | None:
    """One file, or None when the site does not serve it for that domain or the address cannot be one.

    Args:
        kind: one of ``KINDS``.
        address: the address that the program asks for; may be empty for ``thunderbird`` and ``mobileconfig``.
        host: the name under which it was asked, e.g. ``autoconfig.ejemplo.com``: the domain when there is no address.
        context: language, facts, site and texts.
    """
    rules = context.site.autoconfig
    if not rules.serve or kind not in KINDS or len(address) > MAX_ADDRESS_CHARS:
        return None
    email, domain = _who(address, host, context)
    if email is None or (rules.domains and domain not in rules.domains):
        return None
    account = make_account(context.facts, context.site.organisation, email=email, domain=domain)
    if account is None or (kind == "autodiscover" and not email):
        return None
    organisation = account.organisation
    title = (
        context.say("client_setup.profile.title_domain", domain=domain)
        if domain
        else context.say("client_setup.profile.title", organisation=organisation)
    )
    if kind == "thunderbird":
        provider = domain or registrable_domain(account.incoming_host)
        return Download(thunderbird.FILE_NAME, thunderbird.MIME, thunderbird.write(account, provider, title))
    if kind == "autodiscover":
        return Download(autodiscover.FILE_NAME, autodiscover.MIME, autodiscover.write(account))
    content = mobileconfig.write(account, title, context.say("client_setup.profile.description"))
    signed = context.sign(content) if context.sign else content
    return Download(mobileconfig.file_name(account), mobileconfig.MIME, signed)


def _who(address: str, host: str, context: ToolContext) -> tuple[str | None, str]:
    """(address with A-label domain, domain): ("", …) without an address, (None, "") for one that cannot be."""
    text = clean_address(address)
    if not text or text.startswith("%"):  # Thunderbird's %EMAILADDRESS% left as it is
        name = host.partition(":")[0].casefold()
        for prefix in ("autoconfig.", "autodiscover.", "www."):
            name = name.removeprefix(prefix)
        known = check_domain(name)
        return "", known.ascii if known.valid and known.suffix else ""
    local, at, domain_text = text.rpartition("@")
    domain = check_domain(domain_text) if at else None
    if domain is None or not domain.valid or not check_local(local, context.facts.addresses).valid:
        return None, ""
    return f"{local}@{domain.ascii}", domain.ascii
