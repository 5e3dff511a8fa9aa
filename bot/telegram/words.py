"""All that the bot says in its own name, in Russian and English. The answers' words are the documents' and the persona's."""

from __future__ import annotations

from typing import Any

from core.nouns import Lang
from core.text import language

RUSSIAN = frozenset({"ru", "be", "uk", "kk", "ky", "uz", "hy", "tg"})  # whose speakers mostly read Russian with ease

WORDS: dict[str, tuple[str, str]] = {
    # asking
    "start": (
        "Здравствуйте! Я отвечаю на вопросы по документам: только то, что в них написано, и с указанием места. "
        "Просто задайте вопрос.\n\n{help}",
        "Hello! I answer questions from the documents: only what they say, with the place it is said. Just ask.\n\n{help}",
    ),
    "help": (
        "Вопрос — обычным сообщением; в группе — с упоминанием, ответом на моё сообщение или через /ask.\n"
        "/persona — чьим голосом отвечать\n/sources — источники последнего ответа целиком\n"
        "/why — как получился последний ответ\n/reset — забыть этот разговор\n/my_data — что обо мне хранится\n"
        "/forget_me — стереть всё обо мне",
        "Ask by a plain message; in a group mention me, reply to me or use /ask.\n"
        "/persona — whose voice answers\n/sources — the sources of the last answer, whole\n"
        "/why — how the last answer came to be\n/reset — forget this conversation\n/my_data — what is kept of me\n"
        "/forget_me — erase all of it",
    ),
    "help_admin": (
        "\n\nДля владельца:\n/ingest ПУТЬ|URL — или пришлите файл\n/docs — документы\n/remove ДОКУМЕНТ\n/reindex\n/rollback\n"
        "/jobs — задания\n/cancel [N]\n/stats\n/persona_use ИМЯ — голос по умолчанию\n/eval — проверка по оценённым ответам",
        "\n\nFor the owner:\n/ingest PATH|URL — or send a file\n/docs — documents\n/remove DOCUMENT\n/reindex\n/rollback\n"
        "/jobs\n/cancel [N]\n/stats\n/persona_use ID — the default voice\n/eval — check against rated answers",
    ),
    "ask_what": ("Напишите вопрос после команды: /ask Сколько хранятся логи?",
                 "Put the question after the command: /ask How long are logs kept?"),
    "text_please": ("Я понимаю только текст. Напишите, пожалуйста, вопрос словами.",
                    "I understand text only. Please write the question in words."),
    "searching": ("Ищу в документах…", "Searching the documents…"),
    "busy": ("Дольше обычного: вопросов много, до вашего дойдёт очередь.",
             "Longer than usual: there are many questions, yours is coming up."),
    "silent": ("Дольше обычного: модель молчит. Ещё немного, и отвечу без неё, словами документов.",
             "Longer than usual: the model is silent. A little more, and I answer without it, in the documents' words."),
    "wording": ("Нашлось, подбираю слова…", "Found it, choosing the words…"),
    "full": ("Сейчас слишком много вопросов, ваш я не взял. Повторите примерно через {seconds} с.",
             "There are too many questions right now and I did not take yours. Please repeat it in about {seconds} s."),
    "one_more": ("Я ещё отвечаю на два ваших вопроса, этот не взял. Повторите его примерно через {seconds} с.",
                 "I am still on two questions of yours and did not take this one. Please repeat it in about {seconds} s."),
    "too_fast": ("Слишком часто. Следующий вопрос — через {seconds} с.", "Too fast. The next question in {seconds} s."),
    "day_over": ("На сегодня вопросы закончились: {limit} в сутки. Счёт начнётся заново в полночь по UTC.",
                 "No more questions today: {limit} a day. The count starts again at midnight UTC."),
    "later": ("Сейчас ответить не получается. Попробуйте, пожалуйста, чуть позже.",
              "I can't answer right now. Please try a little later."),
    "broken": ("Что-то пошло не так, это ошибка у меня (номер {ident}). Попробуйте спросить иначе.",
               "Something went wrong on my side (error {ident}). Please try to ask it differently."),
    "private_bot": ("Этот бот отвечает только своим. Ваш номер — {user}: передайте его владельцу, если он вас ждёт.",
                    "This bot answers its own people only. Your id is {user}: give it to the owner if you are expected."),
    # under an answer
    "without_llm": ("Модель сейчас недоступна, это слова самих документов.",
                    "The model is unavailable right now; these are the documents' own words."),
    "without_voice": ("Пересказ не прошёл сверку фактов, поэтому ответ нейтральный.",
                      "The rewording did not pass the fact check, so this is the neutral answer."),
    "thanks_up": ("Спасибо, учту.", "Thank you, noted."),
    "thanks_down": ("Понял, отметил. /why покажет, откуда взялся ответ.", "Noted. /why shows where the answer came from."),
    "gone": ("Этого ответа у меня больше нет.", "I no longer have that answer."),
    "slower": ("Чуть медленнее, пожалуйста.", "A little slower, please."),
    "no_answer_yet": ("Ответов в этом разговоре ещё не было.", "There is no answer in this conversation yet."),
    "no_sources": ("У последнего ответа нет источников.", "The last answer has no sources."),
    # the person's own
    "reset": ("Забыл этот разговор. Можно начинать сначала.", "This conversation is forgotten. We can start anew."),
    "my_data": ("Вот всё, что о вас хранится: сообщений — {messages}, ответов — {traces}, оценок — {feedback}, "
                "присланных документов — {uploads}. Стереть: /forget_me",
                "All that is kept of you: messages {messages}, answers {traces}, ratings {feedback}, documents sent {uploads}. "
                "To erase it: /forget_me"),
    "forgotten": (
        "Стёрто: сообщений — {messages}, ответов — {traces}, оценок — {feedback}, документов — {uploads}.\n"
        "Квитанция {receipt}, {at} UTC. Восстановление из резервной копии этого не вернёт. "
        "Осталась только пометка, что вы просили забыть.",
        "Erased: messages {messages}, answers {traces}, ratings {feedback}, documents {uploads}.\n"
        "Receipt {receipt}, {at} UTC. Restoring a backup does not bring it back. All that stays is the note that you asked.",
    ),
    "only_private": ("Это — в личном чате со мной.", "In a private chat with me, please."),
    # personas
    "personas": ("Чьим голосом отвечать в этом чате? Сейчас: {now}.\n\n{list}",
                 "Whose voice shall answer in this chat? Now: {now}.\n\n{list}"),
    "neutral": ("нейтрально", "neutral"),
    "neutral_line": ("без персонажа, слова документов", "no character, the documents' own words"),
    "persona_set": ("Теперь отвечает: {name}.", "Now answering: {name}."),
    "persona_default": ("По умолчанию теперь отвечает: {name}.", "The default is now: {name}."),
    "persona_unknown": ("Такого персонажа нет. Есть: {known}.", "There is no such persona. There are: {known}."),
    "group_admins": ("В группе голос выбирают её администраторы.", "In a group its administrators choose the voice."),
    # the owner's
    "not_admin": ("Эта команда — только для владельца бота.", "This command is for the bot's owner only."),
    "unknown_command": ("Такой команды нет. Список: /help", "There is no such command. The list: /help"),
    "too_big": ("{name}: {size} МБ, а боту Telegram отдаёт файлы до 20 МБ. Положите файл в папку на сервере и дайте "
                "/ingest ПУТЬ или expertbot ingest.",
                "{name} has {size} MB; Telegram gives bots files up to 20 MB. Put it into a folder on the server and use "
                "/ingest PATH or expertbot ingest."),
    "documents_admins": ("Документы принимаю только от владельца, в личном чате.",
                         "I take documents from the owner only, in a private chat."),
    "ingest_how": ("Пришлите файл сюда или дайте /ingest ПУТЬ. Разрешённые места: {roots}.",
                   "Send a file here, or /ingest PATH. Allowed places: {roots}."),
    "no_roots": ("нет, их задаёт EXPERTBOT_INGEST__ROOTS", "none; EXPERTBOT_INGEST__ROOTS names them"),
    "not_allowed": ("Оттуда читать нельзя. Разрешённые места: {roots}.", "Not from there. Allowed places: {roots}."),
    "no_docs": ("Документов ещё нет: пришлите файл.", "No documents yet: send a file."),
    "docs": ("Документов: {count}", "Documents: {count}"),
    "docs_row": ("{title} — фрагментов: {chunks}\n{source}\n/remove {id}", "{title} — {chunks} chunks\n{source}\n/remove {id}"),
    "remove_how": ("Что убрать? /remove ИМЯ или номер из /docs", "Remove what? /remove NAME, or an id from /docs"),
    "not_found": ("Нет документа «{what}». Список: /docs", "There is no document “{what}”. The list: /docs"),
    "ambiguous": ("«{what}» — это может быть:\n{found}\nДайте номер из /docs.",
                  "“{what}” may mean:\n{found}\nGive the id from /docs."),
    "confirm_remove": ("Убрать «{what}»? Искаться он перестанет сразу.", "Remove “{what}”? It will no longer be found."),
    "confirm_rollback": ("Вернуться к индексу, который был до последней перестройки?",
                         "Return to the index before the last reindex?"),
    "yes": ("Да", "Yes"), "no": ("Нет", "No"),
    "expired": ("Подтверждение устарело, повторите команду.", "The confirmation has expired; repeat the command."),
    "dropped": ("Хорошо, ничего не делаю.", "All right, nothing is done."),
    "confirmed": ("Принято.", "Confirmed."),
    "no_jobs": ("Заданий нет.", "No jobs."),
    "job_queued": ("Задание {id} · {what}: в очереди", "Job {id} · {what}: queued"),
    "job_running": ("Задание {id} · {what}: идёт", "Job {id} · {what}: running"),
    "job_progress": ("Задание {id} · {what}: {bar} {done}/{total}\n/cancel {id}",
                     "Job {id} · {what}: {bar} {done}/{total}\n/cancel {id}"),
    "job_done": ("Задание {id} · {what}: готово", "Job {id} · {what}: done"),
    "job_failed": ("Задание {id} · {what}: не вышло", "Job {id} · {what}: failed"),
    "job_cancelled": ("Задание {id} · {what}: отменено", "Job {id} · {what}: cancelled"),
    "cancelled": ("Отменяю задание {id}.", "Cancelling job {id}."),
    "nothing_to_cancel": ("Отменять нечего.", "There is nothing to cancel."),
    "kind_ingest": ("добавление {what}", "ingest {what}"), "kind_upload": ("документ {what}", "document {what}"),
    "kind_reindex": ("перестройка индекса", "reindex"), "kind_rollback": ("возврат индекса", "rollback"),
    "kind_remove": ("удаление {what}", "removal of {what}"), "kind_eval": ("проверка", "evaluation"),
    "ingested": ("Добавлено {added}, обновлено {updated}, без изменений {unchanged}, убрано {removed}; "
                 "фрагментов {chunks}, {seconds:.1f} с.",
                 "Added {added}, updated {updated}, unchanged {unchanged}, removed {removed}; {chunks} chunks, {seconds:.1f} s."),
    "ingest_failed": ("✗ {source}: {error}\n→ {hint}", "✗ {source}: {error}\n→ {hint}"),
    "generation": ("Индекс {generation}: документов {documents}, фрагментов {chunks}, {seconds:.1f} с.",
                   "Generation {generation}: {documents} documents, {chunks} chunks, {seconds:.1f} s."),
    "removed": ("Убрано документов: {removed}.", "Documents removed: {removed}."),
    "eval_none": ("Оценённых ответов ещё нет: проверка сравнивает новые ответы с теми, которым ставили 👍 и 👎.",
                  "There are no rated answers yet: the evaluation compares new answers with those rated 👍 and 👎."),
    "evaluated": ("Вопросов: {questions}. Ответы с 👍: те же источники у {kept} из {liked}. "
                  "Ответы с 👎: ответ изменился у {changed} из {disliked}. Отказов: {refused}.",
                  "Questions: {questions}. Answers rated 👍: same sources in {kept} of {liked}. "
                  "Rated 👎: the answer changed in {changed} of {disliked}. Refused: {refused}."),
    "stats": (
        "Людей: {people}, чатов: {chats}\nВопросов сегодня: {today}, за неделю: {week}\nОтветы: {statuses}\n"
        "👍 {up} · 👎 {down}\nВремя ответа: p50 {p50:.2f} с, p95 {p95:.2f} с\nВ очереди: {queue}, не отправлено: {unsent}\n"
        "Документов: {documents}, фрагментов: {chunks}",
        "People: {people}, chats: {chats}\nQuestions today: {today}, this week: {week}\nAnswers: {statuses}\n"
        "👍 {up} · 👎 {down}\nAnswer time: p50 {p50:.2f} s, p95 {p95:.2f} s\nQueued: {queue}, unsent: {unsent}\n"
        "Documents: {documents}, chunks: {chunks}",
    ),
    "gaps": ("На что документы не ответили за {days} дней, и что ближе всего:",
             "What the documents did not answer in {days} days, and what comes nearest:"),
    "second_poller": (
        "Кто-то ещё читает обновления этого бота: Telegram отвечает «{what}». Остановите второй экземпляр (другой сервер "
        "или контейнер с тем же токеном) или смените токен у @BotFather. Этот экземпляр: процесс {pid} на {host}.",
        "Something else reads this bot's updates: Telegram says “{what}”. Stop the second instance (another server or "
        "container with the same token), or change the token at @BotFather. This instance: process {pid} on {host}.",
    ),
    "inline_empty": ("Напишите вопрос", "Type a question"),
}  # fmt: skip

