"""Each guide's ``questions``: enough, not too many, and no question in two guides."""

from __future__ import annotations

from soluciones.kb.checks.base import Linted, fold_words, head_line

FEWEST, MOST = 5, 12


def questions(linted: Linted) -> None:
    """Compare questions without case, accents and punctuation."""
    asked: dict[tuple[str, str], tuple[str, str, int]] = {}
    for guide in linted.content.guides:
        count = len(guide.questions)
        if not FEWEST <= count <= MOST:
            line = head_line(guide, "questions")
            hint = f"Give {FEWEST} to {MOST} natural ways to ask."
            linted.problems.warning("question_count", guide.path, line, f"{count} questions", hint)
        for position, question in enumerate(guide.questions):
            line = head_line(guide, "questions", position)
            key = (guide.lang, fold_words(question))
            other = asked.setdefault(key, (guide.id, guide.path, line))
            if other[0] != guide.id:
                message = f"«{question[:100]}» is asked also in {other[1]}:{other[2]}"
                hint = "Keep it in the guide that answers it best."
                linted.problems.error("duplicate_question", guide.path, line, message, hint)
            elif other[2] != line:
                message = f"«{question[:100]}» stands twice"
                linted.problems.warning("repeated_question", guide.path, line, message, "Remove one.")
