"""Hand-offs reach the operator's webhook and mailbox: at least once, whatever breaks on the way."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from people_receivers import certificates, mail_server, socket_port, web_server
from pydantic import ValidationError
from web_fake import FakeService

from soluciones.answer.net import operator as operator_net
from soluciones.answer.net.contract import ConnectRefused
from soluciones.answer.net.operator import OperatorTarget, cut_off, within_own_network
from soluciones.settings import Settings
from soluciones.webapp.app import create_app
from soluciones.webapp.delivery import mail, webhook
from soluciones.webapp.delivery.courier import Courier, Pace, courier_of
from soluciones.webapp.delivery.failure import Undelivered, code_of
from soluciones.webapp.delivery.letter import Sender, as_json, as_text
from soluciones.webapp.delivery.mail import MailRoute
from soluciones.webapp.delivery.webhook import Webhook, signature
from soluciones.webapp.state.handoffs import Handoff
from soluciones.webapp.state.store import Receipt, Request, StateUnavailable, Store, Turn
from soluciones.webapp.state.turns import ToolSaid

TURN = Turn(1, 1.0, question="¿puerto para …@…?", status="answered", guide="g", anchor="a", title="Guía",
            section="Puertos", tools=(ToolSaid("ports", "ok", "Use el 993"),))  # fmt: skip
HANDOFF = Handoff("0" * 32, "0000-0000", 0.0, "ana@ejemplo.com", "Hola,\n.\nadiós ñ", "es", "no_answer", (TURN,))
SENDER = Sender("Centro de ayuda", "es", "https://ayuda.ejemplo.com", {"ports": "Puertos"})
QUICK = Pace(first=0.01, longest=0.02, lease=5.0, poll=0.05)


def outbox(folder: Path) -> list[tuple[str, str, int, str]]:
    """(channel, state, attempts, last failure) of every row."""
    with sqlite3.connect(folder / "state.db") as connection:
        return connection.execute("SELECT channel, state, attempts, last FROM outbox ORDER BY id").fetchall()


def wait_for(what: Callable[[], object], seconds: float = 20.0) -> None:
    """Waits until ``what`` holds."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def put(store: Store, *channels: str, message: str = "m") -> Receipt:
    """A hand-off in the outbox."""
    return store.add_handoff(Request("ana@ejemplo.com", message, reason="no_answer", turns=(TURN,)), channels)


def failure_of(act: Callable[[], object]) -> str:
    """The code of what ``act`` raises."""
    with pytest.raises(Exception) as caught:
        act()
    assert isinstance(caught.value, Exception)
    return code_of(caught.value)


# The operator's target


def test_only_the_very_host_and_port_are_dialled() -> None:
    """Another name, case, port or type is refused before anything is looked up."""
    target = OperatorTarget("localhost", 8025)
    for host in ("LOCALHOST", "localhost.", "127.0.0.1", "evil.example", ""):
        with pytest.raises(ConnectRefused, match="host_not_allowed"):
            target.dial(host, 8025, 1)
    with pytest.raises(ConnectRefused, match="port_not_allowed"):
        target.dial("localhost", 25, 1)


@pytest.mark.parametrize("address", ["169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255", "fe80::1", "::",
                                     "ff02::1", "168.63.129.16", "64:ff9b::a9fe:a9fe"])  # fmt: skip
def test_addresses_that_are_no_server_stay_forbidden(address: str) -> None:
    """Private and loopback are the operator's own; link-local, metadata, multicast and the rest are nobody's."""
    with pytest.raises(ConnectRefused, match="address_forbidden"):
        OperatorTarget(address, 80).dial(address, 80, 1)


