"""All that the bot says in its own name, in Russian and English. The answers' words are the documents' and the persona's."""

from __future__ import annotations

from typing import Any

from core.nouns import Lang
from core.text import language

RUSSIAN = frozenset({"ru", "be", "uk", "kk", "ky", "uz", "hy", "tg"})  # whose speakers mostly read Russian with ease

WORDS: dict[str, tuple[str, str]] = {
    # asking
    "start": (
        "Здравствуйте! Я отвечаю на вопросы по документам: говорю только то, что в них написано, и указываю, где именно. "
        "Просто задайте вопрос.\n\n{help}",
        "Hello! I answer questions from the documents: only what they say, with the place it is said. Just ask.\n\n{help}",
    ),
    "help": (
        "Задайте вопрос обычным сообщением. В группе упомяните меня, ответьте на моё сообщение или начните с /ask.\n"
        "/persona — чьим голосом отвечать\n/sources — источники последнего ответа целиком\n"
        "/why — как получился последний ответ\n/reset — начать разговор заново\n/my_data — что о вас хранится\n"
        "/forget_me — стереть всё о вас и присланные вами документы (сначала переспрошу)",
        "Ask by a plain message. In a group mention me, reply to me or begin with /ask.\n"
        "/persona — whose voice answers\n/sources — the sources of the last answer, whole\n"
        "/why — how the last answer came to be\n/reset — begin the conversation anew\n/my_data — what is kept of you\n"
        "/forget_me — erase all of it and the documents you sent (I ask first)",
    ),
    "help_admin": (
        "\n\nДля владельца:\n/ingest ПУТЬ или URL — добавить документы (можно просто прислать файл)\n"
        "/docs — список документов\n/remove ИМЯ — убрать документ\n/reindex — перестроить индекс\n"
        "/rollback — вернуть прежний индекс\n/jobs — задания\n/cancel — отменить задание\n/stats — статистика\n"
        "/persona_use ИМЯ — голос по умолчанию\n/eval — проверка по оценённым ответам",
        "\n\nFor the owner:\n/ingest PATH or URL — take in documents (or simply send a file)\n"
        "/docs — list documents\n/remove NAME — remove a document\n/reindex — build the index anew\n"
        "/rollback — return to the index before\n/jobs — jobs\n/cancel — cancel a job\n/stats — statistics\n"
        "/persona_use NAME — the default voice\n/eval — check against rated answers",
    ),
    "no_owner": (
        "\n\nВладельца у бота ещё нет. Чтобы им стать, впишите свой номер, {user}, в настройку EXPERTBOT_TELEGRAM__ADMINS "
        "и перезапустите бота.",
        "\n\nThis bot has no owner yet. To become it, put your id, {user}, into the setting EXPERTBOT_TELEGRAM__ADMINS and "
        "restart the bot.",
    ),
    "ask_what": ("Напишите вопрос после команды: /ask Сколько хранятся логи?",
                 "Put the question after the command: /ask How long are logs kept?"),
    "text_please": ("Я понимаю только текст. Напишите, пожалуйста, вопрос словами.",
                    "I understand text only. Please write the question in words."),
    "searching": ("Ищу в документах…", "Searching the documents…"),
    "slow": ("Дольше обычного: ответ ещё готовится.", "Longer than usual: the answer is still being made."),
    "slow_model": ("Дольше обычного: жду ответа модели. Если не дождусь, отвечу словами документов.",
                   "Longer than usual: I am waiting for the model. Should it not answer, I use the documents' own words."),
    "wording": ("Подбираю слова…", "Choosing the words…"),
    "full": ("Сейчас слишком много вопросов, и ваш я пока не принял. Повторите его примерно через {seconds} с.",
             "There are too many questions right now and I did not take yours. Please repeat it in about {seconds} s."),
    "one_more": ("Я ещё отвечаю на два ваших вопроса и этот пока не принял. Повторите его примерно через {seconds} с.",
                 "I am still on two questions of yours and did not take this one. Please repeat it in about {seconds} s."),
    "too_fast": ("Слишком часто. Следующий вопрос можно задать через {seconds} с.",
                 "Too fast. The next question in {seconds} s."),
    "day_over": ("Вопросы на сегодня закончились: в сутки их можно задать {limit}. Новый счёт начнётся в полночь по UTC.",
                 "No more questions today: {limit} a day. The count starts again at midnight UTC."),
    "later": ("Сейчас ответить не получается. Попробуйте, пожалуйста, чуть позже.",
              "I can't answer right now. Please try a little later."),
    "broken": ("Что-то пошло не так, и это ошибка на моей стороне (номер {ident}). Попробуйте спросить иначе.",
               "Something went wrong on my side (error {ident}). Please try to ask it differently."),
    "private_bot": ("Этот бот отвечает только своим. Ваш номер — {user}: передайте его владельцу, если он вас ждёт.",
                    "This bot answers its own people only. Your id is {user}: give it to the owner if you are expected."),
    # under an answer
    "without_llm": ("Модель сейчас недоступна, поэтому здесь слова самих документов.",
                    "The model is unavailable right now; these are the documents' own words."),
    "uncited": ("Ссылки в ответе модели не подтвердились, поэтому здесь слова самих документов.",
                "The citations in the model's answer did not hold; these are the documents' own words."),
    "without_voice": ("Пересказ не прошёл сверку фактов, поэтому ответ нейтральный.",
                      "The rewording did not pass the fact check, so this is the neutral answer."),
    "thanks_up": ("Спасибо, учту.", "Thank you, noted."),
    "thanks_down": ("Понял, отметил. Откуда взялся ответ, покажет /why.", "Noted. /why shows where the answer came from."),
    "gone": ("Этого у меня больше нет.", "I no longer have that."),
    "slower": ("Чуть медленнее, пожалуйста.", "A little slower, please."),
    "no_answer_yet": ("Ответов в этом разговоре ещё не было.", "There is no answer in this conversation yet."),
    "no_sources": ("У этого ответа нет источников.", "This answer has no sources."),
    # the person's own
    "reset": ("Начинаем заново: прежний разговор я больше не учитываю.", "We start anew: what was said before no longer counts."),
    "my_data": (
        "Вот всё, что о вас хранится:\n"
        "· реплики, по которым я помню разговор: {messages}\n"
        "· вопросы с ответами и тем, как они получились: {traces}, не дольше 90 дней\n"
        "· оценки ответов: {feedback}\n"
        "· присланные документы: {uploads}\n"
        "· дни, за которые известно число ваших вопросов: {days}\n"
        "· записи о личном чате (какой голос выбран, заблокирован ли бот): {chats}\n"
        "· номера моих сообщений вам, без текста: {sent}, не дольше 90 дней\n"
        "· отметки о /reset и /forget_me: {marks}\n"
        "· задания, которые вы давали как владелец: {jobs}\n"
        "· записи в журнале действий владельцев: {audit}\n\n"
        "Стереть: /forget_me (сначала переспрошу). При этом останутся журнал действий владельцев, сегодняшнее число вопросов и "
        "отметка, что вы просили всё стереть.",
        "All that is kept of you:\n"
        "· lines by which I remember the conversation: {messages}\n"
        "· questions with their answers and how these came to be: {traces}, 90 days at most\n"
        "· ratings of answers: {feedback}\n"
        "· documents you sent: {uploads}\n"
        "· days of which the number of your questions is known: {days}\n"
        "· entries about the private chat (voice chosen, bot blocked): {chats}\n"
        "· numbers of my messages to you, without their text: {sent}, 90 days at most\n"
        "· marks of /reset and /forget_me: {marks}\n"
        "· jobs you gave as an owner: {jobs}\n"
        "· entries in the audit of owners' actions: {audit}\n\n"
        "To erase it: /forget_me (I ask first). What stays is the audit of owners' actions, today's number of questions and the "
        "note that you asked for it.",
    ),
    "my_data_cut": ("Показано начало, {shown} знаков из {total}.", "This is the beginning, {shown} characters of {total}."),
    "confirm_forget": ("Стереть всё, что о вас хранится: разговоры, ответы, оценки? Вернуть это будет нельзя.",
                       "Erase all that is kept of you: conversations, answers, ratings? It can't be undone."),
    "forget_documents_one": (
        "Будет удалён и {count} присланный вами документ; из копии его не вернуть.",
        "The {count} document you sent goes too; no backup brings it back.",
    ),
    "forget_documents_few": (
        "Будут удалены и {count} присланных вами документа; из копии их не вернуть.",
        "The {count} documents you sent go too; no backup brings them back.",
    ),
    "forget_documents_many": (
        "Будут удалены и {count} присланных вами документов; из копии их не вернуть.",
        "The {count} documents you sent go too; no backup brings them back.",
    ),
    "forgotten": (
        "Стёрто: реплик разговора — {messages}, ответов — {traces}, оценок — {feedback}, документов — {uploads}, "
        "заданий — {jobs}.\nКвитанция {receipt}, {at} UTC. Из резервной копии это не вернётся.\n\n"
        "Осталось:\n"
        "· отметка, что вы просили всё стереть\n"
        "· число ваших вопросов за сегодня: без него дневной предел можно было бы обойти, завтра оно исчезнет\n"
        "· номера этих последних сообщений, без текста, не дольше 90 дней\n"
        "· записи в журнале действий владельцев: {audit}",
        "Erased: lines of conversation {messages}, answers {traces}, ratings {feedback}, documents {uploads}, jobs {jobs}.\n"
        "Receipt {receipt}, {at} UTC. Restoring a backup does not bring it back.\n\n"
        "What stays:\n"
        "· the note that you asked for it\n"
        "· today's number of your questions: without it nobody would have a daily limit; it goes tomorrow\n"
        "· the numbers of these last messages, without their text, 90 days at most\n"
        "· entries in the audit of owners' actions: {audit}",
    ),
    "only_private": ("Эта команда работает только в личном чате со мной.", "This command works only in a private chat with me."),
    # personas
    "personas": ("Чьим голосом отвечать в этом чате? Сейчас: {now}.\n\n{list}\n\nНажмите кнопку или отправьте /persona ИМЯ.",
                 "Whose voice shall answer in this chat? Now: {now}.\n\n{list}\n\nPress a button or send /persona NAME."),
    "personas_row": ("· {name} ({ident}) — {line}", "· {name} ({ident}) — {line}"),
    "neutral": ("без персонажа", "no persona"),
    "neutral_line": ("нейтральный ответ", "the neutral answer"),
    "persona_set": ("Теперь отвечает {name}.", "Now answering: {name}."),
    "persona_set_none": ("Теперь отвечаю без персонажа.", "Now I answer without a persona."),
    "persona_default": ("По умолчанию теперь отвечает {name}.", "The default is now {name}."),
    "persona_default_none": ("По умолчанию теперь отвечаю без персонажа.", "By default I now answer without a persona."),
    "persona_unknown": ("Такого персонажа нет. Есть: {known}.", "There is no such persona. There are: {known}."),
    "group_admins": ("В группе голос выбирают её администраторы.", "In a group its administrators choose the voice."),
    # the owner's
    "not_admin": ("Эта команда — только для владельца бота.", "This command is for the bot's owner only."),
    "unknown_command": ("Такой команды нет. Список: /help", "There is no such command. The list: /help"),
    "too_big": ("{name} — {size} МБ, а Telegram отдаёт ботам файлы только до 20 МБ. Положите файл в папку на сервере и отправьте "
                "мне /ingest ПУТЬ либо выполните на сервере expertbot ingest.",
                "{name} has {size} MB; Telegram gives bots files up to 20 MB. Put it into a folder on the server and send "
                "/ingest PATH, or run expertbot ingest there."),
    "documents_admins": ("Документы я принимаю только от владельца и только в личном чате.",
                         "I take documents from the owner only, in a private chat."),
    "ingest_how": ("Пришлите файл сюда или отправьте /ingest ПУТЬ. Разрешённые места: {roots}.",
                   "Send a file here, or /ingest PATH. Allowed places: {roots}."),
    "no_roots": ("не заданы (настройка EXPERTBOT_INGEST__ROOTS)", "none are set (EXPERTBOT_INGEST__ROOTS)"),
    "not_allowed": ("Оттуда читать нельзя. Разрешённые места: {roots}.", "Not from there. Allowed places: {roots}."),
    "no_docs": ("Документов пока нет: пришлите файл.", "No documents yet: send a file."),
    "docs": ("Документов: {count}", "Documents: {count}"),
    "docs_row": ("{title} — фрагментов: {chunks}\n{source}\n/remove_{code}",
                 "{title} — {chunks} chunks\n{source}\n/remove_{code}"),
    "remove_how": ("Что убрать? Отправьте /remove и имя файла или нажмите на команду с кодом в /docs.",
                   "Remove what? Send /remove with the file's name, or tap the command with its code in /docs."),
    "not_found": ("Нет документа «{what}». Список: /docs", "There is no document “{what}”. The list: /docs"),
    "ambiguous": ("«{what}» подходит к нескольким документам. Укажите, какой убрать:\n\n{found}",
                  "“{what}” may mean several documents. Say which to remove:\n\n{found}"),
    "confirm_remove": ("Убрать документ «{what}»? Поиск сразу перестанет его находить.",
                       "Remove “{what}”? It will no longer be found."),
    "confirm_rollback": ("Вернуться к индексу, который был до последней перестройки?",
                         "Return to the index before the last reindex?"),
    "yes": ("Да", "Yes"), "no": ("Нет", "No"),
    "expired": ("Подтверждение устарело, повторите команду.", "The confirmation has expired; repeat the command."),
    "dropped": ("Хорошо, ничего не делаю.", "All right, nothing is done."),
    "confirmed": ("Принято.", "Confirmed."),
    "no_jobs": ("Заданий нет.", "No jobs."),
    "job_queued": ("Задание {id} · {what}: в очереди", "Job {id} · {what}: queued"),
    "job_running": ("Задание {id} · {what}: идёт", "Job {id} · {what}: running"),
    "job_progress": ("Задание {id} · {what}: {bar} {done}/{total}\n/cancel_{id}",
                     "Job {id} · {what}: {bar} {done}/{total}\n/cancel_{id}"),
    "job_done": ("Задание {id} · {what}: готово", "Job {id} · {what}: done"),
    "job_failed": ("Задание {id} · {what}: не вышло", "Job {id} · {what}: failed"),
    "job_cancelled": ("Задание {id} · {what}: отменено", "Job {id} · {what}: cancelled"),
    "cancelled": ("Отменяю задание {id}.", "Cancelling job {id}."),
    "nothing_to_cancel": ("Отменять нечего.", "There is nothing to cancel."),
    "kind_ingest": ("добавление {what}", "ingest {what}"), "kind_upload": ("документ {what}", "document {what}"),
    "kind_reindex": ("перестройка индекса", "reindex"), "kind_rollback": ("возврат прежнего индекса", "rollback"),
    "kind_remove": ("удаление {what}", "removal of {what}"), "kind_eval": ("проверка ответов", "evaluation"),
    "ingested": ("Добавлено {added}, обновлено {updated}, без изменений {unchanged}, убрано {removed}. "
                 "Фрагментов: {chunks}, время: {seconds:.1f} с.",
                 "Added {added}, updated {updated}, unchanged {unchanged}, removed {removed}; {chunks} chunks, {seconds:.1f} s."),
    "ingest_failed": ("✗ {source}: {error}\n→ {hint}", "✗ {source}: {error}\n→ {hint}"),
    "generation": ("Индекс {generation} готов. Документов: {documents}, фрагментов: {chunks}, время: {seconds:.1f} с.",
                   "Generation {generation}: {documents} documents, {chunks} chunks, {seconds:.1f} s."),
    "removed": ("Убрано документов: {removed}.", "Documents removed: {removed}."),
    "eval_none": ("Оценённых ответов ещё нет: проверка сравнивает новые ответы с теми, которым ставили 👍 и 👎.",
                  "There are no rated answers yet: the evaluation compares new answers with those rated 👍 and 👎."),
    "evaluated": ("Вопросов: {questions}. Ответы с 👍: источники те же у {kept} из {liked}. "
                  "Ответы с 👎: изменилось {changed} из {disliked}. Отказов: {refused}.",
                  "Questions: {questions}. Answers rated 👍: same sources in {kept} of {liked}. "
                  "Rated 👎: the answer changed in {changed} of {disliked}. Refused: {refused}."),
    "stats": (
        "Людей: {people}, чатов: {chats}\nВопросов сегодня: {today}, за неделю: {week}\nОтветы:\n{statuses}\n"
        "👍 {up} · 👎 {down}\nВремя ответа: половина не дольше {p50:.2f} с, 95 из 100 не дольше {p95:.2f} с\n"
        "В очереди: {queue}, не отправлено: {unsent}\nДокументов: {documents}, фрагментов: {chunks}",
        "People: {people}, chats: {chats}\nQuestions today: {today}, this week: {week}\nAnswers:\n{statuses}\n"
        "👍 {up} · 👎 {down}\nAnswer time: half within {p50:.2f} s, 95 of 100 within {p95:.2f} s\n"
        "Queued: {queue}, unsent: {unsent}\nDocuments: {documents}, chunks: {chunks}",
    ),
    "stats_styled": ("· пересказ: {count}", "· reworded: {count}"),
    "stats_framed": ("· дословно, в обрамлении персонажа: {count}", "· verbatim within the persona's frame: {count}"),
    "stats_draft": ("· нейтральный ответ: {count}", "· neutral: {count}"),
    "stats_refused": ("· отказ: {count}", "· refused: {count}"),
    "stats_smalltalk": ("· разговор не о документах: {count}", "· small talk: {count}"),
    "gaps": ("Вопросы, на которые за {days} дней не нашлось хорошего ответа, и что в документах к ним ближе всего:",
             "Questions without a good answer in {days} days, and what in the documents comes nearest:"),
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
    "slip_number": ("число", "number"), "slip_unit": ("единица измерения", "unit"),
    "slip_date": ("дата или срок", "date or time"),
    "slip_identifier": ("идентификатор", "identifier"), "slip_entity_swap": ("подменено, о чём речь", "about another thing"),
    "slip_role_swap": ("перепутаны роли", "roles swapped"), "slip_negation_flip": ("отрицание перевёрнуто", "negation flipped"),
    "slip_condition_dropped": ("потеряно условие", "condition lost"), "slip_quantifier": ("изменён охват", "scope changed"),
    "slip_modality": ("изменена обязательность или уверенность", "obligation or certainty changed"),
    "slip_comparison_flipped": ("сравнение перевёрнуто", "comparison flipped"),
    "slip_cause_effect_reversed": ("перепутаны причина и следствие", "cause and effect reversed"),
    "slip_added_claim": ("добавлено лишнее", "added"), "slip_dropped_claim": ("пропущено", "left out"),
    "slip_citation": ("ссылка на источник", "citation"),
    "slip_autobiography": ("выдано за опыт персонажа", "told as the persona's own experience"),
    "note": ("Примечание", "Note"),
    "note_citations": ("ссылки в ответе модели не сошлись с документами, поэтому черновик собран из цитат",
                       "the model's citations did not hold, so the draft is made of quotes"),
    "note_llm": ("модель не ответила, поэтому черновик собран из цитат",
                 "the model did not answer, so the draft is made of quotes"),
    "note_voice": ("пересказать не вышло: модель персонажа недоступна", "no rewording: the persona's model is unavailable"),
    "times": ("Время, мс", "Times, ms"), "stage_search": ("поиск", "search"), "stage_draft": ("черновик", "draft"),
    "stage_restyle": ("пересказ", "rewording"), "stage_guard": ("сверка", "fact check"), "stage_total": ("всего", "total"),
}  # fmt: skip

