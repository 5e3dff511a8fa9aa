"""What holds of the code as a whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import UsageError
from core.settings import load, names
from tests.conftest import ROOT, clean_env

HEAVY = ("torch", "transformers", "peft", "aiogram", "openai", "llama_index", "qdrant_client", "slovnet", "navec")


def imported_by(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=clean_env(), capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("statement", ["import bot", "import bot.cli.documents", "import bot.app, bot.commands"])
def test_heavy_imports_come_late(statement: str):
    assert imported_by(statement).isdisjoint(HEAVY)


def test_every_setting_is_documented():
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [name for name in names() if f"`{name}`" not in page] == []
    assert all(names().values()), "a setting without a description"


def test_settings_come_from_environment_then_dotenv_then_toml(tmp_path: Path):
    (tmp_path / "expertbot.toml").write_text(
        '[llm]\nmodel = "from-toml"\ntemperature = 0.5\n[telegram]\nadmins = [7]\n'
    )
    (tmp_path / ".env").write_text("# comment\nEXPERTBOT_LLM__MODEL='from-dotenv'\n")
    assert load(env={}, folder=tmp_path).llm.model == "from-dotenv"
    found = load(env={"EXPERTBOT_LLM__MODEL": "from-env", "EXPERTBOT_TELEGRAM__ADMINS": "1, 2"}, folder=tmp_path)
    assert (found.llm.model, found.llm.temperature, found.telegram.admins) == ("from-env", 0.5, (1, 2))


def test_all_faults_of_settings_at_once(tmp_path: Path):
    (tmp_path / "expertbot.toml").write_text('[llmm]\nmodel = "x"\n')
    with pytest.raises(UsageError) as error:
        load(env={"EXPERTBOT_TELEGRM__TOKEN": "x", "EXPERTBOT_LLM__MODLE": "y"}, folder=tmp_path)
    for wrong in ("EXPERTBOT_TELEGRM__TOKEN", "EXPERTBOT_LLM__MODLE", "LLMM"):
        assert wrong in error.value.message


def test_secrets_do_not_print(tmp_path: Path):
    settings = load(env={"EXPERTBOT_TELEGRAM__TOKEN": "42:very-secret"}, folder=tmp_path)
    assert "very-secret" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_dotenv_is_read_as_shells_and_people_write_it(tmp_path: Path):
    (tmp_path / ".env").write_text(
        '\ufeffexport EXPERTBOT_LLM__MODEL="a # b"  # comment\nEXPERTBOT_LLM__API_KEY = k#1 # comment\n'
        "EXPERTBOT_QDRANT__API_KEY='it is'\nEXPERTBOT_LLM__BASE_URL=\nOTHER=\"unclosed\n\nnot a line\n",
        encoding="utf-8",
    )
    found = load(env={"EXPERTBOT_DATA_DIR": ""}, folder=tmp_path)
    assert found.llm.model == "a # b"
    assert found.llm.api_key.get_secret_value() == "k#1"
    assert found.qdrant.api_key.get_secret_value() == "it is"
    assert found.llm.base_url == ""
    assert found.data_dir == Path("data")


@pytest.mark.parametrize(
    "toml", ['llm = "x"', "[llm]\nmodel = 5", "llm = 5\n[[telegram]]\ntoken = 'x'", "\xff", "[llm"]
)
def test_a_wrong_type_in_toml_is_a_sentence(tmp_path: Path, toml: str):
    (tmp_path / "expertbot.toml").write_bytes(toml.encode("latin-1"))
    with pytest.raises(UsageError):
        load(env={"EXPERTBOT_LLM__BASE_URL": "http://x"}, folder=tmp_path)
