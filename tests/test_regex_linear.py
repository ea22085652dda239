"""No regular expression of the product takes longer than in proportion to the text, whatever the text."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from soluciones.answer import language
from soluciones.answer.intents import MAX_CUE_CHARS
from soluciones.kb.facts import Facts

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "soluciones"
FUNCTIONS = frozenset({"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"})
SCANS = frozenset({"search", "sub", "subn", "split", "findall", "finditer", "compile"})
SIZE = 50_000
WORKERS = 2
PATIENCE = 20.0
"""Seconds of silence after which a text counts as never answered; the dearest linear one takes a few tenths."""

CAPS: Mapping[str, tuple[int, str]] = {
    "answer.intents": (MAX_CUE_CHARS, "IntentMatcher.judge cuts the question"),
    "answer.language._NOISE": (language._MAX_CHARS, "_words cuts the text"),
}
"""Expression or module → longest text that reaches it in the product, and what sees to that."""


@dataclass
class Expression:
    """One regular expression, where it stands and how it is used."""

    name: str
    pattern: re.Pattern[Any]
    how: set[str] = field(default_factory=set)

    @property
    def cap(self) -> int:
        """Characters of the longest text it meets."""
        module = self.name.partition(":")[0]
        return next((CAPS[name][0] for name in (self.name, module) if name in CAPS), SIZE)

    def job(self) -> str:
        """What the worker reads."""
        raw = self.pattern.pattern
        text = raw.decode("latin-1") if isinstance(raw, bytes) else raw
        job = {"pattern": text, "flags": self.pattern.flags, "bytes": isinstance(raw, bytes)}
        return json.dumps({**job, "how": sorted(self.how or {"scan"}), "cap": self.cap})


def _delimited() -> list[re.Pattern[Any]]:
    from soluciones.answer.tools.tables.delimited import _Reader

    return [_Reader("", delimiter)._stop for delimiter in (",", ";", "\t", "|", ":")]


def _client_names() -> list[re.Pattern[Any]]:
    from soluciones.answer.slots.clients import _names

    facts = Facts.model_validate(yaml.safe_load((ROOT / "content" / "facts.yml").read_text("utf-8")))
    pattern, _ = _names(facts.clients)
    return [pattern] if pattern else []


def _character_names() -> list[re.Pattern[Any]]:
    from soluciones.answer.slots.characters import _names

    return [_names()[0]]


def _cues() -> list[re.Pattern[Any]]:
    files = sorted((ROOT / "content" / "intents").glob("*.yml"))
    return [re.compile(cue) for file in files for cue in yaml.safe_load(file.read_text("utf-8")).get("cues", ())]


MADE_AT_RUN_TIME: Mapping[str, Callable[[], list[re.Pattern[Any]]]] = {
    "answer.tools.tables.delimited": _delimited,
    "answer.slots.clients": _client_names,
    "answer.slots.characters": _character_names,
    "answer.intents": _cues,
}
"""Modules that put an expression together in a function → all that they put together."""


OWN_FILES = {"webapp.assets", "webapp.styleguide.tokens"}
"""Their expressions read the style sheets and scripts of the package, once, and nothing that anybody sends."""


@cache
def expressions() -> tuple[Expression, ...]:
    """Every regular expression of the product, each once."""
    found: dict[tuple[str, str | bytes, int], Expression] = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        if not any(isinstance(node, ast.Import) and any(n.name == "re" for n in node.names) for node in ast.walk(tree)):
            continue
        name = ".".join(file.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
        if name in OWN_FILES:
            continue
        for made in (*_held(importlib.import_module(f"soluciones.{name}"), tree), *_written(name, tree)):
            found.setdefault((name, made.pattern.pattern, made.pattern.flags), made).how |= made.how
        for pattern in MADE_AT_RUN_TIME.get(name, list)():
            made = Expression(f"{name}:{str(pattern.pattern)[:40]}", pattern, {"scan", "match"})
            found[name, pattern.pattern, pattern.flags] = made
    return tuple(found.values())


def _held(module: ModuleType, tree: ast.Module) -> Iterator[Expression]:
    """What the module's names and its classes' attributes hold, alone or inside a container."""
    short = module.__name__.removeprefix("soluciones.")
    own = [value for value in vars(module).values() if inspect.isclass(value) and value.__module__ == module.__name__]
    for owner in (vars(module), *(vars(cls) for cls in own)):
        for name, value in owner.items():
            for pattern in _inside(value, 3):
                yield Expression(f"{short}.{name}", pattern, _uses(name, tree))


def _inside(value: object, depth: int) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, Mapping):
        for item in value.values():
            yield from _inside(item, depth - 1)
    elif depth and isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _inside(item, depth - 1)


def _uses(name: str, tree: ast.Module) -> set[str]:
    """How a name is used here: only ever matched from the start, or looked for everywhere."""
    how: set[str] = set()
    named = 0
    for node in ast.walk(tree):
        named += isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name:
            named -= 1
            how.add("scan" if node.attr in SCANS else node.attr)
    how &= {"scan", "match", "fullmatch"}
    return how if how and not named else how | {"scan", "match"}


def _written(module: str, tree: ast.Module) -> Iterator[Expression]:
    """Expressions written out where they are used: ``re.split(r"…", text)``."""
    for call in _calls(tree):
        source = call.args[0]
        if isinstance(source, ast.Constant):
            flags = [keyword.value for keyword in call.keywords if keyword.arg == "flags"]
            at = {"sub": 4, "subn": 4, "split": 3, "compile": 1}.get(call.func.attr, 2)  # type: ignore[attr-defined]
            flags += call.args[at : at + 1]
            value = eval(compile(ast.Expression(flags[0]), module, "eval"), {"re": re}) if flags else 0  # our own code
            function = call.func.attr  # type: ignore[attr-defined]
            how = set() if function == "compile" else {"scan" if function in SCANS else function}
            yield Expression(f"{module}:{call.lineno}", re.compile(source.value, value), how)


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in FUNCTIONS:
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "re":
                yield node


class Worker:
    """One ``tests.regex_worker``; ended by its process id when a text keeps it for too long."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        command = [sys.executable, "-m", "tests.regex_worker"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line)

    def judge(self, expression: Expression) -> list[str]:
        """What is slow about it; a text that is never answered is named and the process is lost."""
        assert self._process.stdin
        self._process.stdin.write(expression.job() + "\n")
        self._process.stdin.flush()
        at = "its start"
        while True:
            try:
                reply = json.loads(self._lines.get(timeout=self._patience))
            except queue.Empty:
                self.end()
                return [f"no answer within {self._patience:.0f} s on {at}"]
            if "slow" in reply:
                return list(reply["slow"])
            at = reply["at"]

    @property
    def alive(self) -> bool:
        """Whether it takes another job."""
        return self._process.poll() is None

    def end(self) -> None:
        """Kills the process and waits for it."""
        self._process.kill()
        self._process.wait()


