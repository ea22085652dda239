"""The ``kb`` command as people and scripts use it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from soluciones.answer.tools.registry import TOOLS
from soluciones.cli.tool import run_tool
from soluciones.index.store.store import Store
from soluciones.settings import Settings
from tests.conftest import ROOT, environment

COMMANDS = ("serve", "build", "ask", "search", "tool", "lint", "eval", "doctor", "model")


def kb(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs ``kb`` with these settings."""
    return subprocess.run(
        [sys.executable, "-m", "soluciones.cli.main", *words],
        env=environment(settings, 0),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    """``kb --help`` lists the commands without importing numpy, Flask, Whoosh or onnxruntime."""
    code = (
        "import sys; from soluciones.cli.main import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'flask', 'whoosh', 'onnxruntime', 'pydantic', 'rich', 'torch'} & set(sys.modules)\n"
        "print('heavy:', sorted(heavy))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert all(f"  {command}" in out for command in COMMANDS)
    assert out.rstrip().endswith("heavy: []")


def test_ask_prints_one_answer_a_line_in_order(real_settings: Settings, tmp_path: Path) -> None:
    """``ask --questions`` gives the API's shape for every line, in the order asked, whatever the line holds."""
    questions = tmp_path / "q.jsonl"
    asked = [
        {"q": "¿Qué puerto uso para IMAP?", "lang": "es"},
        {"q": "", "lang": "es"},
        {"q": "x" * 4001, "lang": "es"},
        {"q": "Which port do I use to send?", "lang": "en"},
    ]
    questions.write_text("\n".join(json.dumps(row) for row in asked), "utf-8")
    run = kb(real_settings, "ask", "--questions", str(questions))
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 0, run.stderr
    assert [line["status"] for line in lines] == ["answered", "chat", 413, "answered"]
    assert lines[0]["citations"][0]["guide"] == "protocolos-y-puertos"
    assert lines[3]["lang"] == "en"
    assert {"id", "conversation", "lang", "status", "confidence", "answer", "citations", "tools"} <= lines[0].keys()


def test_search_writes_a_trec_run(real_settings: Settings, tmp_path: Path) -> None:
    """``search --queries --run`` writes ranked guides in TREC form, scores falling, one list a query."""
    queries, run_file = tmp_path / "q.jsonl", tmp_path / "out.trec"
    queries.write_text('{"id": "1", "text": "puerto imap"}\n{"id": "2", "text": "registro spf wix"}\n', "utf-8")
    run = kb(real_settings, "search", "--queries", str(queries), "--run", str(run_file), "--limit", "5")
    assert run.returncode == 0, run.stderr
    rows = [line.split() for line in run_file.read_text("utf-8").splitlines()]
    assert {row[0] for row in rows} == {"1", "2"}
    for query, first in (("1", "protocolos-y-puertos"), ("2", "spf-wix-jimdo")):
        mine = [row for row in rows if row[0] == query]
        assert mine[0][2] == first
        assert [int(row[3]) for row in mine] == list(range(1, len(mine) + 1))
        scores = [float(row[4]) for row in mine]
        assert scores == sorted(scores, reverse=True)


def test_tool_prints_its_result_and_writes_its_files(real_settings: Settings, tmp_path: Path) -> None:
    """``tool`` gives JSON, and with ``--out`` the files."""
    run = kb(
        real_settings,
        "tool",
        "client-setup",
        "--json",
        '{"client": "apple_mail_ios", "email": "ana@ejemplo.com"}',
        "--out",
        str(tmp_path),
    )
    result = json.loads(run.stdout)
    assert result["status"] == "ok"
    assert {download["name"] for download in result["downloads"]} == {path.name for path in tmp_path.iterdir()}


VCARDS = "".join(
    f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nN:{name};;;;\r\nEMAIL:ana@ejemplo.com\r\nEND:VCARD\r\n"
    for name in ("Ana", "Ana P")
)
HEADERS = "Received: from a.example by b.example; Mon, 23 Nov 2026 10:00:00 +0100\nFrom: a@a.example\nSubject: x\n\nx\n"
TOOL_SLOTS: dict[str, dict[str, object]] = {
    "mail-address": {"email": "ana@ejemplo.com"},
    "address-csv": {"csv": "ana@ejemplo.com\nluis@ejemplo.com"},
    "ports": {"port": 993},
    "client-setup": {"client": "thunderbird"},
    "server-check": {"port": 993},
    "snippets": {"language": "python", "action": "read"},
    "dns-check": {"domain": "ejemplo.com"},
    "spf": {"spf": "v=spf1 -all"},
    "dmarc": {"dmarc": "v=DMARC1; p=none"},
    "message-headers": {"message": HEADERS},
    "contacts-dedupe": {"vcard": VCARDS},
    "recipients": {"recipients": "ana@ejemplo.com, luis@otro.example", "purpose": "meeting"},
    "create-address": {"local_part": "ana", "for_whom": "me"},
    "transfer-product": {"side": "sender"},
    "password-devices": {"devices": ["thunderbird"]},
}


@pytest.mark.parametrize("tool", TOOLS)
def test_every_tool_runs_from_the_command_line(
    tool: str, real_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each tool gives its result as JSON; with the network off those that need it say unknown, never bad."""
    assert run_tool(real_settings, tool, json.dumps(TOOL_SLOTS[tool]), [], "es", None) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["id"] == tool
    assert result["headline"]
    assert result["status"] not in ("error", "refused")
    if tool in ("server-check", "dns-check"):
        assert result["status"] == "unknown"


def test_tool_takes_a_file(real_settings: Settings, tmp_path: Path) -> None:
    """``--file slot=path`` hands a file's bytes over; a missing file or a bad option is told with a hint."""
    cards = tmp_path / "contactos.vcf"
    cards.write_text(VCARDS, "utf-8")
    run = kb(real_settings, "tool", "contacts-dedupe", "--file", f"vcard={cards}", "--out", str(tmp_path / "out"))
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["status"] in ("ok", "warn")
    assert list((tmp_path / "out").glob("*.vcf"))
    assert kb(real_settings, "tool", "contacts-dedupe", "--file", "vcard").returncode == 2
    assert kb(real_settings, "tool", "contacts-dedupe", "--file", f"vcard={tmp_path / 'no'}").returncode == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("tool", "no-such-tool"), 2),
        (("tool", "ports", "--json", "{"), 2),
        (("tool", "ports", "--json", "[1]"), 2),
        (("ask",), 2),
        (("search", "--queries", "missing.jsonl", "--run", "x"), 2),
        (("lint", "--content", "no-such-folder"), 1),
    ],
)
def test_wrong_use_is_explained(real_settings: Settings, words: tuple[str, ...], code: int) -> None:
    """Wrong use ends with its exit code and a sentence, never with a traceback."""
    run = kb(real_settings, *words)
    assert run.returncode == code, run.stdout + run.stderr
    assert "Traceback" not in run.stderr
    assert (run.stdout + run.stderr).strip()


