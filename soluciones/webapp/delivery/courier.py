"""The thread that empties the outbox: one a process, one row at a time, again and again until it is taken."""

from __future__ import annotations

import atexit
import os
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.util import Finalize

from flask import Flask, current_app

from soluciones.webapp.delivery.failure import code_of
from soluciones.webapp.logs import crash, log
from soluciones.webapp.state import handoffs, outbox
from soluciones.webapp.state.database import Database, StateFull, StateUnavailable, new_id
from soluciones.webapp.state.handoffs import Handoff

Send = Callable[[Handoff], None]
"""Delivers, or raises what ``failure.code_of`` knows."""
_KEY = "soluciones.courier"
_STOP_SECONDS = 5.0
"""How long a delivery under way is waited for when the process ends; cut short, it is begun again elsewhere."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Times in seconds."""

    first: float = 30.0
    """Between the first two attempts; each further pause is twice as long."""
    longest: float = 6 * 3600.0
    give_up: float = 7 * 24 * 3600.0
    """Age from which a failed attempt is the last one."""
    lease: float = 120.0
    """Longer than any attempt takes: after it, another process may begin anew."""
    poll: float = 15.0
    """How often to look for rows that other processes have written."""

    def pause(self, attempts: int) -> float:
        """Before the next attempt, after ``attempts`` failed ones; spread, so that many do not come at once."""
        whole = min(self.longest, self.first * 2.0 ** min(attempts - 1, 40))
        return whole * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


class Courier:
    """Delivers what is due. Made before a process forks; its thread starts in the process that serves."""

    def __init__(
        self,
        database: Database,
        senders: Mapping[str, Send],
        *,
        pace: Pace | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._senders = dict(senders)
        self._pace = pace or Pace()
        self._now = now
        self._holder = new_id()
        self._lock = threading.Lock()
        self._bell = threading.Event()
        self._ending = False
        self._thread: threading.Thread | None = None
        self._pid = 0

    def ensure(self) -> None:
        """Starts the thread, once in each process: a fork takes no threads along."""
        if self._pid == os.getpid() or self._ending:
            return
        with self._lock:
            if self._pid == os.getpid():
                return
            self._holder, self._bell = new_id(), threading.Event()
            self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
            self._pid = os.getpid()
            self._thread.start()
        # Ends of a process: by itself, and as a child of granian, which leaves out ``atexit``.
        atexit.register(self.stop)
        Finalize(None, self.stop, exitpriority=10)

    def wake(self) -> None:
        """Tells the thread that there is something new."""
        self._bell.set()

    def stop(self) -> None:
        """Ends the thread; a delivery under way may finish for a moment."""
        self._ending = True
        self._bell.set()
        thread = self._thread
        if thread is not None and self._pid == os.getpid() and thread is not threading.current_thread():
            thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        log.info("delivery_started", channels=sorted(self._senders))
        while not self._ending:
            try:
                while not self._ending and self.deliver_one():
                    pass
                wait = self._wait()
            except (StateUnavailable, StateFull):
                wait = self._pace.poll
            except Exception as error:  # whatever it is, the next hand-off must still be delivered
                crash(error)
                wait = self._pace.poll
            self._bell.wait(wait)
            self._bell.clear()
        log.info("delivery_stopped")

    def _wait(self) -> float:
        with self._database.read() as connection:
            due = outbox.next_due(connection, tuple(self._senders))
        left = self._pace.poll if due is None else due - self._now()
        return min(max(left, 0.05), self._pace.poll)

    def deliver_one(self) -> bool:
        """Claims one row that is due and tries it; False when there is none.

        Raises:
            StateUnavailable, StateFull: the database cannot be read or written.
        """
        names = tuple(self._senders)
        with self._database.read() as connection:
            if not outbox.any_ready(connection, names, self._now()):
                return False
        with self._database.write("outbox") as connection:
            parcel = outbox.claim(connection, names, self._holder, self._now(), self._pace.lease)
            handoff = handoffs.load(connection, parcel.handoff) if parcel is not None else None
        if parcel is None:
            return False
        failure = self._attempt(parcel.channel, handoff)
        due = None if handoff is None else self._again(parcel)
        with self._database.write("outbox") as connection:
            outbox.finish(connection, parcel, self._holder, self._now(), failure=failure, due=due if failure else None)
        self._tell(parcel, failure, due)
        return True

    def _attempt(self, channel: str, handoff: Handoff | None) -> str:
        """The code of what went wrong; "" when it was delivered."""
        if handoff is None:
            return "gone"
        try:
            self._senders[channel](handoff)
        except Exception as error:  # a sender that breaks must not end the thread, nor lose the row
            code = code_of(error)
            if not code:
                crash(error)
            return code or "crash"
        return ""

    def _again(self, parcel: outbox.Parcel) -> float | None:
        if self._now() - parcel.created >= self._pace.give_up:
            return None
        return self._now() + self._pace.pause(parcel.attempts + 1)

    def _tell(self, parcel: outbox.Parcel, failure: str, due: float | None) -> None:
        told = {"channel": parcel.channel, "handoff": parcel.handoff, "attempt": parcel.attempts + 1}
        if not failure:
            log.info("handoff_delivered", **told)
        elif due is None:
            log.error("handoff_given_up", reason=failure, **told)
        else:
            log.warning("handoff_undelivered", reason=failure, again_s=round(due - self._now()), **told)


def attach(app: Flask, courier: Courier) -> None:
    """Keeps the courier with the app; under any server it starts with the first request at the latest."""
    app.extensions[_KEY] = courier
    app.before_request(courier.ensure)


def courier_of(app: Flask) -> Courier | None:
    """The app's courier; None where nothing is to be delivered."""
    found: Courier | None = app.extensions.get(_KEY)
    return found


def wake() -> None:
    """Tells this app's courier, if it has one, that there is something new."""
    courier = courier_of(current_app)
    if courier is not None:
        courier.wake()