def test_names_are_looked_up_within_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that hangs costs the timeout, not more; an unknown name is told as such."""
    never = threading.Event()
    monkeypatch.setattr(operator_net, "_look_up", lambda _host: never.wait(20) and ())
    with pytest.raises(ConnectRefused, match="name_unresolved"):
        OperatorTarget("slow.example", 80).dial("slow.example", 80, 0.05)
    never.set()
    monkeypatch.undo()
    with pytest.raises(ConnectRefused, match="name_unknown"):
        OperatorTarget("a..b", 80).dial("a..b", 80, 5)
    assert [within_own_network(a) for a in ("127.0.0.1", "10.1.1.1", "fd00::1", "8.8.8.8")] == [True, True, True, False]


def test_a_connection_is_cut_off_below_everything() -> None:
    """A reader that waits for ever meets the end of the connection."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as sock,
        cut_off(sock, 0.05),
    ):
        sock.settimeout(20)
        assert sock.recv(1) == b""


# The webhook


def test_the_webhook_gets_everything_signed() -> None:
    """JSON of hand-off and transcript, the id twice, and a signature over timestamp and body."""
    body = as_json(HANDOFF, SENDER)
    with web_server() as posts:
        Webhook(f"http://127.0.0.1:{posts.port}/hook?x=1", "s3creto", clock=lambda: 1_700_000_000.9).post(
            "i" * 32, body
        )
        ((path, headers, got),) = posts.got
    assert (path, got) == ("/hook?x=1", body)
    assert headers["Idempotency-Key"] == "i" * 32
    expected = hmac.new(b"s3creto", b"1700000000." + body, hashlib.sha256).hexdigest()
    assert headers["Soluciones-Signature"] == f"v1={expected}" == signature("s3creto", "1700000000", body)
    assert headers["Host"] == f"127.0.0.1:{posts.port}"
    data = json.loads(body)
    assert (data["id"], data["reference"], data["reason"]) == ("0" * 32, "0000-0000", "no_answer")
    assert data["turns"][0]["cited"]["url"] == "https://ayuda.ejemplo.com/es/guides/g#a"
    assert "created" in data
    assert "confidence" not in data["turns"][0]


@pytest.mark.parametrize(
    ("word", "code"),
    [("500", "http_500"), ("404", "http_404"), ("redirect", "redirect"), ("hang", "timeout"), ("drip", "timeout"),
     ("garbage", "bad_reply"), ("close", "disconnected")],
)  # fmt: skip
def test_a_webhook_that_does_not_take_it(word: str, code: str) -> None:
    """Each way of failing has its code; a redirect is not followed; nobody keeps us beyond the deadline."""
    with web_server(word) as posts:
        hook = Webhook(f"http://127.0.0.1:{posts.port}/", seconds=0.5 if code == "timeout" else 20)
        assert failure_of(lambda: hook.post("i", b"{}")) == code
        assert [path for path, _, _ in posts.got] == ["/"]


def test_an_endless_reply_is_not_read_to_its_end() -> None:
    """The status counts."""
    with web_server("endless") as posts:
        Webhook(f"http://127.0.0.1:{posts.port}/").post("i", b"{}")


def test_tls_is_verified() -> None:
    """A trusted certificate of that name passes; of another name or authority, or no TLS at all, does not."""
    server, client = certificates("localhost")
    with web_server(tls=server) as posts:
        Webhook(f"https://localhost:{posts.port}/h", context=lambda: client).post("i", b"{}")
        assert len(posts.got) == 1
        assert failure_of(lambda: Webhook(f"https://localhost:{posts.port}/").post("i", b"{}")) == "tls_certificate"
    other, trusted = certificates("other.example")
    with web_server(tls=other) as posts:
        hook = Webhook(f"https://localhost:{posts.port}/", context=lambda: trusted)
        assert failure_of(lambda: hook.post("i", b"{}")) == "tls_certificate"
        assert posts.got == []
    with web_server() as posts:
        assert failure_of(lambda: Webhook(f"https://127.0.0.1:{posts.port}/").post("i", b"{}")) in {
            "tls",
            "disconnected",
        }


