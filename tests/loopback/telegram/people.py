"""The people's side: what users and groups do, as the updates that Telegram would send of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from tests.loopback.telegram.methods_bot import chat_member
from tests.loopback.telegram.text import detect
from tests.loopback.telegram.updates import UpdateQueue
from tests.loopback.telegram.world import Chat, Json, Message, World


@dataclass(eq=False)
class Press:
    """A pressed button or an inline query; `answer` is what the bot answered it with."""

    id: str
    _record: Json

    @property
    def answer(self) -> Json | None:
        found: Json | None = self._record["answer"]
        return found

    @property
    def results(self) -> list[Json]:
        """The results of an answered inline query."""
        return list((self.answer or {}).get("results", []))


class Actor:
    """What people and groups share: the world they act on and the queue their acts end up in."""

    def __init__(self, world: World, updates: UpdateQueue, privacy_mode: bool) -> None:
        self._world = world
        self._updates = updates
        self._privacy_mode = privacy_mode

    def _bot_changed(self, chat: Chat, by: Json, old: str, new: str) -> None:
        chat.bot_status = new
        bot = self._world.bot["id"]
        self._updates.add(
            "my_chat_member",
            {
                "chat": chat.object,
                "from": by,
                "date": int(time.time()),
                "old_chat_member": chat_member(self._world, bot, old),
                "new_chat_member": chat_member(self._world, bot, new),
            },
        )

    def _enter(self, chat: Chat, sender: Json, content: Json) -> Message:
        body = {
            "message_id": chat.next_message_id(),
            "from": sender,
            "chat": chat.object,
            "date": int(time.time()),
            **content,
        }
        message = Message(chat, body["message_id"], body, False, time.monotonic())
        chat.messages[message.id] = message
        self._world.happened("message", chat, message)
        return message


class Person(Actor):
    """A user. Without `chat` everything happens in the private chat with the bot."""

    def __init__(self, world: World, updates: UpdateQueue, privacy_mode: bool, user: Json, private: Chat) -> None:
        super().__init__(world, updates, privacy_mode)
        self.user = user
        self.id: int = user["id"]
        self.private = private

    def say(
        self,
        text: str,
        *,
        chat: Chat | None = None,
        thread: int | None = None,
        reply_to: Message | None = None,
        mention: bool = False,
        **extra: Any,
    ) -> Message:
        """Writes a message; `mention` puts @bot before it, `extra` fields go into the message as they are."""
        if mention:
            text = f"@{self._world.bot['username']} {text}"
        content: Json = {"text": text}
        if entities := detect(text):
            content["entities"] = entities
        return self._write(content | extra, chat, thread, reply_to)

    def send_document(
        self,
        content: bytes,
        name: str,
        *,
        caption: str = "",
        mime: str = "application/octet-stream",
        size: int | None = None,
        chat: Chat | None = None,
        thread: int | None = None,
        reply_to: Message | None = None,
    ) -> Message:
        """Sends a file; `size` claims another size than the content has."""
        stored = self._world.store(content, name, size)
        body: Json = {
            "document": {
                "file_id": stored.file_id,
                "file_unique_id": f"u{stored.file_id}",
                "file_name": name,
                "mime_type": mime,
                "file_size": stored.size,
            }
        }
        if caption:
            body["caption"] = caption
            if entities := detect(caption):
                body["caption_entities"] = entities
        return self._write(body, chat, thread, reply_to)

    def send_voice(self, *, seconds: int = 3, chat: Chat | None = None, thread: int | None = None) -> Message:
        """Sends a voice message."""
        stored = self._world.store(b"OggS", "voice.ogg")
        voice = {"file_id": stored.file_id, "file_unique_id": f"u{stored.file_id}", "duration": seconds}
        return self._write({"voice": voice | {"mime_type": "audio/ogg"}}, chat, thread, None)

    def edit(self, message: Message, text: str) -> Message:
        """Rewrites an own message."""
        message.edits.append(message.text)
        message.body = message.body | {"text": text, "edit_date": int(time.time())}
        message.body.pop("entities", None)
        if entities := detect(text):
            message.body["entities"] = entities
        self._world.happened("edit", message.chat, message)
        if self._seen_by_bot(message.chat, message.body):
            self._updates.add("edited_message", message.body)
        return message

    def delete(self, message: Message) -> None:
        """Removes a message; Telegram tells bots nothing of it."""
        message.deleted = True
        self._world.happened("delete", message.chat, message)

    def press(self, message: Message, label: str) -> Press:
        """Presses the button with this label (or part of it, or this callback data)."""
        data = message.button(label).get("callback_data")
        if data is None:
            raise LookupError(f"button {label!r} calls nothing back")
        query_id = str(4_000_000_000 + len(self._world.queries))
        record = self._world.queries[query_id] = {"answer": None}
        body = {"id": query_id, "from": self.user, "chat_instance": str(message.chat.id), "data": data}
        if inline := next((i for i, m in self._world.inline_messages.items() if m is message), None):
            body["inline_message_id"] = inline
        elif message.deleted:
            body["message"] = {"chat": message.chat.object, "message_id": message.id, "date": 0}
        else:
            body["message"] = message.body
        self._world.happened("press", message.chat, message, data=data)
        self._updates.add("callback_query", body)
        return Press(query_id, record)

    def inline(self, query: str, *, offset: str = "", chat_type: str = "sender") -> Press:
        """Types `@bot query` in any chat."""
        query_id = str(5_000_000_000 + len(self._world.inline))
        record = self._world.inline[query_id] = {"answer": None, "query": query}
        body = {"id": query_id, "from": self.user, "query": query, "offset": offset, "chat_type": chat_type}
        self._updates.add("inline_query", body)
        return Press(query_id, record)

    def choose(self, press: Press, result_id: str, *, chat: Chat) -> Message:
        """Sends one of the results of an answered inline query into a chat."""
        result = next(r for r in press.results if r["id"] == result_id)
        content: Json = {"text": result.get("input_message_content", {}).get("message_text", "")}
        content["via_bot"] = self._world.bot_user()
        inline_id = f"inline-{len(self._world.inline_messages) + 1}"
        if "reply_markup" in result:
            content["reply_markup"] = result["reply_markup"]
        message = self._enter(chat, self.user, content)
        self._world.inline_messages[inline_id] = message
        chosen = {"result_id": result_id, "from": self.user, "query": self._world.inline[press.id]["query"]}
        self._updates.add("chosen_inline_result", chosen | {"inline_message_id": inline_id})
        return message

    def stop_draft(self, draft_id: int) -> None:
        """Presses the stop button of a draft sent with can_stop."""
        self._updates.add("stopped_message_generation", {"chat": self.private.object, "draft_id": draft_id})

    def block_bot(self) -> None:
        self._bot_changed(self.private, self.user, self.private.bot_status, "kicked")

    def unblock_bot(self) -> None:
        self._bot_changed(self.private, self.user, "kicked", "member")

    def _write(self, content: Json, chat: Chat | None, thread: int | None, reply_to: Message | None) -> Message:
        place = chat or self.private
        place.started = True
        if thread is not None:
            content = content | {"message_thread_id": thread, "is_topic_message": thread in place.topics}
        if reply_to is not None:
            shown = {k: v for k, v in reply_to.body.items() if k != "reply_to_message"}
            content = content | {"reply_to_message": shown}
        message = self._enter(place, self.user, content)
        if self._seen_by_bot(place, message.body):
            self._updates.add("message", message.body)
        return message

    def _seen_by_bot(self, chat: Chat, body: Json) -> bool:
        """In groups with privacy mode on: commands, replies to the bot and mentions of it."""
        if chat.bot_status in {"kicked", "left"} or chat.migrated_to is not None:
            return False
        if chat.type == "private" or not self._privacy_mode:
            return True
        text = str(body.get("text", body.get("caption", "")))
        replied = body.get("reply_to_message", {}).get("from", {}).get("id") == self._world.bot["id"]
        return replied or text.startswith("/") or f"@{self._world.bot['username']}" in text


class Group(Actor):
    """A group, supergroup or forum, with what happens to it as a whole."""

    def __init__(self, world: World, updates: UpdateQueue, privacy_mode: bool, chat: Chat) -> None:
        super().__init__(world, updates, privacy_mode)
        self.chat = chat
        self.id = chat.id

    def topic(self, name: str) -> int:
        """Opens a topic and returns its thread id."""
        thread = self.chat.next_message_id()
        self.chat.topics[thread] = name
        self.chat.is_forum = True
        return thread

    def migrate(self) -> Chat:
        """Upgrades a basic group to a supergroup under a new id; the old one answers with it from then on."""
        old = self.chat
        new_id = -1_002_000_000_000 - len(self._world.chats)
        new = Chat(new_id, "supergroup", title=old.title, members=dict(old.members))
        self._world.chats[new_id] = new
        by = self._world.users[next(iter(old.members))]
        farewell = self._enter(old, by, {"migrate_to_chat_id": new_id})
        self._updates.add("message", farewell.body)
        old.migrated_to = new_id
        self._updates.add("message", self._enter(new, by, {"migrate_from_chat_id": old.id}).body)
        self.chat, self.id = new, new_id
        return new

    def kick_bot(self) -> None:
        by = self._world.users[next(iter(self.chat.members))]
        self._bot_changed(self.chat, by, self.chat.bot_status, "kicked")

    def promote_bot(self) -> None:
        by = self._world.users[next(iter(self.chat.members))]
        self._bot_changed(self.chat, by, self.chat.bot_status, "administrator")


def make_user(user_id: int, name: str, language: str | None, username: str | None) -> Json:
    """The Bot API's User of a person."""
    user: Json = {"id": user_id, "is_bot": False, "first_name": name}
    if language:
        user["language_code"] = language
    if username:
        user["username"] = username
    return user
