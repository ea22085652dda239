"""Settings: environment variables ``SOLUCIONES_*`` over ``soluciones.toml`` over the defaults below."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

BUNDLED_MODEL = "bundled"
_MAIL = re.compile(r"[^\s@<>,;:()\"\\]{1,64}@[A-Za-z0-9.-]{1,253}", re.ASCII)


class Settings(BaseSettings):
    """Everything that can be set. Unknown keys are refused."""

    model_config = SettingsConfigDict(
        env_prefix="SOLUCIONES_", toml_file="soluciones.toml", extra="forbid", frozen=True
    )

    content: Path = Field(Path("content"), description="Folder of guides, facts.yml, site.yml, glossary.yml, intents/.")
    index: Path = Field(Path("var/index"), description="Folder of index generations.")
    models: Path = Field(Path("var/models"), description="Folder of prepared embedding models.")
    state: Path = Field(Path("var/state"), description="Folder of the database and the server's secret key.")
    model: str = Field(
        BUNDLED_MODEL,
        description="`bundled` (multilingual-e5-small), or a folder or name that sentence-transformers can load.",
    )
    host: str = Field("127.0.0.1", description="Address to serve on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to serve on.")
    workers: int = Field(1, ge=1, le=64, description="Server processes.")
    threads: int = Field(16, ge=1, le=256, description="Threads of each server process.")
    encoder_threads: int = Field(2, ge=1, le=64, description="CPU threads of the embedding model in each process.")
    network: bool = Field(True, description="Whether tools may look up DNS and connect to the site's own servers.")
    dns_server: str = Field(
        "", description="`address` or `address:port` of the DNS server to ask; empty: the system's."
    )
    profile_certificate: Path | None = Field(
        None, description="PEM file with the certificate (chain) that signs Apple profiles; empty: unsigned."
    )
    profile_key: Path | None = Field(None, description="PEM file with the private key of that certificate.")
    trusted_hosts: list[str] = Field(default_factory=list, description="Host names served; empty for any.")
    handoff_webhook: str = Field(
        "", repr=False, description="Address that each call for a person is posted to as JSON; empty: none."
    )
    handoff_webhook_secret: str = Field(
        "", repr=False, description="Shared secret that signs what is posted there (HMAC-SHA256); empty: unsigned."
    )
    handoff_email: str = Field("", description="Mail address that each call for a person is sent to; empty: none.")
    handoffs_per_hour: int = Field(
        20, ge=0, description="Calls for a person taken from one address in an hour; 0: as many as come."
    )
    smtp_host: str = Field("", description="Mail server that takes such mail.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port: 587 with `starttls`, 465 with `tls`.")
    smtp_user: str = Field("", description="User name there; empty: no login.")
    smtp_password_file: Path | None = Field(None, description="File with the password of that user, and nothing else.")
    smtp_from: str = Field("", description="Sender of such mail; empty: the address it is sent to.")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection is encrypted; `none` only within one's own network."
    )

    @field_validator("handoff_webhook")
    @classmethod
    def _webhook(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0):
            raise ValueError("must be an http(s) address")
        if parts.username is not None or parts.password is not None:
            raise ValueError("must not hold a user name or password; use handoff_webhook_secret")
        return value

    @field_validator("handoff_email", "smtp_from")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not _MAIL.fullmatch(value):
            raise ValueError("must be one bare mail address")
        return value

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Settings:
        if self.handoff_email and not self.smtp_host:
            raise ValueError("handoff_email needs smtp_host")
        if self.smtp_user and self.smtp_password_file is None:
            raise ValueError("smtp_user needs smtp_password_file")
        return self

    widget_secret_file: Path | None = Field(
        None, description="File with the secret (32 bytes or more) that signs widget visitors' HS256 tokens."
    )
    widget_public_key_file: Path | None = Field(
        None, description="PEM file with the public key of their EdDSA (Ed25519) or ES256 (P-256) tokens instead."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Where values come from, strongest first."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
