"""The files of a deployment, read as an engine would; none runs here. See docs/deploy.md."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli import HOME
from bot.metrics import Listener, Metrics
from core.settings import load, names
from tests.conftest import ROOT, shared

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("bot", "api", "worker")
each = pytest.mark.parametrize("name", SERVICES)


def test_profiles_are_those_that_exist():
    assert {p for s in SERVICES.values() for p in s.get("profiles", [])} == {
        "api", "qdrant", "cluster", "gpu", "scale", "observability",
    }  # fmt: skip
    assert [name for name, service in SERVICES.items() if not service.get("profiles")] == ["bot"]


@each
def test_every_image_is_pinned(name: str):
    image = SERVICES[name]["image"]
    assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+\.\d+(-[\w.]+)?(@sha256:[0-9a-f]{64})?", image), image


@each
def test_every_service_is_watched_and_restarts(name: str):
    service = SERVICES[name]
    check = service["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries"} <= set(check)
    assert service["restart"] == "unless-stopped"


@each
def test_every_service_is_confined(name: str):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert re.fullmatch(r"[1-9]\d*:\d+", service["user"])
    assert not {"privileged", "network_mode", "pid", "ipc", "cap_add"} & set(service)
    for volume in service.get("volumes", []):
        origin, target, *mode = volume.split(":")
        assert not target.startswith("/var/run")
        assert origin in COMPOSE["volumes"] or (origin.startswith("./") and mode == ["ro"]), volume


@pytest.mark.parametrize("name", OURS)
def test_models_are_unpacked_on_a_volume_and_own_personas_are_at_hand(name: str):
    service = SERVICES[name]
    mounts = {volume.split(":")[1]: volume.split(":")[0] for volume in service["volumes"]}
    models = Path(service["environment"]["EXPERTBOT_PERSONA__MODELS_FOLDER"])
    assert mounts[str(models.parent)] in COMPOSE["volumes"]
    assert f"EXPERTBOT_PERSONA__MODELS_FOLDER={models}" in (ROOT / "Dockerfile").read_text("utf-8")
    assert mounts["/personas"] == "./my-personas"
    assert "# EXPERTBOT_PERSONA__FOLDER=/personas" in (ROOT / "deploy/example.env").read_text("utf-8")


def test_the_guides_commands_name_services_and_commands_that_exist():
    text = (ROOT / "docs/deploy.md").read_text("utf-8")
    asked = re.findall(r"docker compose exec (?:-T )?(\w+) expertbot (\w+)", text)
    asked += re.findall(r"docker compose run --rm (?:-T )?(\w+) (\w+)", text)
    assert {command for _, command in asked} >= {"ingest", "doctor", "reindex", "migrate", "backup", "restore", "api"}
    for service, command in asked:
        assert service in OURS
        assert command in HOME or command == "COMMAND"
    assert set(re.findall(r"docker compose (?:stop|up -d) (?!--)([a-z]\w+)", text)) <= set(SERVICES)


@each
def test_no_port_is_public(name: str):
    for port in SERVICES[name].get("ports", []):
        assert port.startswith("127.0.0.1:"), port


def test_the_stores_and_models_have_no_port_and_no_way_out():
    for name, service in SERVICES.items():
        if "qdrant" in name or "vllm" in name:
            assert not service.get("ports"), name
            assert all(
                COMPOSE["networks"][network] and COMPOSE["networks"][network]["internal"]
                for network in service["networks"]
            )


def test_names_are_declared():
    for name, service in SERVICES.items():
        volumes = {volume.split(":")[0] for volume in service.get("volumes", [])}
        assert {v for v in volumes if not v.startswith("./")} <= set(COMPOSE["volumes"]), name
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
        assert set(service.get("depends_on", {})) <= set(SERVICES)
        for volume in volumes:
            if volume.startswith("./deploy"):
                assert (ROOT / volume).exists(), volume


def test_every_variable_of_ours_is_a_setting():
    text = (ROOT / "compose.yaml").read_text("utf-8") + (ROOT / "deploy" / "example.env").read_text("utf-8")
    text += (ROOT / "Dockerfile").read_text("utf-8")
    used = set(re.findall(r"EXPERTBOT_\w+", text))
    assert used
    assert used <= set(names())
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert all(f"`{name}`" in page for name in used)
    deploy = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    for name in set(re.findall(r"\$\{(\w+)", text)) - set(names()) - {"EXTRAS"}:
        assert name in deploy, name


def test_the_example_settings_are_accepted(tmp_path: Path):
    (tmp_path / ".env").write_text((ROOT / "deploy" / "example.env").read_text("utf-8"), "utf-8")
    assert load(env={}, folder=tmp_path).ingest.roots == ("/documents",)
    assert "EXPERTBOT_TELEGRAM__ALLOWED=\n" in (tmp_path / ".env").read_text(
        "utf-8"
    )  # named, for without it anyone is answered
    commented = re.sub(r"^# (EXPERTBOT_\w+=)", r"\1", (tmp_path / ".env").read_text("utf-8"), flags=re.M)
    (tmp_path / ".env").write_text(commented, "utf-8")
    settings = load(env={}, folder=tmp_path)
    assert (settings.qdrant.url, settings.qdrant.replicas) == ("http://qdrant-1:6333", 2)
    for url in re.findall(r"^EXPERTBOT_\w+=http://([\w-]+):", commented, flags=re.M):
        assert url in SERVICES


def test_a_store_without_a_key_does_not_start():
    for name, service in SERVICES.items():
        if "qdrant" in name:
            script = service["command"][2].replace("$$", "$").replace("exec ./entrypoint.sh", "echo started")
            for key, started in (("", False), ("k", True)):
                done = subprocess.run(
                    ["bash", "-c", script], env={"QDRANT__SERVICE__API_KEY": key, "PATH": "/usr/bin:/bin"},
                    capture_output=True, text=True, check=False,
                )  # fmt: skip
                assert done.stdout.startswith("started") is started
                assert (done.returncode == 0) is started


def test_a_stores_health_is_its_readiness():
    shared("contracts/qdrant-openapi.json")
    from tests.loopback.qdrant import QdrantServer

    async def healthy(port: str) -> bool:
        command = [part.replace("6333", port) for part in SERVICES["qdrant"]["healthcheck"]["test"][1:]]
        process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return await process.wait() == 0

    async def run() -> None:
        async with QdrantServer() as server:
            port = server.url.rsplit(":", 1)[1]
            assert await healthy(port)
        assert not await healthy(port)

    asyncio.run(run())


@pytest.mark.parametrize("name", ["bot", "worker"])
def test_the_bots_health_is_its_readiness(name: str):
    service, ready = SERVICES[name], [False]
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    listen = service["environment"]["EXPERTBOT_METRICS__LISTEN"]
    code = service["healthcheck"]["test"][3].replace(listen.rpartition(":")[2], str(port))

    async def healthy() -> bool:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stderr=subprocess.DEVNULL)
        return await process.wait() == 0

    async def run() -> None:
        listener = Listener(str(port), Metrics(), dict, lambda: ready[0])
        assert not await healthy()
        await listener.start()
        assert not await healthy()
        ready[0] = True
        assert await healthy()
        await listener.close()

    asyncio.run(run())


def test_the_queue_asks_for_a_password_and_keeps_what_it_acknowledges():
    shell, option, script = SERVICES["redis"]["command"]
    script = script.replace("$$", "$").replace("exec redis-server", "echo")
    for word, started in (("", False), ("w", True)):
        env = {"REDISCLI_AUTH": word, "PATH": "/usr/bin:/bin"}
        done = subprocess.run([shell, option, script], env=env, capture_output=True, text=True, check=False)
        assert (done.returncode == 0) is started
    assert {"--requirepass w", "--appendonly yes", "--appendfsync always", "--maxmemory-policy noeviction"} <= {
        f"{name} {value}" for name, value in zip(done.stdout.split(), done.stdout.split()[1:], strict=False)
    }
    assert COMPOSE["networks"]["queue"]["internal"]
    assert not SERVICES["redis"].get("ports")


def test_the_webhooks_proxy_knows_the_replicas():
    text = (ROOT / "deploy/webhook-proxy.conf").read_text("utf-8")
    (host,) = re.findall(r"set \$replicas (\w+);", text)
    (port,) = re.findall(r"proxy_pass http://\$replicas:(\d+);", text)
    assert SERVICES[host]["environment"]["EXPERTBOT_TELEGRAM__WEBHOOK_LISTEN"] == f"0.0.0.0:{port}"
    assert set(SERVICES[host]["networks"]) & set(SERVICES["webhook-proxy"]["networks"])


def test_the_dashboard_asks_for_figures_that_exist():
    known = {metric.name for metric in Metrics().registry.collect()}
    board = json.loads((ROOT / "deploy/grafana/dashboards/expertbot.json").read_text("utf-8"))
    asked = {
        name
        for panel in board["panels"]
        for target in panel["targets"]
        for name in re.findall(r"expertbot_\w+", target["expr"])
    }
    assert asked
    assert {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in asked} <= known
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    source = yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/prometheus.yml").read_text("utf-8"))
    assert {panel["datasource"]["uid"] for panel in board["panels"]} == {source["datasources"][0]["uid"]}


def test_prometheus_asks_the_api_with_its_key():
    job, _ = yaml.safe_load((ROOT / "deploy/prometheus.yml").read_text("utf-8"))["scrape_configs"]
    (target,) = job["static_configs"][0]["targets"]
    host, port = target.split(":")
    assert SERVICES[host]["environment"]["EXPERTBOT_API__LISTEN"].endswith(port)
    secret = Path(job["authorization"]["credentials_file"])
    assert secret.parent == Path("/run/secrets")
    assert secret.name in SERVICES["prometheus"]["secrets"]
    assert set(SERVICES["prometheus"]["networks"]) & set(SERVICES[host]["networks"])


def test_prometheus_asks_every_replica_and_worker():
    _, job = yaml.safe_load((ROOT / "deploy/prometheus.yml").read_text("utf-8"))["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    for name in found["names"]:
        assert SERVICES[name]["environment"]["EXPERTBOT_METRICS__LISTEN"] == f"0.0.0.0:{found['port']}"
        assert set(SERVICES["prometheus"]["networks"]) & set(SERVICES[name]["networks"])


def test_the_image_is_small_pinned_and_nobodys():
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    stages = [line for line in lines if line.startswith("FROM ")]
    assert all(re.match(r"FROM python:\d+\.\d+\.\d+-slim-\w+", line) for line in stages)
    assert len(stages) == 2
    (user,) = [line.removeprefix("USER ") for line in lines if line.startswith("USER ")]
    assert all(SERVICES[name]["user"] == user for name in OURS)
    copied = [line.split()[1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    for name in (*copied, "README.md"):
        assert name in allowed
        assert (ROOT / name).exists()
    assert {"core", "ingest", "retrieval", "style_adapter", "bot", "personas"} <= set(copied)


def test_the_proxy_lets_two_paths_through():
    servers = (ROOT / "deploy/llm-proxy.conf").read_text("utf-8").split("server {")[1:]
    assert len(servers) == 2
    for server in servers:
        assert re.findall(r"location (\S+ ?\S*) \{", server) == ["= /v1/chat/completions", "= /v1/models", "/"]
        assert "location / { return 404; }" in server
        (host,) = set(re.findall(r"proxy_pass http://([\w-]+):8000;", server))
        assert host in SERVICES
        (port,) = re.findall(r"listen (\d+);", server)
        assert f"//llm-proxy:{port}/v1" in (ROOT / "deploy/example.env").read_text("utf-8")


def test_every_shipped_persona_has_its_adapter_served():
    served = {part.split("=")[0] for part in SERVICES["vllm-persona"]["command"] if "=/models/adapters/" in part}
    assert served == {path.parent.name for path in (ROOT / "personas").glob("*/bible.yaml")}
