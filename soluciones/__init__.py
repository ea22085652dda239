"""Soluciones: a self-hosted help-centre engine. See DESIGN.md."""

__version__ = "0.3.0"
