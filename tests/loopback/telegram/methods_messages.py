"""The methods that put, change and remove messages. Parameters come checked against the contract's types."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.loopback.telegram.outgoing import formatted, markup, post, reachable, refuse
from tests.loopback.telegram.schema import CHAT_ACTIONS, Upload
from tests.loopback.telegram.world import ApiError, Chat, Json, Message, StoredFile, World

MAX_CAPTION = 1024
MAX_UPLOAD = 50 * 1024 * 1024
SAME = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)


def send_message(world: World, p: Json) -> Json:
    chat = reachable(world, p["chat_id"])
    text, entities = formatted("sendMessage", p)
    keyboard = markup("sendMessage", p)
    content: Json = {"text": text} | ({"entities": entities} if entities else {})
    return post(world, chat, content, p, keyboard).body


def send_message_draft(world: World, p: Json) -> bool:
    chat = reachable(world, p["chat_id"])
    if chat.type != "private":
        raise refuse("sendMessageDraft", "chat_id", f"drafts are for private chats, this is a {chat.type}")
    if p["draft_id"] == 0:
        raise refuse("sendMessageDraft", "draft_id", "must be non-zero")
    text, entities = formatted("sendMessageDraft", p, may_be_empty=True)
    # The contract allows an empty text (a placeholder), older servers refuse it: a bot must not count on it.
    if not text:
        raise ApiError(400, "Bad Request: text must be non-empty")
    if p.get("message_thread_id") is not None and p["message_thread_id"] not in chat.topics:
        raise ApiError(400, "Bad Request: message thread not found")
    draft: Json = {"text": text, "entities": entities, "at": time.monotonic()}
    chat.drafts[p["draft_id"]] = draft
    world.happened("draft", chat, draft_id=p["draft_id"], can_stop=p.get("can_stop", False), **draft)
    return True


def _media(world: World, p: Json, kind: str, at_most: int) -> tuple[Chat, Json, StoredFile]:
    method = f"send{kind.capitalize()}"
    chat = reachable(world, p["chat_id"])
    caption, entities = formatted(
        method, p, text_key="caption", entities_key="caption_entities", at_most=MAX_CAPTION, may_be_empty=True
    )
    value = p[kind]
    if isinstance(value, Upload):
        if len(value.content) > at_most:
            raise ApiError(413, "Request Entity Too Large")
        stored = world.store(value.content, value.filename)
    elif value in world.files:
        stored = world.files[value]
    else:
        raise ApiError(400, "Bad Request: wrong file identifier/HTTP URL specified")
    content: Json = {"caption": caption} if caption else {}
    if entities:
        content["caption_entities"] = entities
    return chat, content, stored


def send_document(world: World, p: Json) -> Json:
    chat, content, stored = _media(world, p, "document", MAX_UPLOAD)
    value = p["document"]
    content["document"] = {
        "file_id": stored.file_id,
        "file_unique_id": f"u{stored.file_id}",
        "file_name": stored.path.rsplit("/", 1)[-1],
        "mime_type": value.mime if isinstance(value, Upload) else "application/octet-stream",
        "file_size": stored.size,
    }
    return post(world, chat, content, p, markup("sendDocument", p)).body


def send_photo(world: World, p: Json) -> Json:
    chat, content, stored = _media(world, p, "photo", 10 * 1024 * 1024)
    size = {"width": 800, "height": 600, "file_size": stored.size}
    content["photo"] = [{"file_id": stored.file_id, "file_unique_id": f"u{stored.file_id}", **size}]
    return post(world, chat, content, p, markup("sendPhoto", p)).body


def _own_message(world: World, method: str, p: Json, verb: str) -> Message:
    if inline_id := p.get("inline_message_id"):
        if inline_id not in world.inline_messages:
            raise ApiError(400, "Bad Request: MESSAGE_ID_INVALID")
        return world.inline_messages[inline_id]
    if "chat_id" not in p or "message_id" not in p:
        raise refuse(method, "chat_id", "chat_id and message_id, or inline_message_id, are required")
    chat = reachable(world, p["chat_id"])
    message = chat.messages.get(p["message_id"])
    if message is None or message.deleted:
        raise ApiError(400, f"Bad Request: message to {verb} not found")
    if not message.from_bot:
        raise ApiError(400, "Bad Request: message can't be edited")
    return message


def _edited(world: World, message: Message, content: Json, keyboard: Json | None, p: Json) -> Json | bool:
    """Replaces content and keyboard (none given: the keyboard goes), unless nothing would change."""
    kept = {k: v for k, v in message.body.items() if k not in {*content, "reply_markup", "edit_date", "entities"}}
    if "text" not in content and "entities" in message.body:
        kept["entities"] = message.body["entities"]
    new = kept | {k: v for k, v in content.items() if v}
    if keyboard is not None and keyboard.get("inline_keyboard"):
        new["reply_markup"] = keyboard
    old = {k: v for k, v in message.body.items() if k != "edit_date"}
    if new == old:
        raise ApiError(400, SAME)
    message.edits.append(message.text)
    message.body = new | {"edit_date": int(time.time())}
    world.counters["edits.bot"] += 1
    world.happened("edit", message.chat, message)
    return True if p.get("inline_message_id") else message.body


def edit_message_text(world: World, p: Json) -> Json | bool:
    message = _own_message(world, "editMessageText", p, "edit")
    if "rich_message" in p:
        raise refuse("editMessageText", "rich_message", "rich messages are not served here")
    text, entities = formatted("editMessageText", p)
    if "text" not in message.body:
        raise ApiError(400, "Bad Request: there is no text in the message to edit")
    return _edited(world, message, {"text": text, "entities": entities}, markup("editMessageText", p), p)


def edit_message_caption(world: World, p: Json) -> Json | bool:
    message = _own_message(world, "editMessageCaption", p, "edit")
    caption, entities = formatted(
        "editMessageCaption",
        p,
        text_key="caption",
        entities_key="caption_entities",
        at_most=MAX_CAPTION,
        may_be_empty=True,
    )
    content = {"caption": caption, "caption_entities": entities}
    return _edited(world, message, content, markup("editMessageCaption", p), p)


def edit_message_reply_markup(world: World, p: Json) -> Json | bool:
    message = _own_message(world, "editMessageReplyMarkup", p, "edit")
    return _edited(world, message, {}, markup("editMessageReplyMarkup", p), p)


def _delete(world: World, chat: Chat, message_id: int) -> bool:
    message = chat.messages.get(message_id)
    if message is None or message.deleted:
        return False
    may = message.from_bot or chat.type == "private" or chat.bot_status == "administrator"
    if not may:
        raise ApiError(400, "Bad Request: message can't be deleted")
    message.deleted = True
    world.happened("delete", chat, message)
    return True


def delete_message(world: World, p: Json) -> bool:
    if not _delete(world, reachable(world, p["chat_id"]), p["message_id"]):
        raise ApiError(400, "Bad Request: message to delete not found")
    return True


def delete_messages(world: World, p: Json) -> bool:
    if not 1 <= len(p["message_ids"]) <= 100:
        raise refuse("deleteMessages", "message_ids", f"{len(p['message_ids'])} ids, 1-100 allowed")
    chat = reachable(world, p["chat_id"])
    for message_id in p["message_ids"]:
        _delete(world, chat, message_id)
    return True


def send_chat_action(world: World, p: Json) -> bool:
    chat = reachable(world, p["chat_id"])
    if p["action"] not in CHAT_ACTIONS:
        raise refuse("sendChatAction", "action", f"unknown action {p['action']!r}")
    world.happened("action", chat, action=p["action"], thread=p.get("message_thread_id"))
    return True


def set_message_reaction(world: World, p: Json) -> bool:
    chat = reachable(world, p["chat_id"])
    if p["message_id"] not in chat.messages:
        raise ApiError(400, "Bad Request: message to react not found")
    world.happened("reaction", chat, chat.messages[p["message_id"]], reaction=p.get("reaction", []))
    return True


def pin_chat_message(world: World, p: Json) -> bool:
    chat = reachable(world, p["chat_id"])
    if p["message_id"] not in chat.messages:
        raise ApiError(400, "Bad Request: message to pin not found")
    return True


def answer_callback_query(world: World, p: Json) -> bool:
    query = world.queries.get(p["callback_query_id"])
    if query is None or query["answer"] is not None:
        raise ApiError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    query["answer"] = {k: v for k, v in p.items() if k != "callback_query_id"}
    world.wake()
    return True


def answer_inline_query(world: World, p: Json) -> bool:
    query = world.inline.get(p["inline_query_id"])
    if query is None or query["answer"] is not None:
        raise ApiError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    results = p["results"]
    ids = [r.get("id", "") for r in results]
    if len(results) > 50:
        raise refuse("answerInlineQuery", "results", f"{len(results)} results, 50 allowed")
    if len(set(ids)) != len(ids) or any(not 1 <= len(i.encode()) <= 64 for i in ids):
        raise refuse("answerInlineQuery", "results", "ids must be unique and 1-64 bytes")
    for result in results:
        try:
            markup("answerInlineQuery", result)
            if "message_text" in (content := result.get("input_message_content", {})):
                formatted("answerInlineQuery", content, text_key="message_text")
        except ApiError as error:
            raise refuse("answerInlineQuery", "results", error.description) from error
    query["answer"] = p
    world.wake()
    return True


METHODS: dict[str, Callable[[World, Json], Any]] = {
    "sendMessage": send_message,
    "sendMessageDraft": send_message_draft,
    "sendDocument": send_document,
    "sendPhoto": send_photo,
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "sendChatAction": send_chat_action,
    "setMessageReaction": set_message_reaction,
    "pinChatMessage": pin_chat_message,
    "unpinChatMessage": lambda world, p: bool(reachable(world, p["chat_id"])),
    "unpinAllChatMessages": lambda world, p: bool(reachable(world, p["chat_id"])),
    "answerCallbackQuery": answer_callback_query,
    "answerInlineQuery": answer_inline_query,
}
