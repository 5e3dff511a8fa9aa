"""Does the operations of a plan, one after another, over a data folder, and says on stdout when each is done. Killed by
tests/main/test_crash.py at a random moment."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from bot import commands
from bot.app import App
from bot.lock import DataLock
from core.settings import load


async def run(data_dir: Path, plan: list[list[str]]) -> None:
    with DataLock(data_dir):
        app = App(load(env={}, data_dir=data_dir, folder=data_dir))
        await app.open()
        print("ready", flush=True)
        for number, (operation, argument) in enumerate(plan):
            if operation == "ingest":
                await commands.ingest(app, [argument], prune=True)
            elif operation == "remove":
                await app.ingestor.remove(app.ledger.find(argument))
            else:
                await commands.reindex(app)
            print(f"done {number}", flush=True)
        await app.close()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), json.loads(sys.argv[2])))
