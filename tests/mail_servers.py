"""Real Dovecot and Postfix on loopback, for tests that need a mail server as people have one.

Dovecot serves IMAP and POP3 (in clear with STARTTLS, and with TLS from the first byte) and checks passwords for
Postfix. Postfix takes mail on three ports as on 25, 587 and 465, delivers the test domain to Dovecot's Maildir, and
relays everything else to a small server that refuses the way Gmail does, so that a real bounce comes back.

Postfix starts as root only; elsewhere, and where a program is missing, ``Unavailable`` says why (skip the test).
"""

from __future__ import annotations

import ctypes
import grp
import imaplib
import os
import pwd
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from string import Template
from typing import Any

import trustme
from aiosmtpd.controller import Controller

USER = "ana@ejemplo.com"
PASSWORD = "correcto-caballo-9"
NAMES = ("mail.infomaniak.com", "localhost", "127.0.0.1")
"""What the servers' certificate is good for."""
REFUSING = "gmail.example"
"""Mail to this domain comes back: ``nadie@`` with 5.1.1, everybody else with 5.7.26."""
GMAIL_5726 = (
    "550-5.7.26 Your email has been blocked because the sender is unauthenticated.\r\n"
    "550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.\r\n"
    "550-5.7.26\r\n"
    "550-5.7.26  Authentication results:\r\n"
    "550-5.7.26  DKIM = did not pass\r\n"
    "550-5.7.26  SPF [ejemplo.com] with ip: [127.0.0.1] = did not pass\r\n"
    "550 5.7.26 https://support.google.com/mail/answer/81126#authentication"
)
GMAIL_511 = (
    "550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n"
    "550-5.1.1 double-checking the recipient's email address for typos or\r\n"
    "550 5.1.1 unnecessary spaces."
)
START_SECONDS = 20.0
"""Patience for the daemons on a busy machine; they need well under a second on an idle one."""
BOUNCE_SECONDS = 30.0
_CONFIGS = Path(__file__).parent / "mail_configs"
_PORTS = ("imap", "imaps", "pop3", "pop3s", "smtp", "submission", "smtps")
_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
_DOVECOT = "/usr/sbin/dovecot"
_POSTFIX_MASTER = "/usr/lib/postfix/sbin/master"


class Unavailable(RuntimeError):
    """The servers cannot be started here; the message says why."""


class _Refuser:
    """Refuses like Gmail: unknown users at RCPT, everybody's unauthenticated mail at the end of DATA."""

    def __init__(self) -> None:
        self.accepted: list[tuple[str, bytes]] = []

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: Any, session: Any, envelope: Any, address: str, options: Sequence[str]
    ) -> str:
        if address == f"nadie@{REFUSING}":
            return GMAIL_511
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if any(address.endswith(f"@{REFUSING}") for address in envelope.rcpt_tos):
            return GMAIL_5726
        self.accepted.extend((address, envelope.content) for address in envelope.rcpt_tos)
        return "250 2.0.0 OK"


@dataclass(frozen=True)
class MailServers:
    """Running servers on 127.0.0.1."""

    imap: int
    """STARTTLS, as 143."""
    imaps: int
    """TLS from the first byte, as 993."""
    pop3: int
    pop3s: int
    smtp: int
    """STARTTLS and no AUTH, as 25."""
    submission: int
    """STARTTLS and then AUTH, as 587."""
    smtps: int
    folder: Path
    ca_pem: Path
    """File with the authority that signed their certificate."""
    accepted: list[tuple[str, bytes]] = field(repr=False)
    """(recipient, message) of mail to other domains that was not refused."""
    user: str = USER
    password: str = PASSWORD
    host: str = "localhost"

    @property
    def ports(self) -> dict[int, int]:
        """Port of the real service → port here."""
        return {
            143: self.imap,
            993: self.imaps,
            110: self.pop3,
            995: self.pop3s,
            25: self.smtp,
            587: self.submission,
            465: self.smtps,
        }

    def trust(self) -> ssl.SSLContext:
        """A verifying context that knows the test authority."""
        return ssl.create_default_context(cafile=str(self.ca_pem))

    def logs(self) -> str:
        """What the daemons wrote, for a failing test."""
        return "\n".join(path.read_text("utf-8", "replace") for path in sorted(self.folder.glob("*.log")))

    def submit(self, recipient: str, subject: str = "Presupuesto", body: str = "Adjunto el presupuesto.\n") -> str:
        """Sends a mail by the ``smtps`` port with the right password; gives its Message-ID."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.user, recipient, subject
        message["Message-ID"] = f"<{uuid.uuid4().hex}@ejemplo.com>"
        message.set_content(body)
        with smtplib.SMTP_SSL(self.host, self.smtps, context=self.trust(), timeout=20) as client:
            client.login(self.user, self.password)
            client.send_message(message)
        return str(message["Message-ID"])

    def wait_for(self, text: str, seconds: float = BOUNCE_SECONDS) -> bytes:
        """The newest message in INBOX that contains ``text``, byte for byte; it is removed from there."""
        deadline = time.monotonic() + seconds
        with imaplib.IMAP4_SSL(self.host, self.imaps, ssl_context=self.trust(), timeout=20) as client:
            client.login(self.user, self.password)
            while time.monotonic() < deadline:
                client.select("INBOX")
                for number in reversed(client.search(None, "ALL")[1][0].split()):
                    raw = client.fetch(number.decode(), "(BODY.PEEK[])")[1][0][1]  # type: ignore[index]
                    if isinstance(raw, bytes) and text.encode() in raw:
                        client.store(number.decode(), "+FLAGS", "\\Deleted")
                        client.expunge()
                        return raw
                time.sleep(0.1)
        raise AssertionError(f"no message with {text!r} within {seconds} s\n{self.logs()}")

    def bounce(self, recipient: str = f"cliente@{REFUSING}") -> bytes:
        """Submits a mail that is refused and gives Postfix's report of it (RFC 3464) as it lies in the mailbox."""
        return self.wait_for(self.submit(recipient))


