"""How well the right tool is recognised, on the blind set ``bench/intents`` and through the real pipeline.

No network: a tool that would look something up answers "could not be checked", which is shown all the same.
``first`` and ``first3`` are the matcher's order before any gate; ``also`` counts as right. ``shown`` is what a visitor
sees: a tool's card, run or asking for a value. ``offered`` is a button for a tool. Figures are shares; null where
nothing applies. Lines of the reporting half are never printed.

How the set has been used: the intent files of twelve tools and the additions to the other three were written without
it and measured once ("blind" in the result; three tools were registered then, so its ``shown`` says little). After that
three rounds of examples and cues followed, with the failures of the tuning half read and the totals of both halves on
the screen; the weights and thresholds were chosen on left-out examples and the tuning half. So the tuning half
flatters; the reporting half is the fairer figure, and no longer a blind one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from soluciones.answer.answerer import Answerer
from soluciones.answer.calibrate import auroc, expected_calibration_error
from soluciones.answer.language import fold
from soluciones.answer.service import AskRequest
from soluciones.answer.turn import Turn
from soluciones.index.embedding import open_embedder
from soluciones.index.store.store import Store
from soluciones.settings import Settings

ROOT = Path(__file__).parents[1]
UTTERANCES = ROOT / "bench" / "intents" / "utterances.jsonl"
RESULT = ROOT / "bench" / "results" / "intents.json"
FIRST = 3
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Utterance:
    """One line of the set; its README tells what the fields mean."""

    id: str
    tool: str | None
    lang: str
    kind: str
    text: str
    also: tuple[str, ...]

    @property
    def right(self) -> frozenset[str]:
        """Tools that are right as the first answer; empty when it is out of scope."""
        return frozenset(filter(None, (self.tool, *self.also)))

    @property
    def half(self) -> str:
        """``tuning`` may be read and worked on; of ``reporting`` only totals are looked at."""
        return "tuning" if int(hashlib.sha256(self.id.encode()).hexdigest()[0], 16) % 2 == 0 else "reporting"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one utterance."""

    utterance: Utterance
    ranked: tuple[str, ...]
    """Tools, likeliest first."""
    probability: float
    """Of the first."""
    shown: tuple[str, ...]
    offered: tuple[str, ...]
    twin: bool = False
    """Word for word an example of some intent: two authors wrote the same line."""
    hard: bool = False
    """A value opened the first tool; no probability was asked."""

    @property
    def first(self) -> bool:
        """Whether the likeliest tool is a right one."""
        return bool(self.utterance.right & set(self.ranked[:1]))


