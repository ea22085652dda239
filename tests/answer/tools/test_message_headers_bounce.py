"""Real bounces: Postfix refuses by the word of a server that answers like Gmail, and its report is read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.message_headers import MessageHeadersTool
from tests.mail_servers import REFUSING, USER, MailServers, Unavailable, mail_servers

TOOL = MessageHeadersTool()


@pytest.fixture(scope="module")
def servers() -> Iterator[MailServers]:
    """Dovecot and Postfix on loopback; skipped where they cannot run."""
    try:
        with mail_servers() as running:
            yield running
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize(
    ("recipient", "status", "kind", "finding"),
    [
        (f"cliente@{REFUSING}", "5.7.26", "unauthenticated", "bounce_unauthenticated"),
        (f"nadie@{REFUSING}", "5.1.1", "address_unknown", "bounce_address_unknown"),
    ],
)
def test_a_real_postfix_report_is_read(
    recipient: str, status: str, kind: str, finding: str, servers: MailServers, context: ToolContext
) -> None:
    """The report of a mail submitted with a password: the visitor's own bounce, its code, recipient and reason."""
    raw = servers.bounce(recipient)
    for message in (raw, raw.decode("utf-8")):
        result = TOOL.run({"message": message, "own_address": USER}, context)
        assert result.data["verdict"] == "bounce_of_your_mail", result.data
        assert result.data["dialect"] == "postfix"
        (delivery,) = result.data["deliveries"]
        assert (delivery["recipient"], delivery["status"], delivery["reason"]) == (recipient, status, kind)
        assert (delivery["action"], delivery["permanence"]) == ("failed", "permanent")
        assert finding in {item.code for item in result.findings}
        assert result.status == "bad"


def test_the_text_of_a_real_report_alone_is_read(servers: MailServers, context: ToolContext) -> None:
    """Pasted without its own headers, the same report still gives the code."""
    text = servers.bounce(f"nadie@{REFUSING}").decode("utf-8").replace("\r\n", "\n")
    result = TOOL.run({"message": text.partition("\n\n")[2], "own_address": USER}, context)
    assert [row["status"] for row in result.data["deliveries"]] == ["5.1.1"]