def test_nothing_goes_out_in_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain HTTP and SMTP only within one's own network."""
    monkeypatch.setattr("soluciones.webapp.delivery.webhook.within_own_network", lambda _: False)
    monkeypatch.setattr("soluciones.webapp.delivery.mail.within_own_network", lambda _: False)
    with web_server() as posts, mail_server() as mails:
        assert failure_of(lambda: Webhook(f"http://127.0.0.1:{posts.port}/").post("i", b"{}")) == "plain_http_outside"
        route = MailRoute("a@ejemplo.com", "127.0.0.1", mails.port, "none")
        assert failure_of(lambda: route.send(route.message(HANDOFF, SENDER))) == "plain_smtp_outside"
        assert posts.got == [] == mails.got


# Mail


def test_the_mail_says_everything_and_can_be_answered(tmp_path: Path) -> None:
    """STARTTLS, login, Message-ID by the hand-off's id, Reply-To the visitor, the transcript as text."""
    (tmp_path / "password").write_text("correcto\n")
    server, client = certificates("localhost")
    with mail_server(tls=server, login=True) as mails:
        route = MailRoute("soporte@ejemplo.com", "localhost", mails.port, "starttls", "ana", tmp_path / "password",
                          "kb@ejemplo.org", context=lambda: client)  # fmt: skip
        route.send(route.message(HANDOFF, SENDER))
        assert mails.logins == [(b"ana", b"correcto")]
        ((sender, recipients, raw),) = mails.got
    assert (sender, recipients) == ("kb@ejemplo.org", ["soporte@ejemplo.com"])
    message = message_from_bytes(raw, policy=policy.default)
    assert message["Message-ID"] == f"<{'0' * 32}@ejemplo.org>"
    assert message["Reply-To"] == "ana@ejemplo.com"
    assert message["Subject"] == "[0000-0000] Petición de ayuda en Centro de ayuda"
    text = message.get_content().replace("\r\n", "\n")
    assert text == as_text(HANDOFF, SENDER)
    assert "Hola,\n.\nadiós ñ" in text
    assert "Guía › Puertos https://ayuda.ejemplo.com/es/guides/g#a" in text
    assert "Puertos (ok): Use el 993" in text
    assert "No se encontró respuesta" in text


def test_mail_that_is_not_taken(tmp_path: Path) -> None:
    """A refused recipient, a wrong password, no STARTTLS, a stranger's certificate, a dead port: each has its code."""
    server, client = certificates("localhost")
    (tmp_path / "password").write_text("falso")

    def code(port: int, **more: object) -> str:
        values = {"to": "x@ejemplo.com", "host": "localhost", "port": port, "context": lambda: client, **more}
        route = MailRoute(**values)  # type: ignore[arg-type]
        return failure_of(lambda: route.send(route.message(HANDOFF, SENDER)))

    with mail_server() as mails:
        mails.refuse = "550 no such user ana@ejemplo.com"
        assert code(mails.port, tls="none") == "smtp_recipient_550"
        assert code(mails.port) == "smtp_not_supported"
        assert code(mails.port, tls="tls") == "tls"
    with mail_server(tls=server, login=True) as mails:
        assert code(mails.port, user="ana", password_file=tmp_path / "password") == "smtp_login"
        assert code(mails.port, user="ana", password_file=tmp_path / "nada") == "password_file"
        assert code(mails.port, context=lambda: certificates("localhost")[1]) == "tls_certificate"
        assert mails.got == []
    with socket_port() as port:
        assert code(port) == "refused"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert code(silent.getsockname()[1], seconds=0.3) == "timeout"


@pytest.mark.parametrize("contact", ["a@b.es\r\nBcc: c@d.es", "ñandú@ejemplo.com", "+34 600 111 222", "x" * 254])
def test_no_contact_makes_a_header_of_its_own(contact: str) -> None:
    """Whatever was stored, the mail has one recipient and is whole."""
    handoff = Handoff("0" * 32, "r", 0.0, contact, "Bcc: c@d.es\r\n\r\nx", "es", "??", ())
    message = MailRoute("a@ejemplo.com", "h", 25).message(handoff, Sender("Sitio\r\nBcc: c@d.es"))
    parsed = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert parsed["Bcc"] is None
    assert parsed["To"] == "a@ejemplo.com"
    assert contact.splitlines()[0] in parsed.get_content()