COMMANDS: dict[str, tuple[str, str]] = {
    "ask": ("задать вопрос", "ask a question"), "persona": ("чьим голосом отвечать", "whose voice answers"),
    "sources": ("источники последнего ответа", "sources of the last answer"),
    "why": ("как получился ответ", "how the answer came to be"),
    "reset": ("начать разговор заново", "begin the conversation anew"),
    "my_data": ("что о вас хранится", "what is kept of you"),
    "forget_me": ("стереть всё о вас и ваши документы (переспрошу)", "erase all about you and your documents (I ask first)"),
    "help": ("справка", "help"),
}  # fmt: skip
ADMIN_COMMANDS: dict[str, tuple[str, str]] = {
    "ingest": ("добавить документы", "take in documents"), "docs": ("список документов", "list documents"),
    "remove": ("убрать документ", "remove a document"), "reindex": ("перестроить индекс", "build the index anew"),
    "rollback": ("вернуть прежний индекс", "return to the index before"), "jobs": ("задания", "jobs"),
    "cancel": ("отменить задание", "cancel a job"), "stats": ("статистика", "statistics"),
    "persona_use": ("голос по умолчанию", "the default voice"),
    "eval": ("проверка по оценённым ответам", "check against rated answers"),
}  # fmt: skip


def lang_of(code: str | None, text: str = "") -> Lang:
    """A person's language: what their Telegram says, else the script they write in."""
    if code:
        return "ru" if code.split("-")[0].lower() in RUSSIAN else "en"
    return language(text) if text else "en"


def say(lang: Lang, key: str, **values: Any) -> str:
    return WORDS[key][lang == "en"].format(**values)


def counted(lang: Lang, key: str, count: int) -> str:
    """A sentence with a number in it, in the form that the number asks for: `key_one`, `key_few` or `key_many`."""
    if lang == "en":
        form = "one" if count == 1 else "many"
    elif count % 10 == 1 and count % 100 != 11:
        form = "one"
    else:
        form = "few" if 2 <= count % 10 <= 4 and not 12 <= count % 100 <= 14 else "many"
    return say(lang, f"{key}_{form}", count=count)


def why_words(lang: Lang) -> dict[str, str]:
    return {key: pair[lang == "en"] for key, pair in WHY.items()}


def menu(lang: Lang, admin: bool = False) -> list[tuple[str, str]]:
    """(command, description) for the chat's menu."""
    rows = {**COMMANDS, **ADMIN_COMMANDS} if admin else COMMANDS
    return [(command, pair[lang == "en"]) for command, pair in rows.items()]
