"""`python -m bot` is `expertbot`."""

from bot.cli import main

main()
