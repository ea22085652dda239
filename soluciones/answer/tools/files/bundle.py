"""Which files for which program, and their making."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from soluciones.answer.tools.address_domain import registrable_domain
from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.files import autodiscover, mobileconfig, plain, srv, thunderbird
from soluciones.answer.tools.files.settings import Account
from soluciones.answer.types import Download
from soluciones.kb.facts import ClientApp

GENERIC_CLIENT = "other"
"""Id of "any other program"."""

_KINDS: Mapping[str, tuple[str, ...]] = {
    "apple_mail_ios": ("mobileconfig", "text", "qr"),
    "apple_mail_mac": ("mobileconfig", "text"),
    "thunderbird": ("thunderbird", "text", "srv"),
    "outlook_2019": ("autodiscover", "text"),
    "outlook_new": ("text",),
    "outlook_mac": ("text",),
    "windows_mail": ("text",),
    "em_client": ("text", "qr", "srv"),
    "outlook_mobile": ("text", "qr"),
    "gmail_app": ("text", "qr"),
    "android_mail": ("text", "qr"),
}
"""Only what the program can use. The new Outlook and Windows Mail read no file."""
_OTHERS = ("text", "qr", "srv")
_ADMIN = frozenset({"thunderbird", "autodiscover", "srv"})
"""Files that somebody with access to the domain's web server or zone puts in place."""


@dataclass(frozen=True, slots=True)
class FileSet:
    """The files for one program."""

    downloads: tuple[Download, ...]
    kinds: tuple[str, ...]
    """Kind of each download: ``mobileconfig``, ``thunderbird``, ``autodiscover``, ``srv``, ``text``, ``qr``."""
    entries: tuple[Mapping[str, Any], ...]
    """Plain data for the card: name, kind, how it is used, whether it is for administrators."""
    for_admins: tuple[str, ...] = ()
    """Names of the files for administrators."""
    qr_svg: str = ""
    srv: tuple[str, ...] = ()


def files_for(
    client: ClientApp | None, account: Account, fields: Sequence[tuple[str, str]], context: ToolContext
) -> FileSet:
    """Makes the files of a program.

    Args:
        client: the program; None when it is not known.
        account: what the files say.
        fields: label and value of each setting, for the text.
        context: language, texts.
    """
    kinds = _KINDS.get(client.id, _OTHERS) if client else ("text", "qr")
    made = {kind: _make(kind, account, fields, context) for kind in kinds if _possible(kind, account)}
    entries = tuple(_entry(kind, download, context) for kind, download in made.items())
    qr = made.get("qr")
    return FileSet(
        downloads=tuple(made.values()),
        kinds=tuple(made),
        entries=entries,
        for_admins=tuple(download.name for kind, download in made.items() if kind in _ADMIN),
        qr_svg=qr.content.decode() if qr else "",
        srv=srv.lines(account) if "srv" in made else (),
    )


def _possible(kind: str, account: Account) -> bool:
    """``autodiscover.xml`` answers for one mailbox: without a login name it is of no use."""
    return kind != "autodiscover" or not account.generic


def _entry(kind: str, download: Download, context: ToolContext) -> Mapping[str, Any]:
    how = context.say(f"client_setup.how.{kind}")
    return {"name": download.name, "kind": kind, "how": how, "admin": kind in _ADMIN, "from_guide": False}


def _make(kind: str, account: Account, fields: Sequence[tuple[str, str]], context: ToolContext) -> Download:
    label = context.say(f"client_setup.file.{kind}")
    name, mime, content = next(_write(kind, account, fields, context))
    return Download(name, mime, content, label)


def _write(
    kind: str, account: Account, fields: Sequence[tuple[str, str]], context: ToolContext
) -> Iterator[tuple[str, str, bytes]]:
    title = _title(account, context)
    if kind == "mobileconfig":
        content = mobileconfig.write(account, title, context.say("client_setup.profile.description"))
        signed = context.sign(content) if context.sign else content
        yield mobileconfig.file_name(account), mobileconfig.MIME, signed
    elif kind == "thunderbird":
        # Without an address it is the provider's own file, which any hosted domain can serve.
        provider = account.domain or registrable_domain(account.incoming_host)
        yield thunderbird.FILE_NAME, thunderbird.MIME, thunderbird.write(account, provider, title)
    elif kind == "autodiscover":
        yield autodiscover.FILE_NAME, autodiscover.MIME, autodiscover.write(account)
    elif kind == "srv":
        comments = (context.say("client_setup.srv.what"), context.say("client_setup.srv.optional"))
        yield srv.file_name(account), srv.MIME, srv.write(account, comments)
    else:
        text = plain.text(title, fields)
        if kind == "qr":
            yield plain.qr_name(account.domain), plain.SVG_MIME, plain.qr_svg(text)
        yield plain.file_name(account.domain), plain.TEXT_MIME, plain.write(text)


def _title(account: Account, context: ToolContext) -> str:
    if account.domain:
        return context.say("client_setup.profile.title_domain", domain=account.domain)
    return context.say("client_setup.profile.title", organisation=account.organisation)