def slow_ones(todo: Sequence[Expression], patience: float = PATIENCE) -> dict[str, list[str]]:
    """Name → what is slow about it."""
    waiting: queue.SimpleQueue[Expression] = queue.SimpleQueue()
    for expression in todo:
        waiting.put(expression)
    found: dict[str, list[str]] = {}

    def work() -> None:
        worker = Worker(patience)
        try:
            while not waiting.empty():
                expression = waiting.get()
                worker = worker if worker.alive else Worker(patience)
                found[f"{expression.name} {expression.pattern.pattern!r}"] = worker.judge(expression)
        finally:
            worker.end()

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {name: slow for name, slow in sorted(found.items()) if slow}


SLOW = (
    *(r"(a+)+$", r"(?:a|a)*b", r"\s+$", r"\S*@\S*", r"<[^>]*>", r"a\s*=?\s*b", r"(?:x: .*\n)*;", r"a++b"),
    *(r"[A-Za-z0-9]*[A-Z][0-9A-Z]*\Z", r"\d+(?:,\d+)*;", r"(?m)^\s*#.*$", r"(?:\w+\.)*\w+@", r"x.*y.*z"),
)
"""Well-known kinds of slow ones, quadratic to exponential."""
QUICK = (r"[^\s@]{1,64}@[^\s@]{1,255}", r"\S+", r"(?<!\S)\S+@", r"[ \t]{0,20}$", r"<[^<>]{0,1000}>", r"^(?:[^,]*,)*;")


def test_no_expression_is_slower_than_linear() -> None:
    """Twice the text takes at most about twice the time, 50 KB at most 1.5 s, for every text made to be hard."""
    assert slow_ones(expressions()) == {}


def test_the_slow_kinds_would_be_found() -> None:
    """Each known kind of slow expression is reported, an exponential one too, and the process is ended."""
    todo = [Expression(source, re.compile(source), {"scan"}) for source in SLOW]
    assert set(slow_ones(todo, patience=4)) == {f"{source} {source!r}" for source in SLOW}


def test_quick_ones_are_left_alone() -> None:
    """Expressions that are linear, if only because of their limits, are not reported."""
    assert slow_ones([Expression(source, re.compile(source), {"scan", "match"}) for source in QUICK]) == {}


def test_every_expression_of_the_source_is_looked_at() -> None:
    """Each ``re.…(…)`` of the source is among those collected, or its module is listed as making them at run time."""
    known = {made.pattern.pattern for made in expressions()}
    for file in PACKAGE.rglob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        assert not any(isinstance(node, ast.ImportFrom) and node.module == "re" for node in ast.walk(tree)), file
        name = ".".join(file.relative_to(PACKAGE).with_suffix("").parts)
        if name in OWN_FILES:
            continue
        inside = {id(call) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for call in _calls(node)}
        for call in _calls(tree):
            source = call.args[0]
            if isinstance(source, ast.Constant):
                assert source.value in known, (name, call.lineno)
            elif id(call) in inside:
                assert name in MADE_AT_RUN_TIME, f"{name}:{call.lineno}: list it in MADE_AT_RUN_TIME"


def test_limits_are_those_of_the_product() -> None:
    """Every expression that is tried with shorter texts exists; the list shrinks when one is no longer needed."""
    names = {made.name for made in expressions()}
    assert all(any(name in (cap, name) and name.startswith(cap) for name in names) for cap in CAPS)
