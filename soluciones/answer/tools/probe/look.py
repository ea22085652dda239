"""One look at one port: TCP, TLS, certificate, greeting, STARTTLS, capabilities, each with its time."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from soluciones.answer.net.contract import ConnectRefused, Dialer, Dialled
from soluciones.answer.tools.probe.certificate import read_certificate, verify_failure
from soluciones.answer.tools.probe.dialogue import Dialogue, auth_mechanisms, dialogue_for, offers
from soluciones.answer.tools.probe.lines import Deadline, LineReader, Stream, shown
from soluciones.answer.tools.probe.report import (
    NOT_CHECKED,
    Certificate,
    Limits,
    PortReport,
    ProbeFailed,
    Stage,
    StageId,
    StageStatus,
    Target,
)

_TIMEOUTS = {"tls": "tls_timeout", "greeting": "greeting_timeout"}
"""A server that says nothing, by stage; elsewhere ``reply_timeout``."""
_CONNECT = {"refused": "connection_refused", "timeout": "connect_timeout"}
"""The dialer's words that are too short for a catalogue."""
_NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST"})
_TOO_OLD = frozenset({"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "WRONG_SSL_VERSION", "VERSION_TOO_LOW"})


@dataclass(eq=False)
class _Look:
    """What is known so far."""

    target: Target
    limits: Limits
    deadline: Deadline
    tls: ssl.SSLContext
    stages: list[Stage] = field(default_factory=list)
    stage: StageId = "connect"
    address: str = ""
    tls_version: str = ""
    cipher: str = ""
    certificate: Certificate | None = None
    greeting: str = ""
    auth: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    verify_code: int = 0
    stream: Stream | None = None

    def close(self) -> None:
        """Closes the connection, if there is one."""
        if self.stream is not None:
            self.stream.close()

    @contextmanager
    def step(self, stage: StageId) -> Iterator[float]:
        """Times a stage; gives the seconds it may take."""
        self.stage = stage
        started = time.perf_counter()
        status: StageStatus = "bad"
        try:
            yield self.deadline.step()
            status = "ok"
        except ProbeFailed as failure:
            status = "unknown" if failure.code in NOT_CHECKED else "bad"
            raise
        finally:
            self.stages.append(Stage(stage, status, _ms(started)))


def look(
    target: Target,
    dialer: Dialer,
    tls: ssl.SSLContext,
    end: float,
    limits: Limits | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> PortReport:
    """Looks at a port; never raises for anything that a server or a network does.

    Args:
        target: which port.
        dialer: makes the connection.
        tls: verifying context.
        end: when everything must be over, by ``clock``.
        limits: how much is taken of the server.
        clock: seconds.
    """
    limits = limits or Limits()
    started = time.perf_counter()
    state = _Look(target, limits, Deadline(limits, end, clock), tls)
    failure, detail = "", ""
    try:
        _converse(state, dialer)
    except ProbeFailed as error:
        failure, detail = _by_stage(error.code, state.stage), error.detail
        if state.verify_code:
            # The refused connection tells nothing of the certificate: a second one looks, and says not a word.
            with suppress(ProbeFailed):
                _look_at_certificate(state, dialer)
    reached = {stage.id for stage in state.stages}
    skipped = [Stage(stage, "skipped") for stage in target.stages if stage not in reached]
    return PortReport(
        target,
        (*state.stages, *skipped),
        failure,
        state.stage if failure else None,
        detail,
        state.address,
        state.tls_version,
        state.cipher,
        state.certificate,
        state.greeting,
        state.auth,
        state.capabilities,
        _ms(started),
    )


def _ms(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


def _by_stage(code: str, stage: StageId) -> str:
    return _TIMEOUTS.get(stage, "reply_timeout") if code == "silent" else code


def _converse(state: _Look, dialer: Dialer) -> None:
    try:
        reader, dialogue = _reach_tls(state, dialer)
        if state.target.implicit:
            _greet(state, reader, dialogue)
        with state.step("capabilities"):
            found = dialogue.capabilities(reader)
            state.capabilities = tuple(shown(entry) for entry in found)
            state.auth = auth_mechanisms(state.target.protocol, state.capabilities)
        with suppress(ProbeFailed):
            dialogue.goodbye(reader)
    finally:
        state.close()


def _reach_tls(state: _Look, dialer: Dialer) -> tuple[LineReader, Dialogue]:
    """Everything up to the certificate."""
    with state.step("connect") as seconds:
        dialled = _dial(state, dialer, seconds)
    state.stream = dialled.sock
    reader = LineReader(dialled.sock, state.limits, state.deadline)
    dialogue = dialogue_for(state.target.protocol)
    if not state.target.implicit:
        _greet(state, reader, dialogue)
        with state.step("starttls"):
            if not offers(dialogue.capabilities(reader), dialogue.starttls_word):
                raise ProbeFailed("starttls_not_offered")
            dialogue.starttls(reader)
            reader.refuse_leftovers()
    reader.upgrade(_secure(state, dialled))
    return reader, dialogue


def _dial(state: _Look, dialer: Dialer, seconds: float) -> Dialled:
    try:
        dialled = dialer.dial(state.target.host, state.target.port, seconds)
    except ConnectRefused as error:
        raise ProbeFailed(_CONNECT.get(error.code, error.code)) from None
    state.address = dialled.address
    return dialled


def _greet(state: _Look, reader: LineReader, dialogue: Dialogue) -> None:
    with state.step("greeting"):
        state.greeting = shown(dialogue.greet(reader))


def _secure(state: _Look, dialled: Dialled) -> Stream:
    with state.step("tls") as seconds:
        secured = _handshake(state, dialled, seconds)
    with state.step("certificate"):
        if secured is None:
            raise ProbeFailed(verify_failure(state.verify_code), str(state.verify_code))
        state.certificate = read_certificate(secured.getpeercert(True), state.target.host, state.verify_code)
    return secured


def _handshake(state: _Look, dialled: Dialled, seconds: float) -> ssl.SSLSocket | None:
    """The secured stream; None, with ``verify_code`` set, when the certificate was not accepted."""
    try:
        secured = state.tls.wrap_socket(
            dialled.sock, server_hostname=state.target.host, do_handshake_on_connect=False, suppress_ragged_eofs=True
        )
        state.stream = secured
        secured.settimeout(seconds)
        secured.do_handshake()
    except ssl.SSLCertVerificationError as error:
        state.verify_code = error.verify_code
        return None
    except TimeoutError:
        raise ProbeFailed("out_of_time" if state.deadline.whole_is_over else "tls_timeout") from None
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError):
        raise ProbeFailed("closed") from None
    except ssl.SSLError as error:
        raise ProbeFailed(_tls_failure(error.reason or ""), error.reason or "") from None
    except (OSError, ValueError):
        # ValueError: the peer was gone before the handshake began.
        raise ProbeFailed("closed") from None
    state.tls_version = secured.version() or ""
    state.cipher = (secured.cipher() or ("", "", 0))[0]
    return secured


def _tls_failure(reason: str) -> str:
    if reason in _NOT_TLS:
        return "not_tls"
    return "tls_too_old" if reason in _TOO_OLD else "tls_failed"


def _look_at_certificate(state: _Look, dialer: Dialer) -> None:
    second = _Look(state.target, state.limits, state.deadline, _unverifying())
    try:
        _reach_tls(second, dialer)
    finally:
        second.close()
    state.tls_version, state.cipher = second.tls_version, second.cipher
    if second.certificate is not None:
        state.certificate = replace(second.certificate, trusted=False, verify_code=state.verify_code)


def _unverifying() -> ssl.SSLContext:
    """For reading a certificate that was refused already; nothing is ever sent over such a connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