def test_the_repository_has_no_content_errors(real_settings: Settings) -> None:
    """``kb lint`` passes on our own guides."""
    run = kb(real_settings, "lint")
    assert run.returncode == 0, run.stdout


def test_broken_content_is_refused_and_the_old_index_goes_on(real_settings: Settings, tmp_path: Path) -> None:
    """``kb build`` of a folder with an error names file and line, exits 1 and leaves the index as it was."""
    content, index = tmp_path / "content", tmp_path / "index"
    shutil.copytree(ROOT / "content", content)
    settings = real_settings.model_copy(update={"content": content, "index": index})
    shutil.copytree(real_settings.index, index)
    before = Store(index).snapshot().id
    guide = content / "guides" / "es" / "protocolos-y-puertos.md"
    guide.write_text(guide.read_text("utf-8").replace("lang: es", "lang: [es", 1), "utf-8")
    run = kb(settings, "build")
    assert run.returncode == 1
    assert "guides/es/protocolos-y-puertos.md:" in run.stderr
    assert "hint:" in run.stderr
    assert "Traceback" not in run.stderr
    assert Store(index).snapshot().id == before


def test_missing_index_says_what_to_run(real_settings: Settings, tmp_path: Path) -> None:
    """Asking without an index names the command that makes one."""
    run = kb(real_settings.model_copy(update={"index": tmp_path / "none"}), "ask", "puerto imap")
    assert run.returncode == 1
    assert "kb build" in run.stderr
    assert "Traceback" not in run.stderr


def test_unknown_setting_is_refused(real_settings: Settings, tmp_path: Path) -> None:
    """A misspelt key in soluciones.toml stops the command and names the key."""
    (tmp_path / "soluciones.toml").write_text("prot = 8000\n", "utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "soluciones.cli.main", "doctor"],
        env=environment(real_settings, 0),
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert run.returncode == 2
    assert "prot" in run.stderr


def test_doctor_finds_nothing_wrong(real_settings: Settings) -> None:
    """``kb doctor`` passes on a sound installation."""
    run = kb(real_settings, "doctor")
    assert run.returncode == 0, run.stdout