WHY: dict[str, tuple[str, str]] = {
    "title": ("Как получился ответ", "How the answer came to be"),
    "rung": ("Ступень", "Rung"),
    "rung_styled": ("пересказ голосом персонажа, факты сверены", "reworded by the persona, facts checked"),
    "rung_framed": ("факты дословно, персонаж — вокруг них", "facts verbatim, the persona around them"),
    "rung_draft": ("нейтральный ответ", "the neutral answer"),
    "rung_refused": ("отказ: в документах ответа нет", "refusal: the documents have no answer"),
    "rung_smalltalk": ("разговор не о документах", "small talk"),
    "persona": ("Персонаж", "Persona"), "nobody": ("нет", "none"), "model": ("Модель", "Model"),
    "extractive": ("нет, цитаты из документов", "none, the documents' sentences"),
    "confidence": ("Уверенность", "Confidence"), "query": ("Искал", "Searched for"),
    "draft": ("Черновик", "Draft"), "guard": ("Сверка фактов", "Fact guard"),
    "guard_kept": ("факты сохранены", "facts kept"), "guard_found": ("нашла расхождения", "found slips"),
    "note": ("Примечание", "Note"), "times": ("Время, мс", "Times, ms"),
}  # fmt: skip

COMMANDS: dict[str, tuple[str, str]] = {
    "ask": ("задать вопрос", "ask a question"), "persona": ("чьим голосом отвечать", "whose voice answers"),
    "sources": ("источники последнего ответа", "sources of the last answer"),
    "why": ("как получился ответ", "how the answer came to be"), "reset": ("забыть разговор", "forget the conversation"),
    "my_data": ("что обо мне хранится", "what is kept of me"), "forget_me": ("стереть всё обо мне", "erase all of it"),
    "help": ("справка", "help"),
}  # fmt: skip
ADMIN_COMMANDS: dict[str, tuple[str, str]] = {
    "ingest": ("добавить документы", "take in documents"), "docs": ("список документов", "list documents"),
    "remove": ("убрать документ", "remove a document"), "reindex": ("перестроить индекс", "build the index anew"),
    "rollback": ("вернуть прежний индекс", "return to the index before"), "jobs": ("задания", "jobs"),
    "cancel": ("отменить задание", "cancel a job"), "stats": ("статистика", "statistics"),
    "persona_use": ("голос по умолчанию", "the default voice"), "eval": ("проверка", "evaluation"),
}  # fmt: skip


def lang_of(code: str | None, text: str = "") -> Lang:
    """A person's language: what their Telegram says, else the script they write in."""
    if code:
        return "ru" if code.split("-")[0].lower() in RUSSIAN else "en"
    return language(text) if text else "en"


def say(lang: Lang, key: str, **values: Any) -> str:
    return WORDS[key][lang == "en"].format(**values)


def why_words(lang: Lang) -> dict[str, str]:
    return {key: pair[lang == "en"] for key, pair in WHY.items()}


def menu(lang: Lang, admin: bool = False) -> list[tuple[str, str]]:
    """(command, description) for the chat's menu."""
    rows = {**COMMANDS, **ADMIN_COMMANDS} if admin else COMMANDS
    return [(command, pair[lang == "en"]) for command, pair in rows.items()]