# The outbox and its courier


def test_a_hand_off_is_delivered_by_every_channel(tmp_path: Path, service: FakeService, log_lines: io.StringIO) -> None:
    """A form sent to the app with both channels set up arrives at both, once, and no contact is logged."""
    with web_server("500") as posts, mail_server() as mails:
        settings = Settings(
            state=tmp_path, handoff_webhook=f"http://127.0.0.1:{posts.port}/clave-secreta", handoff_webhook_secret="s",
            handoff_email="soporte@ejemplo.com", smtp_host="127.0.0.1", smtp_port=mails.port, smtp_tls="none",
        )  # fmt: skip
        app = create_app(settings, service)
        courier = courier_of(app)
        assert courier is not None
        courier._pace = QUICK
        told = app.test_client().post("/api/v1/handoff", json={"contact": "canario@ejemplo.com"}).get_json()
        wait_for(lambda: [row[1] for row in outbox(tmp_path)] == ["delivered"] * 2)
        courier.stop()
        assert [json.loads(body)["id"] for _, _, body in posts.got] == [told["id"]] * 2
        assert {headers["Idempotency-Key"] for _, headers, _ in posts.got} == {told["id"]}
        assert posts.got[0][2] == posts.got[1][2]
        assert len(mails.got) == 1
    assert sorted(outbox(tmp_path)) == [("email", "delivered", 1, ""), ("webhook", "delivered", 2, "")]
    for secret in ("canario", "clave-secreta", "soporte@"):
        assert secret not in log_lines.getvalue()
    assert "handoff_undelivered" in log_lines.getvalue()


def test_without_channels_nothing_runs(tmp_path: Path, service: FakeService) -> None:
    """No setting, no thread, no row; the hand-off is kept."""
    app = create_app(Settings(state=tmp_path), service)
    assert courier_of(app) is None
    assert app.test_client().post("/api/v1/handoff", json={"contact": "a@b.es"}).status_code == 201
    assert outbox(tmp_path) == []


