"""How fast a server starts and answers, how much it takes, how long the worst allowed input keeps it.

Starts ``kb serve`` on the built index, asks over HTTP on loopback, stops by itself. Figures of a shared machine are
upper bounds; the load of the machine is printed beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[1]
REPEATS = 5


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def start(port: int) -> tuple[subprocess.Popen[bytes], float]:
    """The server and the seconds until it was ready."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "soluciones.cli.main", "serve", "--no-build", "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while time.perf_counter() - began < 60:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1):
                return process, time.perf_counter() - began
        except OSError:
            time.sleep(0.02)
    raise SystemExit("the server did not become ready")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends it by its process id."""
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)


def ask(port: int, question: str) -> float:
    """Milliseconds of one question over HTTP, whatever the status."""
    body = json.dumps({"question": question, "lang": "es"}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/ask", body, {"Content-Type": "application/json"})
    began = time.perf_counter()
    try:
        urllib.request.urlopen(request, timeout=30).read()
    except urllib.error.HTTPError as error:
        error.read()
    return (time.perf_counter() - began) * 1000


def measure() -> dict[str, Any]:
    """All figures."""
    starts = []
    for _ in range(REPEATS):
        process, seconds = start(free_port())
        starts.append(seconds)
        stop(process)
    port = free_port()
    process, _ = start(port)
    questions = [json.loads(line)["q"] for line in (ROOT / "bench/dev/questions.jsonl").read_text("utf-8").splitlines()]
    times = sorted(ask(port, question) for question in questions)
    hostile = [json.loads(line)["q"] for line in (ROOT / "tests/system/hostile.jsonl").read_text("utf-8").splitlines()]
    worst = max(min(ask(port, question) for _ in range(3)) for question in hostile)
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    memory = sum(p.memory_full_info().pss for p in family) / 2**20
    stop(process)
    return {
        "load_average": round(os.getloadavg()[0], 2),
        "ready_seconds_median": round(statistics.median(starts), 2),
        "memory_mib": round(memory),
        "question_ms_p50": round(times[len(times) // 2], 1),
        "question_ms_p95": round(times[int(len(times) * 0.95)], 1),
        "worst_hostile_ms": round(worst, 1),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    result = measure()
    out = parser.parse_args().out
    if out:
        out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(json.dumps(result, indent=2))
