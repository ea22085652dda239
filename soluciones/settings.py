"""Settings: environment variables ``SOLUCIONES_*`` over ``soluciones.toml`` over the defaults below."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

BUNDLED_MODEL = "bundled"


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
