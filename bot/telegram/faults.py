"""Why a document was not taken in, in Russian, by the code of the fault; in English the fault's own words are used."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from core.nouns import Lang

# code → (what is wrong, what to do)
RUSSIAN: dict[str, tuple[str, str]] = {
    "archive": ("это архив, а не документ", "распакуйте его и пришлите файлы"),
    "bad_csv": ("таблица CSV не читается", "исправьте строку или сохраните таблицу как XLSX"),
    "bad_json": ("это не JSON", "исправьте файл"),
    "bad_zip": ("файл повреждён или обрезан", "скачайте или сохраните его заново"),
    "binary": ("это не текст, а двоичные данные", "такой файл не нужен"),
    "crash": ("файл повреждён: чтение на нём оборвалось", "сохраните его заново"),
    "damaged": ("файл повреждён", "откройте его в той программе, где он сделан, и сохраните заново"),
    "empty": ("в файле нет текста", "проверьте, тот ли это файл"),
    "missing": ("файла уже нет", "проверьте путь"),
    "not_file": ("это не файл", "дайте файл или папку"),
    "old_office": ("это формат Office до 2007 года", "сохраните его как DOCX, XLSX или PPTX"),
    "password": ("файл защищён паролем или от копирования", "сохраните его без защиты"),
    "pdf_garbled": ("шрифты в PDF не говорят, какие это буквы", "сохраните PDF заново или распознайте: ocrmypdf --force-ocr"),
    "pdf_scan": ("это скан: на страницах картинки, текста нет", "сначала распознайте его (OCR), например ocrmypdf"),
    "too_big": ("файл слишком велик", "разделите его, например по главам"),
    "too_deep": ("слишком глубокая вложенность", "сохраните в другом формате"),
    "too_many_pages": ("слишком много страниц", "разделите файл, например по главам"),
    "too_slow": ("файл читается слишком долго", "разделите его на части"),
    "unreadable": ("файл не читается", "проверьте права на него и диск"),
    "unsupported": ("такие файлы не читаются", "сохраните текст как DOCX, PDF или Markdown"),
    "url": ("адрес не отвечает", "проверьте его"),
    "url_status": ("по адресу ничего нет", "проверьте его"),
    "xml_entities": ("в XML объявлены сущности, как делают атаки, а не документы", "сохраните файл заново"),
    "zip_bomb": ("файл распаковывается во много раз больше, чем нужно документу", "сохраните его заново частями"),
    "zip_path": ("запись внутри указывает за пределы файла", "сохраните файл заново"),
}  # fmt: skip


def in_words(failure: dict[str, Any], lang: Lang) -> tuple[str, str, str]:
    """(name of the file, what is wrong, what to do) of a failed document."""
    name = PurePath(failure["source"]).name or failure["source"]
    known = RUSSIAN.get(failure.get("code", ""))
    if lang == "ru" and known:
        return (name, *known)
    error = failure["error"].removeprefix(f"{name}: ").rstrip(".")
    return (name, error, failure["hint"].rstrip("."))
