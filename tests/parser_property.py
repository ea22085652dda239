"""One size for the property tests of parsers: 500 examples in ``make test``, 10,000 in ``make nightly``."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("SOLUCIONES_EXAMPLES", "500"))

parser_property = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES <= 500,  # what passes once passes again; new examples are the nightly run's business
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
"""Decorator for ``@given`` tests; mark them ``@pytest.mark.parser`` as well, so that the nightly target finds them."""