def test_a_full_disk_leaves_neither_hand_off_nor_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are written in one transaction."""
    kept = Store(tmp_path)
    kept.open()
    from soluciones.webapp.state import outbox as outbox_module

    def broken(*_args: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(outbox_module, "add", broken)
    with pytest.raises(StateUnavailable):
        put(kept, "webhook")
    with sqlite3.connect(tmp_path / "state.db") as connection:
        assert connection.execute("SELECT count(*) FROM handoff").fetchone() == (0,)


def test_it_is_tried_for_seven_days_and_then_kept_as_failed(tmp_path: Path) -> None:
    """Pauses grow to hours; never given up before the seventh day; the hand-off stays."""
    clock = [1_000_000.0]
    kept = Store(tmp_path, now=lambda: clock[0])
    put(kept, "webhook")
    tries: list[float] = []

    def send(_handoff: Handoff) -> None:
        tries.append(clock[0] - 1_000_000.0)
        raise Undelivered("http_500")

    courier = Courier(kept.database, {"webhook": send}, now=lambda: clock[0])
    while outbox(tmp_path)[0][1] == "waiting":
        assert courier.deliver_one()
        with sqlite3.connect(tmp_path / "state.db") as connection:
            (due,) = connection.execute("SELECT due FROM outbox").fetchone()
        clock[0] = max(clock[0], due - 0.001)
        assert not courier.deliver_one()
        clock[0] = due
    days = 24 * 3600.0
    assert outbox(tmp_path)[0][1:] == ("failed", len(tries), "http_500")
    assert 7 * days <= tries[-1] <= 7.3 * days
    assert 20 <= len(tries) <= 80
    pauses = [after - before for before, after in pairwise(tries)]
    assert pauses[0] <= 30
    assert max(pauses) <= 6 * 3600
    assert not courier.deliver_one()
    with sqlite3.connect(tmp_path / "state.db") as connection:
        assert connection.execute("SELECT contact FROM handoff").fetchone() == ("ana@ejemplo.com",)


def test_many_couriers_deliver_each_row_once(tmp_path: Path) -> None:
    """Six processes' worth of couriers share the rows; none is delivered twice while its lease holds."""
    kept = Store(tmp_path)
    wanted = {put(kept, "webhook", message=str(number)).id for number in range(30)}
    seen: list[str] = []
    couriers = [
        Courier(Store(tmp_path).database, {"webhook": lambda h: seen.append(h.id)}, pace=QUICK) for _ in range(6)
    ]
    threads = [threading.Thread(target=lambda c=c: [None for _ in iter(c.deliver_one, False)]) for c in couriers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == sorted(wanted)
    assert {row[1] for row in outbox(tmp_path)} == {"delivered"}


def test_a_lease_that_ran_out_is_taken_over(tmp_path: Path) -> None:
    """What a dead process held is begun again; the dead one's late word changes nothing."""
    clock = [1_000_000.0]
    kept = Store(tmp_path, now=lambda: clock[0])
    put(kept, "webhook")
    seen: list[str] = []
    second = Courier(kept.database, {"webhook": lambda h: seen.append(h.id)}, now=lambda: clock[0])

    def dies(_handoff: Handoff) -> None:
        assert not second.deliver_one()  # the lease holds
        clock[0] += Pace().lease + 1
        assert second.deliver_one()
        raise Undelivered("timeout")

    Courier(kept.database, {"webhook": dies}, now=lambda: clock[0]).deliver_one()
    assert len(seen) == 1
    assert outbox(tmp_path) == [("webhook", "delivered", 2, "")]


def test_a_sender_that_breaks_does_not_end_the_courier(tmp_path: Path, log_lines: io.StringIO) -> None:
    """An error that nobody thought of is logged without its words, and tried again."""
    kept = Store(tmp_path)
    put(kept, "webhook")
    tries: list[int] = []

    def send(handoff: Handoff) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError(handoff.contact)

    courier = Courier(kept.database, {"webhook": send}, pace=QUICK)
    courier.ensure()
    courier.ensure()
    wait_for(lambda: outbox(tmp_path)[0][1] == "delivered")
    courier.stop()
    assert len(tries) == 2
    assert "ana@" not in log_lines.getvalue()
    assert log_lines.getvalue().count("delivery_started") == 1
    assert "delivery_stopped" in log_lines.getvalue()
    courier.ensure()  # once stopped, it stays so
    assert log_lines.getvalue().count("delivery_started") == 1


def test_an_unreadable_database_is_waited_for(tmp_path: Path, log_lines: io.StringIO) -> None:
    """The thread goes on when the database comes back."""
    kept = Store(tmp_path)
    put(kept, "webhook")
    done = threading.Event()
    courier = Courier(kept.database, {"webhook": lambda _h: done.set()}, pace=QUICK)
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.execute("ALTER TABLE outbox RENAME TO away")
    courier.ensure()
    time.sleep(0.2)
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.execute("ALTER TABLE away RENAME TO outbox")
    assert done.wait(20)
    courier.stop()


CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from web_fake import FakeService
from soluciones.settings import Settings
from soluciones.webapp.app import create_app
settings = Settings(state=Path({state!r}), handoff_webhook={url!r})
app = create_app(settings, FakeService())
client = app.test_client()
print(client.post("/api/v1/handoff", json={{"contact": "a@b.es"}}).get_json()["id"], flush=True)
import time
time.sleep(60)
"""


def test_kill_9_between_storing_and_delivering_loses_nothing(tmp_path: Path, service: FakeService) -> None:
    """The process dies while the receiver hangs; a new one delivers the same id."""
    with web_server("hang") as posts:
        url = f"http://127.0.0.1:{posts.port}/"
        code = CHILD.format(tests=str(Path(__file__).parent), state=str(tmp_path), url=url)
        command = [sys.executable, "-c", code]
        first = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert first.stdout is not None
        try:
            told = first.stdout.readline().strip()
            assert posts.arrived.wait(30)
        finally:
            os.kill(first.pid, signal.SIGKILL)
            first.wait()
        assert outbox(tmp_path) == [("webhook", "waiting", 1, "")]
        with sqlite3.connect(tmp_path / "state.db") as connection:  # two minutes later
            connection.execute("UPDATE outbox SET lease = 0")
        app = create_app(Settings(state=tmp_path, handoff_webhook=url), service)
        app.test_client().get("/livez")
        wait_for(lambda: outbox(tmp_path)[0][1] == "delivered", 30)
        courier = courier_of(app)
        assert courier is not None
        courier.stop()
        assert [headers["Idempotency-Key"] for _, headers, _ in posts.got] == [told, told]


# Settings


@pytest.mark.parametrize(
    "values",
    [
        {"handoff_webhook": "ftp://x.example/"},
        {"handoff_webhook": "x.example/hook"},
        {"handoff_webhook": "https:///hook"},
        {"handoff_webhook": "https://ana:clave@x.example/"},
        {"handoff_email": "a@ejemplo.com"},
        {"handoff_email": "Ana <a@ejemplo.com>", "smtp_host": "h"},
        {"handoff_email": "a@ejemplo.com\r\nBcc: b@ejemplo.com", "smtp_host": "h"},
        {"handoff_email": "a@ejemplo.com", "smtp_host": "h", "smtp_user": "u"},
        {"handoff_email": "a@ejemplo.com", "smtp_host": "h", "smtp_tls": "ssl"},
        {"smtp_port": 0},
        {"handoffs_per_hour": -1},
    ],
    ids=str,
)
def test_settings_that_cannot_work_are_refused(values: dict[str, object]) -> None:
    """At the start, not at the first hand-off."""
    with pytest.raises(ValidationError):
        Settings(**values)  # type: ignore[arg-type]


def test_secrets_are_not_shown() -> None:
    """The settings' own text holds neither the webhook's address nor its secret."""
    shown = repr(Settings(handoff_webhook="https://x.example/T0K3N", handoff_webhook_secret="s3creto"))
    assert "T0K3N" not in shown
    assert "s3creto" not in shown


def test_the_pace_is_spread() -> None:
    """Pauses double, are never longer than the longest, and differ between processes."""
    pace = Pace()
    for attempts in range(1, 60):
        whole = min(pace.longest, pace.first * 2 ** min(attempts - 1, 40))
        assert whole / 2 <= pace.pause(attempts) <= whole
    assert len({pace.pause(5) for _ in range(10)}) > 1
    assert pace.lease > max(mail.SECONDS, webhook.SECONDS)


def test_the_signature_check_in_the_docs_works() -> None:
    """The example for receivers, run as it stands there: ours passes; a changed body, secret or old one does not."""
    text = (Path(__file__).parents[2] / "docs" / "hand-off.md").read_text("utf-8")
    found: dict[str, Any] = {}
    exec(text.split("```python\n")[1].split("```")[0], found)
    now = str(int(time.time()))
    headers = {"Soluciones-Timestamp": now, "Soluciones-Signature": signature("s", now, b"{}")}
    assert found["genuine"]("s", headers, b"{}")
    assert not found["genuine"]("s", headers, b"{ }")
    assert not found["genuine"]("x", headers, b"{}")
    old = {"Soluciones-Timestamp": "1000", "Soluciones-Signature": signature("s", "1000", b"{}")}
    assert not found["genuine"]("s", old, b"{}")


def test_the_docs_name_every_setting() -> None:
    """Settings of hand-off and mail, all of them and no others."""
    text = (Path(__file__).parents[2] / "docs" / "hand-off.md").read_text("utf-8")
    table = text.split("## Settings")[1].split("## Delivery")[0]
    named = {name.lower() for name in re.findall(r"`((?:HANDOFF|SMTP)[A-Z_]+)`", table)}
    assert named == {name for name in Settings.model_fields if name.startswith(("handoff", "smtp"))}
