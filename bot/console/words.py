"""What the console says, in Russian and English."""

from __future__ import annotations

from core.nouns import Lang

STYLE = """
:root { --ink: #1d2733; --soft: #5b6876; --line: #dfe4ea; --paper: #ffffff; --ground: #f5f7f9; --accent: #1f5fa8;
  --good: #1d7a46; --good-paper: #e4f4ea; --bad: #a63a2b; --bad-paper: #fbe9e6; --note-paper: #fff3cd; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
header { background: var(--paper); border-bottom: 1px solid var(--line); }
header > div, main { max-width: 1080px; margin: 0 auto; padding: 0 24px; }
header > div { display: flex; gap: 28px; align-items: baseline; padding-top: 16px; padding-bottom: 14px; }
header b { font-size: 18px; }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
a[aria-current] { color: var(--ink); font-weight: 600; }
main { padding-top: 24px; padding-bottom: 64px; }
h1 { font-size: 24px; line-height: 1.3; margin: 0 0 16px; } h2 { font-size: 18px; margin: 36px 0 12px; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 0; }
.figures div, .card { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 14px 18px; }
.figures dt { color: var(--soft); font-size: 14px; } .figures dd { margin: 2px 0 0; font-size: 22px; font-weight: 600; }
.card + .card { margin-top: 12px; }
.scroll { overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 10px 16px; border-bottom: 1px solid var(--line); vertical-align: top; }
tbody tr:last-child td { border-bottom: 0; }
td:first-child .small { white-space: nowrap; }
th { color: var(--soft); font-weight: 500; font-size: 14px; }
.soft { color: var(--soft); } .small { font-size: 14px; } .text { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
.lines { display: grid; gap: 8px; }
.path { overflow-wrap: anywhere; }
.rung { display: inline-block; padding: 1px 10px; border-radius: 999px; font-size: 14px; background: #e8edf3; white-space: nowrap; }
.rung.styled { background: var(--good-paper); color: var(--good); } .rung.refused, .rung.no { background: var(--bad-paper); color: var(--bad); }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; } .pair .card { margin: 0; }
h3 { font-size: 15px; margin: 0 0 6px; color: var(--soft); font-weight: 500; }
del { background: var(--bad-paper); color: var(--bad); text-decoration: none; border-radius: 3px; }
ins { background: var(--good-paper); color: var(--good); text-decoration: none; border-radius: 3px; }
mark { background: var(--note-paper); color: inherit; border-bottom: 2px solid #d9a400; border-radius: 2px; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 12px; margin-top: 12px; }
.plots figure { margin: 0; } .plots img { width: 100%; height: auto; display: block; } pre { margin: 0; }
ol.reasons { margin: 8px 0 0; padding-left: 22px; } details summary { cursor: pointer; color: var(--accent); }
@media (max-width: 700px) { .pair { grid-template-columns: 1fr; } header > div, main { padding-left: 16px; padding-right: 16px; }
  thead { display: none; } td { display: block; border: 0; padding: 4px 16px; } tr { display: block; padding: 10px 0; border-bottom: 1px solid var(--line); }
  td::before { content: attr(data-label) " "; color: var(--soft); font-size: 14px; } }
"""  # noqa: E501

WORDS: dict[Lang, dict[str, str]] = {
    "ru": {
        "title": "Пульт", "overview": "Обзор", "documents": "Документы", "answers": "Последние ответы", "jobs": "Задания",
        "chunks": "Фрагменты", "generation": "Поколение индекса", "persona": "Персонаж", "llm": "Языковая модель",
        "llm_none": "не задана", "llm_up": "отвечает", "llm_down": "не отвечает", "nobody": "без персонажа", "when": "Когда",
        "question": "Вопрос", "rung": "Ступень", "rated": "Оценка", "no_answers": "Ответов пока нет.", "time": "Время",
        "no_documents": "Документов пока нет: expertbot ingest ПАПКА.", "name": "Название",
        "where": "Источник", "added": "Добавлен",
        "kind": "Что", "state": "Состояние", "passages": "Найденные фрагменты", "quotes": "Цитаты черновика", "draft": "Черновик",
        "sent": "Отправлено", "same": "Отправлен сам черновик: пересказа нет.", "versions": "Другие варианты пересказа",
        "guard": "Что нашла проверка", "guard_ok": "Проверка отличий в фактах не нашла.", "in_draft": "в черновике",
        "in_styled": "в пересказе", "score": "похоже на персонажа", "passed": "проверка пройдена",
        "failed": "проверка не пройдена",
        "timings": "Время по шагам", "search": "поиск", "restyle": "пересказ", "checking": "проверка", "total": "всего",
        "confidence": "Уверенность", "note": "Замечание", "s": "с", "unknown": "Такого ответа нет или он уже забыт.",
        "styled": "пересказ", "framed": "факты дословно", "refused": "отказ", "smalltalk": "разговор", "liked": "понравилось",
        "disliked": "не понравилось", "not_rated": "нет", "draft_rung": "черновик", "of": "Ответ", "back": "К обзору",
        "personas": "Персонажи", "no_proof": "Графиков пока нет: expertbot persona train и persona eval.",
        "queued": "ждёт", "running": "идёт", "done": "готово", "broken": "не вышло", "cancelled": "отменено",
    },
    "en": {
        "title": "Console", "overview": "Overview", "documents": "Documents", "answers": "Recent answers", "jobs": "Jobs",
        "chunks": "Chunks", "generation": "Index generation", "persona": "Persona", "llm": "Language model",
        "llm_none": "not set", "llm_up": "up", "llm_down": "down", "nobody": "no persona", "when": "When",
        "question": "Question", "rung": "Rung", "rated": "Rating", "no_answers": "No answers yet.", "time": "Time",
        "no_documents": "No documents yet: expertbot ingest FOLDER.", "name": "Title", "where": "Source", "added": "Added",
        "kind": "What", "state": "State", "passages": "Passages found", "quotes": "The draft's quotes", "draft": "Draft",
        "sent": "Sent", "same": "The draft itself was sent: there is no rewording.", "versions": "Other wordings",
        "guard": "What the guard found", "guard_ok": "The guard found no difference in facts.", "in_draft": "in the draft",
        "in_styled": "in the wording", "score": "like the persona", "passed": "passed the guard", "failed": "failed the guard",
        "timings": "Time by stage", "search": "search", "restyle": "rewording", "checking": "guard", "total": "total",
        "confidence": "Confidence", "note": "Note", "s": "s", "unknown": "There is no such answer, or it is forgotten already.",
        "styled": "reworded", "framed": "facts word for word", "refused": "refused", "smalltalk": "small talk", "liked": "liked",
        "disliked": "disliked", "not_rated": "none", "draft_rung": "draft", "of": "Answer", "back": "Back",
        "personas": "Personas", "no_proof": "No plots yet: expertbot persona train and persona eval.",
        "queued": "waiting", "running": "running", "done": "done", "broken": "failed", "cancelled": "cancelled",
    },
}  # fmt: skip


def language(accepted: str) -> Lang:
    """The first of our languages in an Accept-Language header; Russian where neither is named."""
    for part in accepted.lower().split(","):
        code = part.strip()[:2]
        if code == "ru":
            return "ru"
        if code == "en":
            return "en"
    return "ru"
