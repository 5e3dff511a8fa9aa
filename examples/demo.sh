#!/bin/sh
# The demo: take in the example handbook, answer three questions as the persona, then open a chat on a terminal.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
PYTHON=${PYTHON:-python3}
bot() { "$PYTHON" -m bot --data-dir "${DEMO_DIR:-data/demo}" "$@"; }
"$PYTHON" -c '
import sys
from core import install
from style_adapter.model import extra
if extra.missing():
    sys.exit("The adapter extra is not installed: facts are quoted, the persona speaks around them. Cure: " + install.extra("adapter"))
' || true
bot ingest "$here/handbook"
for question in \
  'Какой RPO у уровня T1?' \
  'сколько дней отпуска положено' \
  'Как восстановить базу из бэкапа?'
do
  printf '\n\033[1m%s\033[0m\n' "› $question"
  bot ask "$question"
done
if [ -t 0 ]; then
  printf '\n'
  bot chat
fi
