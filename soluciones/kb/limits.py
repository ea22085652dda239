"""Caps on what a content folder may hold. Content comes from strangers too (imports, other tenants)."""

from __future__ import annotations

MAX_FILES = 20_000
"""Directory entries looked at: a help centre has hundreds of guides, never millions of files."""
MAX_FILE_BYTES = 262_144
"""Any file: fifty printed pages. The size is asked for before a byte is read. The worst Markdown we know (`[` repeated)
renders at about 60 KB a second, the worst YAML (a list of single letters) reads at about 100 KB a second."""
MAX_PARAGRAPH_CHARS = 32_768
"""One run of inline Markdown: inline parsing is the only part whose cost grows faster than the text."""
MAX_BLOCK_TOKENS = 100_000
"""Block tokens of a guide (a paragraph makes three, a table cell too); a full-size guide of real text makes a tenth."""
MAX_BLOCKS = 5_000
"""Headings, paragraphs, lists, tables of one guide."""
MAX_HTML_TAGS = 1_000
"""Raw HTML tags in one block: an HTML parser's cost grows with the square of how deep they nest."""
MAX_FRONT_MATTER_CHARS = 65_536
MAX_YAML_DEPTH = 20
"""Nesting of lists and mappings: libyaml and PyYAML recurse."""
MAX_NUMBER_CHARS = 40
"""Digits of a YAML number."""
MAX_PROBLEMS = 1_000
"""Reported at once; nobody reads more."""
MAX_TITLE_CHARS = 300
MAX_SUMMARY_CHARS = 1_000
MAX_QUESTION_CHARS = 500
MAX_LIST_ITEMS = 100
"""Entries of one list in the front matter."""
