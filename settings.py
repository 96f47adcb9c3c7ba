"""Every setting of the program, read once from the environment."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# Where a page is from, as browsers say it.
ORIGIN = r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?"
DATABASE_ADDRESS = r"^(postgresql|postgres|postgresql\+asyncpg)://"


class Settings(BaseSettings):
    """What operators can set; README.md lists it for them."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    database_url: str | None = Field(
        None, pattern=DATABASE_ADDRESS, description="PostgreSQL 15 or newer to use instead of the embedded one."
    )
    database_read_url: str | None = Field(
        None, pattern=DATABASE_ADDRESS, description="A replica to read from; the database itself when not set."
    )
    data_dir: Path | None = Field(None, description="Where the embedded PostgreSQL keeps its data.")
    host: str = Field("127.0.0.1", description="The address to serve on.")
    port: int | None = Field(
        None, ge=1, le=65535, description="The port to serve on; the first free one from 8000 when not set."
    )
    sample: bool = Field(True, description="Whether the embedded database has sample activity beside the facts.")
    pool_size: int = Field(
        10, ge=1, le=100, description="How many connections read from the database at most; as many write."
    )
    statement_timeout: float = Field(10, gt=0, le=600, description="How many seconds a statement may take.")
    subscriptions: int = Field(
        100, ge=1, description="How many subscriptions a key, or an address without one, may have in one process."
    )
    max_cost: int = Field(50_000, ge=1, description="How many points an operation may cost with a key.")
    max_cost_anonymous: int = Field(2_000, ge=1, description="How many points an operation may cost without a key.")
    budgets: bool = Field(True, description="Whether points are counted, so that nobody asks too much in a minute.")
    budget: int = Field(120_000, ge=1, description="How many points a minute a key has that has no budget of its own.")
    budget_anonymous: int = Field(6_000, ge=1, description="How many points a minute an address has without a key.")
    introspection: Literal["all", "keys", "none"] = Field(
        "keys", description="Who may ask for the schema itself: everybody, those with a key, or nobody."
    )
    documents: Literal["open", "trusted+keys", "trusted"] = Field(
        "open", description="Which documents are run: all, all with a key and else trusted ones, or trusted ones only."
    )
    documents_max_age: int = Field(
        60, ge=0, description="How many seconds the answer to a trusted document may be kept that anybody would get."
    )
    execution: Literal["compiled", "batched"] = Field(
        "compiled",
        description="Whether a query is one statement where it can be, or one a level, as on distributed PostgreSQL.",
    )
    webhooks_private: bool = Field(
        False, description="Whether webhooks may also lead to addresses that are not on the public internet."
    )
    oidc_issuer: str | None = Field(
        None, pattern=r"^https?://", description="Whose tokens are taken beside keys: the `iss` they have."
    )
    oidc_audience: str | None = Field(None, description="The `aud` that tokens must have.")
    oidc_jwks: str | None = Field(
        None, description="The URL of the issuer's keys, or the path of a file with them; a JSON Web Key Set."
    )
    oidc_algorithms: str = Field(
        "RS256,ES256,EdDSA",
        pattern=r"^(([RPE]S(256|384|512)|EdDSA|Ed25519)(,|$))+$",
        description="How tokens may be signed.",
    )
    oidc_claims: str = Field(
        "",
        pattern=r"^((kind|districts|partner|modules|personal|write)=[^,=]+(,|$))*$",
        description="Where tokens say what their holders are, where it is not `yizhan.kind` and so on: kind=role,….",
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        given = (self.oidc_issuer, self.oidc_audience, self.oidc_jwks)
        if any(given) and not all(given):
            raise ValueError("OIDC_ISSUER, OIDC_AUDIENCE and OIDC_JWKS go together: set all of them or none")
        return self

    operations: int | None = Field(
        None,
        ge=1,
        description="How many operations run or wait for a connection at once; ten times POOL_SIZE when not set.",
    )
    cors_origins: str = Field(
        "",
        pattern=rf"^ *(\*|{ORIGIN}( *, *{ORIGIN})*)? *$",
        description="The origins whose pages may ask from browsers, with commas between them; * for all.",
    )
    metrics: bool = Field(False, description="Whether /metrics gives figures for Prometheus, to whoever can reach it.")
    otel_exporter_otlp_endpoint: str | None = Field(
        None, pattern=r"^https?://", description="Where spans for OpenTelemetry are sent by OTLP over HTTP."
    )
    log_format: Literal["console", "json"] | None = Field(
        None, description="How lines of the log are written; json when not set, in a terminal console."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="From which level on lines are written; info has a line for each operation."
    )

    @property
    def most_operations(self) -> int:
        """How many operations may run at once."""
        return self.operations or 10 * self.pool_size

    @property
    def origins(self) -> list[str]:
        """The origins whose pages may ask."""
        return [each.strip() for each in self.cors_origins.split(",") if each.strip()]

    @property
    def dsn(self) -> str | None:
        """The database's address as asyncpg takes it."""
        return _plain(self.database_url)

    @property
    def read_dsn(self) -> str | None:
        """The replica's address as asyncpg takes it."""
        return _plain(self.database_read_url)


def _plain(address: str | None) -> str | None:
    return address and address.replace("postgresql+asyncpg://", "postgresql://", 1)


def settings_of_environment() -> Settings:
    """The settings; a ValueError with one message that names every variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = [f"  {'.'.join(map(str, e['loc'])).upper() or 'OIDC'}: {e['msg']}" for e in error.errors()]
        raise ValueError("These settings are wrong:\n" + "\n".join(wrong)) from None
