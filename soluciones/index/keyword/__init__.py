"""The keyword index: exact words, numbers, hosts and codes, in Spanish that people really type.

Whoosh comes from the package ``whoosh3``: no dependencies, typed, released this autumn. Refused: ``whoosh-reloaded``
(stuck at 2.7.5 of 2024) and ``whoosh-ng`` (a beta that bundles web frameworks). Whoosh keeps the postings and scores
them (BM25F); its analysers and its query parser are not used: analysis is ours (``analysis.py``), and text typed by a
visitor never becomes a query language (``plan.py``).
"""
