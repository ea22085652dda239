"""The HTTP API, version 1: JSON in, JSON out, RFC 9457 problems for every error."""
