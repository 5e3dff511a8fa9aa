"""What every message of the bot has to pass: can the chat be reached, is the text sound, do the buttons hold.

Raises ContractError for what a careful bot never sends, ApiError for what may happen to any bot.
"""

from __future__ import annotations

import time
from typing import Any

from tests.loopback.telegram.schema import Violation
from tests.loopback.telegram.text import TextError, entity_errors, parse_html, trim, utf16_len
from tests.loopback.telegram.world import ApiError, Chat, ContractError, Json, Message, World

MAX_TEXT = 4096
MAX_BUTTONS, MAX_ROW = 100, 8
_BUTTON_LOOKS = frozenset({"text", "icon_custom_emoji_id", "style"})
_STYLES = frozenset({"danger", "success", "primary"})


def refuse(method: str, where: str, message: str) -> ContractError:
    """A single breach of the contract."""
    return ContractError([Violation(method, where, message)])


def reachable(world: World, chat_id: object) -> Chat:
    """The chat, if the bot may write there now; else the Bot API's refusal."""
    chat = world.chat(chat_id)
    if chat.migrated_to is not None:
        raise ApiError(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            migrate_to_chat_id=chat.migrated_to,
        )
    if chat.bot_status == "kicked":
        why = "blocked by the user" if chat.type == "private" else f"kicked from the {chat.type} chat"
        raise ApiError(403, f"Forbidden: bot was {why}")
    if chat.bot_status == "left":
        raise ApiError(403, f"Forbidden: bot is not a member of the {chat.type} chat")
    if not chat.started:
        raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
    return chat


def formatted(
    method: str,
    params: Json,
    *,
    text_key: str = "text",
    entities_key: str = "entities",
    mode_key: str = "parse_mode",
    at_most: int = MAX_TEXT,
    may_be_empty: bool = False,
) -> tuple[str, list[Json]]:
    """Text and entities as Telegram would store them, trimmed."""
    text, entities = params.get(text_key, ""), params.get(entities_key) or []
    if mode := params.get(mode_key):
        if entities:
            raise refuse(method, mode_key, "both a parse mode and entities; Telegram ignores one of them")
        if str(mode).lower() != "html":
            raise refuse(method, mode_key, f"{mode!r} is not served here: send entities, or HTML for fixed texts")
        try:
            text, entities = parse_html(text)
        except TextError as error:
            raise ApiError(400, f"Bad Request: can't parse entities: {error}") from error
    errors = [(entities_key, message) for message in entity_errors(text, entities)]
    text, entities = trim(text, entities)
    size = utf16_len(text)
    if size > at_most:
        errors.append((text_key, f"message is too long: {size} UTF-16 units, {at_most} allowed"))
    if not text and not may_be_empty:
        errors.append((text_key, "message text is empty"))
    if "\x00" in text:
        errors.append((text_key, "a NUL character"))
    if errors:
        raise ContractError([Violation(method, where, message) for where, message in errors])
    return text, entities


def markup(method: str, params: Json) -> Json | None:
    """The reply markup, its buttons checked; None where there is none."""
    raw = params.get("reply_markup")
    if raw is None:
        return None
    rows = raw.get("inline_keyboard", [])
    buttons = [b for row in rows for b in row]
    errors = [f"row {i} has {len(row)} buttons, {MAX_ROW} allowed" for i, row in enumerate(rows) if len(row) > MAX_ROW]
    if len(buttons) > MAX_BUTTONS:
        errors.append(f"{len(buttons)} buttons, {MAX_BUTTONS} allowed")
    for button in buttons:
        errors += _button_errors(button)
    if errors:
        raise ContractError([Violation(method, "reply_markup", message) for message in errors])
    return dict(raw)


def _button_errors(button: Json) -> list[str]:
    errors, label = [], button.get("text", "")
    actions = [k for k in button if k not in _BUTTON_LOOKS]
    if not label.strip():
        errors.append("a button without a label")
    if len(actions) != 1:
        errors.append(f"button {label!r} needs exactly one action, has {actions}")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= 64:
        errors.append(f"button {label!r}: callback_data of {len(data.encode())} bytes, 1-64 allowed")
    if "url" in button and not button["url"].startswith(("http://", "https://", "tg://")):
        errors.append(f"button {label!r}: not an HTTP or tg:// URL: {button['url']!r}")
    if button.get("style") not in {None, *_STYLES}:
        errors.append(f"button {label!r}: style {button['style']!r}")
    return errors


def post(world: World, chat: Chat, content: Json, params: Json, keyboard: Json | None) -> Message:
    """Puts a message of the bot into the chat, threads and replies checked, and tells those who wait."""
    body: Json = {
        "message_id": chat.next_message_id(),
        "from": world.bot_user(),
        "chat": chat.object,
        "date": int(time.time()),
        **content,
    }
    body |= _thread(chat, params) | _reply(chat, params)
    if keyboard is not None and "inline_keyboard" in keyboard:
        body["reply_markup"] = keyboard
    message = Message(chat, body["message_id"], body, True, time.monotonic())
    chat.messages[message.id] = message
    chat.drafts.clear()
    world.counters["messages.bot"] += 1
    world.happened("message", chat, message)
    return message


def _thread(chat: Chat, params: Json) -> Json:
    thread = params.get("message_thread_id")
    if thread is None:
        return {}
    if thread in chat.topics:
        return {"message_thread_id": thread, "is_topic_message": True}
    if chat.type == "supergroup" and not chat.is_forum and thread in chat.messages:
        return {"message_thread_id": thread}
    raise ApiError(400, "Bad Request: message thread not found")


def _reply(chat: Chat, params: Json) -> Json:
    reply: dict[str, Any] | None = params.get("reply_parameters")
    if not reply:
        return {}
    target = chat.messages.get(reply["message_id"])
    if target is None or target.deleted:
        if reply.get("allow_sending_without_reply"):
            return {}
        raise ApiError(400, "Bad Request: message to be replied not found")
    quote = reply.get("quote")
    if quote and quote not in target.text:
        raise ApiError(400, "Bad Request: QUOTE_TEXT_INVALID")
    shown = {"reply_to_message": {k: v for k, v in target.body.items() if k != "reply_to_message"}}
    if quote:
        position = utf16_len(target.text[: target.text.index(quote)])
        shown["quote"] = {"text": quote, "position": position, "is_manual": True}
    return shown
