"""Settings, read once at the top and handed down by section. Sources, strongest first: environment
`EXPERTBOT_SECTION__NAME`, `.env`, `expertbot.toml`. Unknown names are refused with the nearest right one, all at once."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from core.errors import UsageError

PREFIX = "EXPERTBOT_"


def _numbers(value: object) -> object:
    """`"1, 2"` → `[1, 2]`, the form a list takes in an environment variable."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


IdList = Annotated[tuple[int, ...], BeforeValidator(_numbers)]
TextList = Annotated[tuple[str, ...], BeforeValidator(_numbers)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class IngestSettings(Section):
    """How files become chunks."""

    chunk_chars: int = Field(1200, ge=200, le=8000, description="longest chunk, characters")
    max_file_mb: int = Field(50, ge=1, description="larger files are refused")
    parse_seconds: float = Field(60, gt=0, description="wall time one file may take to parse")
    parse_memory_mb: int = Field(1536, ge=512, description="memory the parsing process may take")
    workers: int = Field(0, ge=0, description="embedding processes; 0 = one a core")
    roots: TextList = Field(
        (), description="folders and URL prefixes that /ingest in Telegram may read, comma-separated"
    )


class EmbedderSettings(Section):
    """Texts to vectors. A change wants the bot stopped, `expertbot reindex`, and the bot started."""

    kind: str = Field(
        "use",
        pattern="^(use|openai|fastembed|sentence-transformers)$",
        description="`use` (built in), `openai` (an endpoint), `fastembed` or `sentence-transformers` (installed by you). To "
        "change it where documents are in: stop the bot, set it, `expertbot reindex`, start it",
    )
    model: str = Field("", description="model name, for every kind but `use`")
    base_url: str = Field("", description="OpenAI-compatible endpoint, for kind `openai`")
    api_key: SecretStr = Field(SecretStr(""), description="key of that endpoint")


class RetrievalSettings(Section):
    """How questions are searched for."""

    quality: bool = Field(
        False,
        description="rank by late interaction and read the best quotes with a cross-encoder before answering or refusing: "
        "surer and slower. To change it where documents are in: stop the bot, set it, `expertbot reindex`, start it",
    )


class QdrantSettings(Section):
    """A Qdrant server. Without a URL the engine runs in this process, under the data folder."""

    url: str = Field("", description="e.g. http://127.0.0.1:6333")
    api_key: SecretStr = Field(SecretStr(""), description="key of the server")
    collection: str = Field("expertbot", pattern="^[A-Za-z0-9_-]+$", description="alias of the index")
    replicas: int = Field(1, ge=1, description="copies of each shard")
    shards: int = Field(1, ge=1, description="shards of a new collection")
    timeout_seconds: float = Field(10, gt=0, description="of one request")


class LlmSettings(Section):
    """An OpenAI-compatible endpoint for drafts and the prompt layer. Without a model drafts are extractive."""

    base_url: str = Field("", description="e.g. http://127.0.0.1:8080/v1")
    api_key: SecretStr = Field(SecretStr(""), description="key of the endpoint")
    model: str = Field("", description="model that drafts")
    fallback_base_url: str = Field("", description="second endpoint, tried when the first is down")
    fallback_api_key: SecretStr = Field(SecretStr(""), description="key of the second endpoint")
    fallback_model: str = Field("", description="model of the second endpoint")
    connect_seconds: float = Field(5, gt=0, description="to connect")
    first_token_seconds: float = Field(20, gt=0, description="to the first token")
    total_seconds: float = Field(90, gt=0, description="for the whole answer")
    temperature: float = Field(0.2, ge=0, le=2, description="of drafts")

    @property
    def configured(self) -> bool:
        return bool(self.model)


class PersonaSettings(Section):
    """Whose voice, and how it is produced."""

    default: str = Field("alex", description="a persona's id, or `none`")
    folder: str = Field("", description="folder of personas; empty = the shipped ones")
    restyler: str = Field(
        "auto",
        pattern="^(auto|adapter|prompt|remote|none)$",
        description="`auto` (the adapter where installed and the persona has one, else `prompt` where an LLM is set, else frames "
        "only), `adapter`, `prompt` (the LLM), `remote` (adapters on a server), `none` (frames only)",
    )
    candidates: int = Field(6, ge=1, le=16, description="wordings tried per answer")
    judge: bool = Field(
        False,
        description="let the LLM read the wording that the guard passes; what it doubts is not sent, and is logged: surer, and a "
        "question more to the LLM per answer",
    )
    base: str = Field("", description="folder of the base model the adapters fit; empty = the packaged Gemma 3 270M")
    models_folder: str = Field("", description="where the unpacked base model is kept; empty = the user's cache")
    remote_base_url: str = Field("", description="OpenAI-compatible server whose models are the adapters")
    remote_api_key: SecretStr = Field(SecretStr(""), description="key of that server")


class TelegramSettings(Section):
    """The bot."""

    token: SecretStr = Field(SecretStr(""), description="from @BotFather")
    api_base: str = Field("https://api.telegram.org", description="Bot API server")
    admins: IdList = Field(
        (), description="numeric user ids, comma-separated; while empty, the bot tells yours at /start"
    )
    allowed: IdList = Field(
        (),
        description="numeric user ids, comma-separated: only these and the admins are answered; empty = anyone who finds the bot",
    )
    webhook_url: str = Field("", description="public URL; empty = polling")
    webhook_secret: SecretStr = Field(SecretStr(""), description="mandatory with a webhook")
    webhook_listen: str = Field("127.0.0.1:8081", description="host:port to listen on")
    concurrency: int = Field(8, ge=1, description="questions answered at once")
    queue: int = Field(200, ge=1, description="questions waiting at most")
    per_minute: float = Field(12, gt=0, description="questions a user may ask a minute")
    per_day: int = Field(500, ge=1, description="questions a user may ask a day")


class RedisSettings(Section):
    """Several replicas of `serve` and workers on one data folder. Without a URL one process does it all."""

    url: SecretStr = Field(
        SecretStr(""), description="e.g. redis://127.0.0.1:6379/0; several processes share one data folder"
    )
    prefix: str = Field("expertbot", pattern="^[A-Za-z0-9_:-]+$", description="first part of every key")
    lease_seconds: float = Field(5, ge=1, le=60, description="after so long a dead process's work is taken over")
    wait_seconds: float = Field(
        30, ge=0, le=600, description="how long a starting process waits for a Redis that is away"
    )


class MetricsSettings(Section):
    """Figures of `serve` and `worker` for Prometheus; `api` has them on its own port."""

    listen: str = Field("", description="host:port, or a port of 127.0.0.1; empty = none")


class TracesSettings(Section):
    """OpenTelemetry traces of answers."""

    endpoint: str = Field("", description="OTLP over HTTP, e.g. http://127.0.0.1:4318/v1/traces; empty = no traces")
    prompts: bool = Field(False, description="keep the text of questions and answers in traces")


class ApiSettings(Section):
    """The OpenAI-compatible HTTP service."""

    listen: str = Field("127.0.0.1:8088", description="host:port")
    keys_file: str = Field("", description="hashed bearer keys; empty = <data-dir>/api_keys.json")
    origins: TextList = Field((), description="allowed CORS origins, comma-separated")
    first_token_seconds: float = Field(
        7,
        gt=0,
        description="a program can't be told to wait: a model silent for so long is passed over for the next rung",
    )


class LogSettings(Section):
    """Logs go to stderr."""

    level: str = Field(
        "INFO",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        description="least level shown: `DEBUG`, `INFO`, `WARNING` or `ERROR`",
    )
    json_lines: bool = Field(False, description="one JSON object a line")
    prompts: bool = Field(False, description="keep the text of questions in logs")


class Settings(Section):
    """All sections, and where the data lies."""

    data_dir: Path = Field(Path("data"), description="ledger, index, uploads, state")
    ingest: IngestSettings = IngestSettings()
    embedder: EmbedderSettings = EmbedderSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    qdrant: QdrantSettings = QdrantSettings()
    llm: LlmSettings = LlmSettings()
    persona: PersonaSettings = PersonaSettings()
    telegram: TelegramSettings = TelegramSettings()
    redis: RedisSettings = RedisSettings()
    api: ApiSettings = ApiSettings()
    metrics: MetricsSettings = MetricsSettings()
    traces: TracesSettings = TracesSettings()
    log: LogSettings = LogSettings()

    @property
    def shared(self) -> bool:
        """Whether other processes may have the same data folder open."""
        return bool(self.redis.url.get_secret_value())

    def for_programs(self) -> Settings:
        """The same for callers that can't be told to wait: a silent model is passed over sooner."""
        seconds = min(self.llm.first_token_seconds, self.api.first_token_seconds)
        return self.model_copy(update={"llm": self.llm.model_copy(update={"first_token_seconds": seconds})})


def names() -> dict[str, str]:
    """Every setting as its environment name, with its description; the source of docs/settings.md."""
    found = {PREFIX + "DATA_DIR": str(Settings.model_fields["data_dir"].description)}
    for section, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            for name, inner in kind.model_fields.items():
                found[f"{PREFIX}{section.upper()}__{name.upper()}"] = str(inner.description)
    return found


def _from_env(env: Mapping[str, str], origin: str, faults: list[str]) -> dict[str, Any]:
    known = names()
    values: dict[str, Any] = {}
    for name, value in env.items():
        if not name.startswith(PREFIX):
            continue
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            faults.append(f"{origin}: unknown setting {name}" + (f"; did you mean {near[0]}?" if near else ""))
        elif name == PREFIX + "DATA_DIR":
            if value:  # compose hands over an unset variable as an empty one
                values["data_dir"] = Path(value).expanduser()
        else:
            section, key = name.removeprefix(PREFIX).lower().split("__", 1)
            values.setdefault(section, {})[key] = value
    return values


def _from_toml(path: Path, faults: list[str]) -> dict[str, Any]:
    try:
        loaded = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(f"{path}: not valid TOML: {error}")
        return {}
    except OSError as error:
        faults.append(f"{path} can't be read: {error.strerror}")
        return {}
    for section, content in list(loaded.items()):
        env_names = (
            [f"{PREFIX}{section.upper()}__{key.upper()}" for key in content] if isinstance(content, dict) else []
        )
        if not isinstance(content, dict):
            env_names = [PREFIX + section.upper()]
        _from_env(dict.fromkeys(env_names, ""), str(path), faults)
    return loaded


# A name, and a value in quotes of one kind or bare; after it a comment may stand.
DOTENV_LINE = re.compile(r"""\s*(?:export\s+)?(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)'|(.*?))\s*(?:(?<=[\s"'])#.*)?$""")


def _dotenv(path: Path, faults: list[str]) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines() if path.is_file() else []
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{path} can't be read: {error}")
        return {}
    found = (DOTENV_LINE.match(line) for line in lines if not line.lstrip().startswith("#"))
    return {match[1]: match[2] or match[3] or match[4] or "" for match in found if match}


def _merge(base: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in over.items():
        below = base.get(key)
        base[key] = {**(below if isinstance(below, dict) else {}), **value} if isinstance(value, dict) else value
    return base


def load(
    config: Path | None = None,
    env: Mapping[str, str] | None = None,
    data_dir: Path | None = None,
    folder: Path | None = None,
) -> Settings:
    """Settings for this run. Raises UsageError naming every fault at once."""
    env, folder = os.environ if env is None else env, folder or Path()
    faults: list[str] = []
    if config and not config.is_file():
        raise UsageError(f"There is no settings file {config}.", "Check the path after --config.")
    toml = config or folder / "expertbot.toml"
    merged = _from_toml(toml, faults) if toml.is_file() else {}
    merged = _merge(merged, _from_env(_dotenv(folder / ".env", faults), ".env", faults))
    merged = _merge(merged, _from_env(env, "environment", faults))
    if data_dir:
        merged["data_dir"] = data_dir
    if not faults:
        try:
            return Settings.model_validate(merged)
        except ValidationError as error:
            for fault in error.errors(include_url=False, include_input=False):
                name = PREFIX + "__".join(str(part).upper() for part in fault["loc"][:2])
                faults.append(f"{name}: {fault['msg']}")
    raise UsageError("Settings can't be used: " + " · ".join(faults), "All settings: docs/settings.md.")
