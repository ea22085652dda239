"""Every number of the ranking, with its reason. Scores below are on a scale where a perfect passage is about 1."""

from __future__ import annotations

# --- fusing the two retrievers -----------------------------------------------------------------------------------
SEMANTIC_SHARE = 0.7
"""Weight of the embeddings for a question in a language of the guides; the rest is the keywords'.
Fusing scores gained 0.022 nDCG over ranks (RRF) in a trial on another help centre; 0.7 was best on the tuning half."""
SEMANTIC_SHARE_FOREIGN = 0.9
"""The same for a question in another language: its words are not in the guides, only its meaning is
(+0.04 French, +0.13 English in that trial). Not 1: names, ports and glossary words still match."""

# --- what a guide adds to each of its passages -------------------------------------------------------------------
SECOND_PASSAGE = 0.0
"""Share of the guide's second-best passage. Off: right guide first 0.87 with 0.25, 0.89 without, on the tuning half,
because long guides have many second-best passages."""
WHOLE_GUIDE = 0.25
"""Weight of the whole-guide keyword view (title and questions heavy): +0.01 nDCG in the trial. Times the keywords'
own share, so that it fades for foreign questions."""
FAQ_LEXICAL = 0.3
"""Weight of the guide's best match among its listed questions by keywords."""
FAQ_SEMANTIC = 1.5
"""Weight of a listed question with nearly the same meaning: that is what writers list questions for. More than the
passage's own score: question to question is the better comparison (0.87 → 0.91 with the two constants below)."""
FAQ_FLOOR = 0.2
"""Centred cosine of two questions below which they have nothing to say about each other; paraphrases are above 0.5."""
FAQ_POWER = 1.5
"""Curve above the floor: near-identical questions lift strongly, related ones hardly."""

# --- small nudges ------------------------------------------------------------------------------------------------
PAGE_BOOST = 0.05
"""For the guide the visitor is reading: breaks ties, decides nothing."""
SAME_LANGUAGE = 0.10
"""For a passage in the question's language where guides exist in several."""
EXACT_TERM = 0.15
"""For a passage with the question's rare exact terms (port, host, code, record)."""

# --- guard -------------------------------------------------------------------------------------------------------
RARE_GUIDES = 3
"""An exact term is rare when at most this many guides hold it …"""
RARE_GUIDES_SHARE = 0.1
"""… or this share of them, in a large help centre."""
GUARD_LEXICAL = 0.2
"""A passage with less than this share of the best keyword score counts as found by its vector only."""
GUARD_GAP = 1e-3
"""Such a passage is put this far below the best one that holds the rare exact term."""

# --- what is returned --------------------------------------------------------------------------------------------
QUERY_CENTRE_MINIMUM = 20
"""Query-side vectors needed before their own mean is used to centre questions; below it the passages' mean serves."""
EPSILON = 1e-9
"""Keeps divisions defined."""
