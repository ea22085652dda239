"""Fits the weights of ``data/calibration.json``: confidence on the tuning half of a question set, tools on the intents'
own examples as if each had not been learnt, and on that half. The reporting half is never looked at.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soluciones.answer import calibration
from soluciones.answer.answerer import Answerer, open_service
from soluciones.answer.calibration import Logistic
from soluciones.answer.evaluation import Question
from soluciones.answer.intents import FEATURES, IntentScore
from soluciones.answer.knowledge import Knowledge
from soluciones.answer.service import AskRequest, ConversationState
from soluciones.answer.steps.judge import evidence
from soluciones.answer.steps.tools import found_guides
from soluciones.answer.turn import Turn, spelt
from soluciones.settings import Settings

TARGET = Path(calibration.__file__).parent / "data" / "calibration.json"
BINS = 10

Sample = tuple[NDArray[np.float64], NDArray[np.float64]]


def calibrate(
    settings: Settings, questions: Sequence[Question], parts: Collection[str] = ("answer", "tool")
) -> dict[str, Any]:
    """Fits, writes the file and returns the report (n, accuracy, ECE, AUROC of both models).

    Args:
        settings: which index and model.
        questions: the dev set; only its tuning half is used.
        parts: models to fit anew; the others stay as they are. With guides whose listed questions were written with the
            tuning half in view, "answer" finds it too easy: its weights are from before that.
    """
    service = open_service(settings, warm=False)
    tuning = [question for question in questions if question.half == "tuning"]
    data = json.loads(TARGET.read_text("utf-8"))
    if "answer" in parts:
        names = calibration.load().answer.features
        _write(data, "answer", names, _answer_sample(service, tuning, names))
    if "tool" in parts:
        _write(data, "tool", FEATURES, _joined(_tool_sample(service), _asked_sample(service, tuning)))
    TARGET.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    calibration.load.cache_clear()
    return dict(data["report"])


def _write(data: dict[str, Any], part: str, names: Sequence[str], sample: Sample) -> None:
    model = calibration.fit(names, *sample)
    data[part] = model.as_json()
    data["report"][part] = quality(model, *sample)


def _answer_sample(service: Answerer, questions: Sequence[Question], names: Sequence[str]) -> Sample:
    """Evidence of each question; 1 when the best guide is a right one."""
    rows, labels = [], []
    for question in questions:
        turn = _turn(service, question)
        if turn.result is None or not turn.passages:
            continue
        values = evidence(turn)
        rows.append([values[name] for name in names])
        labels.append(float(turn.passages[0].guide.id in question.guides))
    return np.array(rows), np.array(labels)


def _tool_sample(service: Answerer) -> Sample:
    """Features of the best intent for each known text, as if it had not been learnt; 1 when any intent is meant."""
    known = service.knowledge()
    matcher = known.matcher
    rows: list[list[float]] = []
    labels: list[float] = []
    if matcher.likeness is None:
        return np.array(rows), np.array(labels)
    langs = {text: lang for text, lang, _ in known_texts(known)}
    for example, likeness in zip(matcher.examples, matcher.likeness.leave_one_out(), strict=True):
        turn = service.turn(AskRequest(example.text, langs.get(example.text, "es")))
        if turn.result is None:
            continue  # small talk
        best = _likeliest(matcher.judge(likeness, spelt(turn), turn.slots, found_guides(turn)))
        rows.append([best.features[name] for name in FEATURES])
        labels.append(float(example.label is not None))
    return np.array(rows), np.array(labels)


def _asked_sample(service: Answerer, questions: Sequence[Question]) -> Sample:
    """The same features for questions as visitors write them: examples of one author resemble each other too much.

    Left out is what the set's labels cannot tell: a tool that it has no label for, beside an answerable question.
    """
    labelled = {question.tool for question in questions}
    rows, labels = [], []
    for question in questions:
        turn = _turn(service, question)
        if not turn.intents:
            continue
        best = _likeliest(turn.intents)
        told = question.tool or not question.answerable or (question.no_tool and best.intent.tool in labelled)
        if told:
            rows.append([best.features[name] for name in FEATURES])
            labels.append(float(bool(question.tool)))
    return np.array(rows), np.array(labels)


def _likeliest(scores: Sequence[IntentScore]) -> IntentScore:
    """By the words, whatever value was pasted."""
    return max(scores, key=lambda score: score.features["total"])


def _joined(examples: Sample, asked: Sample) -> Sample:
    """Both samples, the asked one repeated so that it weighs as much as the examples."""
    times = max(1, round(len(examples[1]) / max(1, len(asked[1]))))
    return (
        np.concatenate([examples[0], *[asked[0]] * times]),
        np.concatenate([examples[1], *[asked[1]] * times]),
    )


def _turn(service: Answerer, question: Question) -> Turn:
    state = ConversationState()
    for earlier in question.context:
        _, state = service.ask(AskRequest(earlier, question.lang, state=state))
    return service.turn(AskRequest(question.q, question.lang, state=state))


def known_texts(known: Knowledge) -> Iterator[tuple[str, str, str]]:
    """(text, language, intent or "") of everything the matcher learns from; near misses count as Spanish."""
    for intent in known.intents:
        for lang, texts in intent.examples.items():
            yield from ((text, lang, intent.id) for text in texts)
        yield from ((text, "es", "") for text in intent.negatives)
    for lang, texts in known.site.out_of_scope.items():
        yield from ((text, lang, "") for text in texts)


def quality(model: Logistic, rows: NDArray[np.float64], labels: NDArray[np.float64]) -> dict[str, float]:
    """How good the probabilities are: accuracy at 0.5, expected calibration error in ten bins, AUROC."""
    p = np.array([model.probability(row) for row in rows])
    return {
        "n": len(labels),
        "accuracy": round(float(((p >= 0.5) == (labels > 0.5)).mean()), 4),
        "ece": round(expected_calibration_error(p, labels), 4),
        "auroc": round(auroc(p, labels), 4),
    }


def expected_calibration_error(p: NDArray[np.float64], labels: NDArray[np.float64]) -> float:
    """Mean distance between probability and share of right ones, over ten equal bins weighted by their size."""
    bins = np.minimum((p * BINS).astype(int), BINS - 1)
    parts = (bins == b for b in range(BINS))
    return float(sum(abs(p[part].mean() - labels[part].mean()) * part.mean() for part in parts if part.any()))


def auroc(p: NDArray[np.float64], labels: NDArray[np.float64]) -> float:
    """Probability that a right one scores above a wrong one, ties half; NaN when one class is empty."""
    right, wrong = p[labels > 0.5], p[labels <= 0.5]
    if not len(right) or not len(wrong):
        return float("nan")
    return float((right[:, None] > wrong).mean() + 0.5 * (right[:, None] == wrong).mean())
