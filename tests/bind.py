"""A real BIND on a loopback port, with a zone of mail domains: good ones, and each in trouble of its own.

    with Bind() as bind:
        dns = dns_for(bind.port)

``named`` runs as an ordinary process in a temporary folder and is ended by its process id.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType

import dns.exception
import dns.message
import dns.query

from tests.dns_server import closed_port

NAMED = shutil.which("named") or "/usr/sbin/named"
PRESENT = Path(NAMED).is_file()
_START_SECONDS = 15.0
_KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA55Jd8Bho4+uIdNxqINBfCi4ECNvOysyhZ3rezszvCvEI/eI8i+ShbNLp"
    "OTmFCPnavp7BUyW8345APQdkH4W33E2oAZhLzWwmc2rihT1kMICHHW9HdIYaDcGEbVhsZWtuokxbHmM4roxg4yFvkTMEDQEXfyBb"
    "4P7CB/vVpiEsJyT1QOY+YovqsG5flE2sI0W5ISe55VWvf32EwJ/GY/wxg4vXfuHEAwnZCTs3MwGfgt/CdSd3+BfQSd6dPLoNH8/j"
    "lTe/OpoXgFo4+W6ZrCYcpNB9k5J+4tr6p6A3sCCCVN6C65v62xFbU871LQ28FHMc17OAi5/fG6DdcmYVSDOrNQIDAQAB"
)
_FILLER = "x" * 240

_ELEVEN = range(1, 12)
_INCLUDES = '" "'.join(f"include:l{number}.test " for number in _ELEVEN)

TEST = f"""
$TTL 300
@ IN SOA ns1.dns.test. hostmaster.dns.test. 1 3600 600 86400 60
@ NS ns1.dns.test.
ns1.dns NS ns1.dns.test.
ns1.dns A 192.0.2.53
mx.dns A 192.0.2.25
mx2.dns AAAA 2001:db8::25

spf.infomaniak TXT "v=spf1 ip4:192.0.2.0/24 -all"

; SPF in every state
wix-only MX 10 mx.dns.test.
wix-only TXT "v=spf1 include:spf.wix.test ~all"
spf.wix TXT "v=spf1 ip4:198.51.100.0/24 -all"
two-spf MX 10 mx.dns.test.
two-spf TXT "v=spf1 include:spf.infomaniak.test -all"
two-spf TXT "v=spf1 include:spf.wix.test ~all"
eleven MX 10 mx.dns.test.
eleven TXT "v=spf1 " "{_INCLUDES}" "-all"
{chr(10).join(f'l{number} TXT "v=spf1 ip4:192.0.2.{number} -all"' for number in _ELEVEN)}
void MX 10 mx.dns.test.
void TXT "v=spf1 a:gone1.test a:gone2.test a:gone3.test -all"
plus-all MX 10 mx.dns.test.
plus-all TXT "v=spf1 include:spf.infomaniak.test +all"
split MX 10 mx.dns.test.
split TXT "v=spf1 include:spf.info" "maniak.test -all"
loop MX 10 mx.dns.test.
loop TXT "v=spf1 include:loop2.test -all"
loop2 TXT "v=spf1 include:loop.test -all"

; MX in every state
no-mx A 192.0.2.80
no-mx TXT "v=spf1 -all"
nothing TXT "nothing else"
null-mx MX 0 .
cname-mx MX 10 alias.test.
alias CNAME mx.dns.test.
ip-mx MX 10 192.0.2.25.
gone-mx MX 10 gone.test.

; names
xn--mller-kva MX 10 mx.dns.test.
*.wild TXT "any"
*.wild MX 10 mx.dns.test.
chain CNAME chain2.test.
chain2 CNAME good.test.
broken-chain CNAME gone.test.
big TXT {" ".join(f'"{_FILLER}"' for _ in range(9))}
"""

GOOD = f"""
$TTL 300
@ IN SOA ns1.dns.test. hostmaster.dns.test. 1 3600 600 86400 60
@ NS ns1.dns.test.
@ NS ns2.dns.test.
@ MX 10 mx.dns.test.
@ MX 20 mx2.dns.test.
@ TXT "v=spf1 include:spf.infomaniak.test -all"
@ TXT "some-verification=1"
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@good.test"
s1._domainkey TXT "v=DKIM1; k=rsa; p={_KEY[:200]}" "{_KEY[200:]}"
revoked._domainkey TXT "v=DKIM1; p="
_imaps._tcp SRV 0 1 993 mx.dns.test.
_imap._tcp SRV 0 0 0 .
_submissions._tcp SRV 0 0 0 .
a.deep A 192.0.2.1
"""
"""A domain with everything as it should be. A zone of its own: NS records inside another zone would delegate it."""

ZONES = {"test": TEST, "good.test": GOOD}

_CONFIG = """
options {{
  directory "{folder}";
  listen-on port {port} {{ 127.0.0.1; }};
  listen-on-v6 {{ none; }};
  pid-file none;
  lock-file none;
  session-keyfile none;
  recursion no;
  allow-query {{ any; }};
  allow-transfer {{ none; }};
  dnssec-validation no;
  empty-zones-enable no;
  notify no;
}};
controls {{ }};
{zones}
zone "servfail.test" {{ type primary; file "there-is-no-such-file"; }};
"""
_ZONE = """zone "{name}" {{ type primary; file "{name}.zone"; check-names ignore; check-mx ignore;
  check-mx-cname ignore; check-srv-cname ignore; check-integrity no; }};"""
"""``servfail.test`` cannot be loaded: SERVFAIL. Names outside ``test`` are REFUSED."""


class Bind:
    """See the module. A context manager; ``port`` serves UDP and TCP on 127.0.0.1."""

    def __init__(self, zones: Mapping[str, str] = MappingProxyType(ZONES)) -> None:
        """``zones``: origin → master-file text; ``test`` has to be among them."""
        self.port = 0
        self._zones = zones
        self._folder = Path()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Bind:
        self._folder = Path(tempfile.mkdtemp(prefix="bind-"))
        self._folder.chmod(0o755)
        self.port = closed_port()
        for name, text in self._zones.items():
            (self._folder / f"{name}.zone").write_text(text, "utf-8")
        zones = "\n".join(_ZONE.format(name=name) for name in self._zones)
        config = self._folder / "named.conf"
        config.write_text(_CONFIG.format(folder=self._folder, port=self.port, zones=zones), "utf-8")
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [NAMED, "-c", str(config), "-f", "-g", "-n", "1"], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        self._wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait(self) -> None:
        query = dns.message.make_query("test.", "SOA")
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            try:
                if dns.query.udp(query, "127.0.0.1", timeout=0.2, port=self.port).answer:
                    return
            except (dns.exception.DNSException, OSError):
                time.sleep(0.02)
            if self._process is not None and self._process.poll() is not None:
                break
        log = (self._folder / "log").read_text("utf-8", "replace")
        self.__exit__(None, None, None)
        raise RuntimeError(f"named did not start:\n{log[-3000:]}")