def read_utterances(path: Path = UTTERANCES) -> tuple[Utterance, ...]:
    """The whole set."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return tuple(
        Utterance(row["id"], row["tool"], row["lang"], row["kind"], row["text"], tuple(row.get("also") or ()))
        for row in rows
    )


def plain(text: str) -> str:
    """Words only, without case and accents."""
    return " ".join(_WORD.findall(fold(text)))


def judge(service: Answerer, utterance: Utterance, known: Collection[str] = ()) -> Outcome:
    """Asks it in a conversation of its own, on a page in its language; ``known``: examples as plain words."""
    turn = service.turn(AskRequest(utterance.text, utterance.lang))
    best = turn.intents[0] if turn.intents else None
    return Outcome(
        utterance,
        ranked=tuple(dict.fromkeys(score.intent.tool for score in turn.intents)),
        probability=best.probability if best else 0.0,
        shown=tuple(result.tool for result in turn.tools),
        offered=_offered(turn),
        twin=plain(utterance.text) in known,
        hard=bool(best and best.hard),
    )


def _offered(turn: Turn) -> tuple[str, ...]:
    """A tool is offered by the first example of its intent."""
    tapped = {choice.question for choice in turn.choices}
    found = []
    for intent in turn.know.intents:
        examples = intent.examples.get(turn.lang) or intent.examples.get("es") or ()
        if examples and examples[0] in tapped:
            found.append(intent.tool)
    return tuple(found)


def shares(outcomes: Iterable[Outcome]) -> dict[str, float | int | None]:
    """The figures of a group."""
    rows = list(outcomes)
    wanted = [row for row in rows if row.utterance.right]
    foreign = [row for row in rows if not row.utterance.right]
    return {
        "n": len(rows),
        "in_scope": len(wanted),
        "first": _share(wanted, lambda row: row.first),
        "first3": _share(wanted, lambda row: bool(row.utterance.right & set(row.ranked[:FIRST]))),
        "shown": _share(wanted, lambda row: bool(row.utterance.right & set(row.shown))),
        "shown_or_offered": _share(wanted, lambda row: bool(row.utterance.right & {*row.shown, *row.offered})),
        "wrong_shown": _share(wanted, lambda row: bool(row.shown) and not row.utterance.right & set(row.shown)),
        "foreign_shown": _share(foreign, lambda row: bool(row.shown)),
        "foreign_offered": _share(foreign, lambda row: bool(row.offered) and not row.shown),
    }


def _share(rows: Sequence[Outcome], holds: Callable[[Outcome], bool]) -> float | None:
    return round(sum(map(holds, rows)) / len(rows), 4) if rows else None


def calibration(outcomes: Iterable[Outcome]) -> dict[str, float | int]:
    """How far the first tool's probability can be believed.

    ``accuracy`` at 0.5 and ``ece`` (ten bins): is the first tool right? ``auroc``: in scope against out of scope.
    """
    rows = [row for row in outcomes if row.ranked and not row.hard]
    p = np.array([row.probability for row in rows])
    right = np.array([float(row.first) for row in rows])
    wanted = np.array([float(bool(row.utterance.right)) for row in rows])
    return {
        "n": len(rows),
        "accuracy": round(float(((p >= 0.5) == (right > 0.5)).mean()), 4),
        "ece": round(expected_calibration_error(p, right), 4),
        "auroc": round(auroc(p, wanted), 4),
    }


def report(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """All figures, whole and by half, tool, language and kind."""

    def by(name: str, group_of: Callable[[Outcome], str]) -> dict[str, Any]:
        groups = sorted({group_of(row) for row in outcomes})
        return {group: shares(row for row in outcomes if group_of(row) == group) for group in groups}

    halves = ("reporting", "tuning")
    return {
        "all": shares(outcomes),
        "half": by("half", lambda row: row.utterance.half),
        "calibration": {
            "all": calibration(outcomes),
            **{half: calibration(row for row in outcomes if row.utterance.half == half) for half in halves},
        },
        "tool": by("tool", lambda row: row.utterance.tool or "none"),
        "not_an_example": shares(row for row in outcomes if not row.twin),
        "lang": by("lang", lambda row: row.utterance.lang),
        "kind": by("kind", lambda row: row.utterance.kind),
    }


def run(service: Answerer, utterances: Sequence[Utterance]) -> tuple[Outcome, ...]:
    """Asks all."""
    intents = service.knowledge().intents
    known = {plain(text) for intent in intents for texts in intent.examples.values() for text in texts}
    return tuple(judge(service, utterance, known) for utterance in utterances)


def print_failures(outcomes: Iterable[Outcome]) -> None:
    """Wrong ones of the tuning half."""
    for row in outcomes:
        asked = row.utterance
        bad = bool(row.shown) and not asked.right & set(row.shown)
        if asked.half != "tuning" or (not bad and (row.first or not asked.right)):
            continue
        marks = ("S" if bad else "-") + ("-" if row.first or not asked.right else "1")
        shown = f"{row.ranked[:3]} p={row.probability:.2f} shown={row.shown}"
        print(f"{marks} {asked.id} {asked.kind} | {asked.text!r} | want {sorted(asked.right)} | {shown}")


def main() -> None:
    """Measures, prints, and writes with ``--out``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--blind", action="store_true", help="record as the figures before anybody read a line")
    parser.add_argument("--failures", action="store_true", help="print what went wrong, tuning half only")
    args = parser.parse_args()
    settings = Settings()
    service = Answerer(Store(settings.index, lambda: open_embedder(settings)))
    outcomes = run(service, read_utterances())
    result = {"utterances": hashlib.sha256(UTTERANCES.read_bytes()).hexdigest(), **report(outcomes)}
    if args.failures:
        print_failures(outcomes)
    if args.out:
        before = json.loads(args.out.read_text("utf-8")) if args.out.exists() else {}
        if args.blind:
            blind = {key: result[key] for key in ("all", "half", "calibration")}
            result = {**before, "blind": blind} if before else {**result, "blind": blind}
        elif "blind" in before:
            result["blind"] = before["blind"]
        args.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(json.dumps({key: result[key] for key in ("all", "half", "calibration")}, indent=2))


if __name__ == "__main__":
    main()
