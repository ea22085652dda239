"""Soluciones: a self-hosted help-centre engine. See DESIGN.md."""

__version__ = "0.2.0"
