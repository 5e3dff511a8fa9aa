"""The methods about the bot itself, its webhook, commands, chats and files. They put no messages."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from tests.loopback.telegram.outgoing import reachable, refuse
from tests.loopback.telegram.updates import ReplyReader, UpdateQueue, Webhook
from tests.loopback.telegram.world import ApiError, Json, World

MAX_DOWNLOAD = 20 * 1024 * 1024
UPDATE_KINDS = frozenset(
    [
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "message_reaction",
        "message_reaction_count",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "purchased_paid_media",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
        "guest_message",
        "managed_bot",
        "stopped_message_generation",
    ]
)
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


def _allowed(method: str, p: Json) -> list[str] | None:
    kinds = p.get("allowed_updates")
    if unknown := set(kinds or ()) - UPDATE_KINDS:
        raise refuse(method, "allowed_updates", f"unknown update types {sorted(unknown)}")
    return kinds


async def get_updates(updates: UpdateQueue, p: Json) -> list[Json]:
    return await updates.poll(p.get("offset", 0), p.get("limit", 100), p.get("timeout", 0), _allowed("getUpdates", p))


async def set_webhook(updates: UpdateQueue, p: Json, on_reply: ReplyReader) -> bool:
    url, secret = p["url"], p.get("secret_token", "")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise refuse("setWebhook", "secret_token", "1-256 of A-Z a-z 0-9 _ - allowed")
    kinds = _allowed("setWebhook", p)
    if kinds is not None:
        updates.allowed = kinds or None
    if url and not (url.startswith("https://") or _is_loopback(url)):
        raise ApiError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    webhook = Webhook(url, secret, p.get("max_connections", 40), on_reply) if url else None
    await updates.set_webhook(webhook, drop_pending=p.get("drop_pending_updates", False))
    return True


def _is_loopback(url: str) -> bool:
    """Telegram's own servers insist on HTTPS; a local Bot API server takes plain HTTP beside it."""
    try:
        return ipaddress.ip_address(urlsplit(url).hostname or "").is_loopback
    except ValueError:
        return urlsplit(url).hostname == "localhost"


async def delete_webhook(updates: UpdateQueue, p: Json) -> bool:
    await updates.set_webhook(None, drop_pending=p.get("drop_pending_updates", False))
    return True


def webhook_info(updates: UpdateQueue) -> Json:
    hook = updates.webhook
    info: Json = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(updates.pending),
    }
    if hook:
        info["max_connections"] = hook.max_connections
        if hook.last_error:
            info["last_error_date"], info["last_error_message"] = hook.last_error
    if updates.allowed:
        info["allowed_updates"] = updates.allowed
    return info


def get_me(world: World, p: Json) -> Json:
    return world.bot


def get_file(world: World, p: Json) -> Json:
    stored = world.files.get(p["file_id"])
    if stored is None:
        raise ApiError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    if stored.size > MAX_DOWNLOAD:
        raise ApiError(400, "Bad Request: file is too big")
    return {
        "file_id": stored.file_id,
        "file_unique_id": f"u{stored.file_id}",
        "file_size": stored.size,
        "file_path": stored.path,
    }


def _commands_key(p: Json) -> str:
    scope = json.dumps(p.get("scope", {"type": "default"}), sort_keys=True)
    return f"commands:{scope}:{p.get('language_code', '')}"


def set_my_commands(world: World, p: Json) -> bool:
    for command in p["commands"]:
        if not _COMMAND.fullmatch(command["command"]):
            raise refuse("setMyCommands", "commands", f"command {command['command']!r}: 1-32 of a-z 0-9 _")
    scope = p.get("scope", {})
    if "chat_id" in scope:
        world.chat(scope["chat_id"])
    world.settings[_commands_key(p)] = p["commands"]
    return True


def get_my_commands(world: World, p: Json) -> list[Json]:
    return list(world.settings.get(_commands_key(p), []))


def delete_my_commands(world: World, p: Json) -> bool:
    world.settings.pop(_commands_key(p), None)
    return True


def _setter(name: str) -> Callable[[World, Json], bool]:
    def keep(world: World, p: Json) -> bool:
        world.settings[f"{name}:{p.get('language_code', '')}"] = p.get(name, "")
        return True

    return keep


def _getter(name: str) -> Callable[[World, Json], Json]:
    return lambda world, p: {name: world.settings.get(f"{name}:{p.get('language_code', '')}", "")}


def set_chat_menu_button(world: World, p: Json) -> bool:
    if "chat_id" in p:
        reachable(world, p["chat_id"])
    world.settings[f"menu:{p.get('chat_id', '')}"] = p.get("menu_button", {"type": "default"})
    return True


def get_chat_menu_button(world: World, p: Json) -> Json:
    return dict(world.settings.get(f"menu:{p.get('chat_id', '')}", {"type": "default"}))


def get_chat(world: World, p: Json) -> Json:
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    return reachable(world, p["chat_id"]).object | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


def chat_member(world: World, user_id: int, status: str) -> Json:
    """The Bot API's ChatMember; administrators with the rights of a helper, banned ones for ever."""
    user = world.bot_user() if user_id == world.bot["id"] else world.users[user_id]
    member: Json = {"status": status, "user": user}
    if status == "creator":
        member["is_anonymous"] = False
    elif status == "kicked":
        member["until_date"] = 0
    elif status == "administrator":
        rights = (
            "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats "
            "can_restrict_members can_promote_members can_change_info can_invite_users can_post_stories "
            "can_edit_stories can_delete_stories"
        )
        member |= {r: r in {"can_manage_chat", "can_delete_messages"} for r in rights.split()}
    return member


def get_chat_member(world: World, p: Json) -> Json:
    chat = reachable(world, p["chat_id"])
    if p["user_id"] == world.bot["id"]:
        return chat_member(world, p["user_id"], chat.bot_status)
    if p["user_id"] not in world.users:
        raise ApiError(400, "Bad Request: invalid user_id specified")
    return chat_member(world, p["user_id"], chat.members.get(p["user_id"], "left"))


def get_chat_administrators(world: World, p: Json) -> list[Json]:
    chat = reachable(world, p["chat_id"])
    if chat.type == "private":
        raise ApiError(400, "Bad Request: there are no administrators in the private chat")
    chosen = {u: s for u, s in chat.members.items() if s in {"creator", "administrator"}}
    return [chat_member(world, user_id, status) for user_id, status in chosen.items()]


def get_chat_member_count(world: World, p: Json) -> int:
    return len(reachable(world, p["chat_id"]).members) + 1


def leave_chat(world: World, p: Json) -> bool:
    chat = reachable(world, p["chat_id"])
    if chat.type == "private":
        raise ApiError(400, "Bad Request: chat member status can't be changed in private chats")
    chat.bot_status = "left"
    return True


METHODS: dict[str, Callable[[World, Json], Any]] = {
    "getMe": get_me,
    "getFile": get_file,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": _setter("name"),
    "getMyName": _getter("name"),
    "setMyDescription": _setter("description"),
    "getMyDescription": _getter("description"),
    "setMyShortDescription": _setter("short_description"),
    "getMyShortDescription": _getter("short_description"),
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "logOut": lambda world, p: True,
    "close": lambda world, p: True,
}