@contextmanager
def mail_servers() -> Iterator[MailServers]:
    """Starts the servers in a folder of their own, and ends them by their process ids.

    Raises:
        Unavailable: not root, or Dovecot or Postfix is not installed.
    """
    _require()
    # Not below pytest's folders: those are closed to the daemons' users. Short: socket paths hold 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="mail-", dir="/tmp"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.enter_context(_adopting())
        folder.chmod(0o755)
        ca_pem = _certificates(folder)
        sink = _Refuser()
        relay, *ports = _free_ports(8)
        controller = Controller(sink, hostname="127.0.0.1", port=relay)
        controller.start()
        stack.callback(controller.stop)
        numbers = dict(zip(_PORTS, ports, strict=True))
        servers = MailServers(**numbers, folder=folder, ca_pem=ca_pem, accepted=sink.accepted)
        _write_dovecot(servers)
        _write_postfix(servers, relay)
        for command in (
            [_DOVECOT, "-F", "-c", str(folder / "dovecot.conf")],
            [_POSTFIX_MASTER, "-c", str(folder / "postfix"), "-d"],
        ):
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True, cwd="/",
            )  # fmt: skip
            stack.callback(_end, process)
        for port in ports:
            _await_greeting(port, servers)
        yield servers


def _require() -> None:
    if os.geteuid() != 0:
        raise Unavailable("Postfix starts as root only")
    for program in (_DOVECOT, _POSTFIX_MASTER):
        if not Path(program).exists():
            raise Unavailable(f"{program} is not installed")
    for name in ("postfix", "dovecot", "dovenull", "mail"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            raise Unavailable(f"there is no user {name}") from None


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on just now, all different."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for sock in sockets:
            sock.bind(("127.0.0.1", 0))
        return [int(sock.getsockname()[1]) for sock in sockets]


def _certificates(folder: Path) -> Path:
    authority = trustme.CA()
    leaf = authority.issue_cert(*NAMES)
    leaf.private_key_pem.write_to_path(str(folder / "key.pem"))
    (folder / "chain.pem").write_bytes(b"".join(part.bytes() for part in leaf.cert_chain_pems))
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    (folder / "key.pem").chmod(0o600)
    return folder / "ca.pem"


def _configuration(servers: MailServers, name: str, **more: object) -> str:
    """A file of ``tests/mail_configs`` with the ports, folders and owner of this run filled in."""
    mail = pwd.getpwnam("mail")
    known = {key: getattr(servers, key) for key in _PORTS} | {"folder": servers.folder, "user": USER}
    template = Template((_CONFIGS / name).read_text("utf-8"))
    return template.substitute(known, uid=mail.pw_uid, gid=mail.pw_gid, **more)


def _write_dovecot(servers: MailServers) -> None:
    folder = servers.folder
    mail = pwd.getpwnam("mail")
    (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n", "utf-8")
    (folder / "users").chmod(0o644)
    (folder / "boxes").mkdir()
    os.chown(folder / "boxes", mail.pw_uid, mail.pw_gid)
    (folder / "dovecot.conf").write_text(_configuration(servers, "dovecot.conf"), "utf-8")


def _write_postfix(servers: MailServers, relay: int) -> None:
    folder = servers.folder
    _queue(folder)
    (folder / "postfix").mkdir()
    (folder / "postfix" / "main.cf").write_text(_configuration(servers, "main.cf", relay=relay), "utf-8")
    (folder / "postfix" / "master.cf").write_text(_configuration(servers, "master.cf"), "utf-8")


def _queue(folder: Path) -> None:
    """The folders that ``postfix check`` would make, without its look at the whole machine."""
    postfix, postdrop = pwd.getpwnam("postfix"), grp.getgrnam("postdrop")
    for name in ("queue", "queue/pid"):
        (folder / name).mkdir(mode=0o755)
    names = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved",
             "trace")  # fmt: skip
    for name in (*(f"queue/{name}" for name in names), "data"):
        (folder / name).mkdir(mode=0o700)
        os.chown(folder / name, postfix.pw_uid, postfix.pw_gid)
    for name, mode in (("public", 0o2710), ("maildrop", 0o1730)):
        path = folder / "queue" / name
        path.mkdir()
        os.chown(path, postfix.pw_uid, postdrop.gr_gid)
        path.chmod(mode)


def _await_greeting(port: int, servers: MailServers) -> None:
    """Waits until a port accepts connections (clear-text ones also greet then)."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"nobody listens on {port} after {START_SECONDS} s\n{servers.logs()}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a daemon and the children in its session."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)
    # Children outlive their master for a moment; they stand in the group that was made for it.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-process.pid, 0)


@contextmanager
def _adopting() -> Iterator[None]:
    """The daemons' orphans become this process's children, so that it can take their ends (Linux only)."""
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
