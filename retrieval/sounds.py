"""How words sound, roughly: keys under which a Russian spelling meets the English word it stands for (неймспейс, namespace) and a
misspelling meets the right word (обнавить, обновить). Knows no index."""

from __future__ import annotations

import re

LETTERS = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "ts", "ч": "ch",
    "ш": "sh", "щ": "sh", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip
TABLE = str.maketrans(LETTERS)
CYRILLIC_CLUSTERS = (
    (re.compile("дж"), "J"),
    (re.compile("кс"), "ks"),
    (re.compile("тч"), "C"),
    (re.compile("шн"), "Sn"),
)
ENGLISH = (
    ("tion", "Sn"), ("sion", "Sn"), ("ture", "Cr"), ("tch", "C"), ("sch", "sk"), ("ch", "C"), ("sh", "S"), ("ph", "f"),
    ("ck", "k"), ("qu", "kv"), ("wh", "v"), ("wr", "r"), ("kn", "n"), ("igh", "i"), ("ght", "t"), ("gh", "g"), ("th", "t"),
    ("dg", "J"), ("x", "ks"), ("ow", "o"), ("aw", "o"), ("ew", "u"),
)  # fmt: skip
SOFT_C = re.compile(r"c(?=[eiy])")
SOFT_G = re.compile(r"g(?=[eiy])")
VOWELS = re.compile(r"[aeiouy]+")
DOUBLE = re.compile(r"(.)\1+")


def romanised(word: str) -> str:
    """A Cyrillic word in Latin letters as it sounds."""
    return word.translate(TABLE)


def _skeleton(spelling: str) -> str:
    spelling = VOWELS.sub("", spelling).replace("w", "v").replace("q", "k").replace("z", "s").replace("j", "J")
    spelling = spelling.replace("Z", "J")
    return DOUBLE.sub(r"\1", spelling[:-1] if spelling.endswith("h") and len(spelling) > 2 else spelling)


def cyrillic_keys(word: str) -> set[str]:
    """Consonant keys of a folded Cyrillic word or stem."""
    spelling = word
    for pattern, sound in CYRILLIC_CLUSTERS:
        spelling = pattern.sub(sound, spelling)
    spelling = spelling.translate(TABLE).replace("zh", "Z").replace("ch", "C").replace("sh", "S")
    keys = {_skeleton(spelling), _skeleton(spelling.replace("ts", "s"))}
    return keys | {key[:-1] for key in keys if key.endswith("s") and len(key) > 3}  # stems lose it: kubernet, postgr


def latin_keys(word: str) -> set[str]:
    """Consonant keys of a folded English word or stem; a letter that sounds in two ways gives two keys."""
    spelling = word
    for cluster, sound in ENGLISH:
        spelling = spelling.replace(cluster, sound)
    soft = SOFT_G.sub("J", SOFT_C.sub("s", spelling))
    spellings = {soft, SOFT_C.sub("s", spelling)}
    if spelling.endswith(("c", "g")):  # stems lose the `e` that softened them: namespac, packag
        spellings.add(soft[:-1] + ("s" if spelling.endswith("c") else "J"))
    return {_skeleton(item.replace("c", "k")) for item in spellings}


RUSSIAN = str.maketrans({"о": "а", "е": "и", "э": "и", "я": "а", "ы": "и", "ю": "у", "ь": "", "ъ": "", "й": ""})
VOICED = str.maketrans("бвгджз", "пфктшс")


def russian_key(word: str) -> str:
    """A folded Russian word as it sounds to a hasty ear: unstressed vowels merged, doubles single, the last consonant
    voiceless."""
    spelling = word.replace("щ", "сч").replace("тся", "ца").replace("ться", "ца").translate(RUSSIAN)
    spelling = DOUBLE.sub(r"\1", spelling)
    return spelling[:-1] + spelling[-1].translate(VOICED) if spelling else spelling


LETTERS_RUN = re.compile(r"[^\W\d_]+")
QWERTY = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
ЙЦУКЕН = "ёйцукенгшщзхъфывапролджэячсмитьбю"
TO_CYRILLIC = str.maketrans(QWERTY + '~{}:"<>', ЙЦУКЕН + "ёхъжэбю")
TO_LATIN = str.maketrans(ЙЦУКЕН, QWERTY)
LOOKALIKES = str.maketrans("aeopcyxkmtbhABEKMHOPCTX", "аеорсухкмтвнАВЕКМНОРСТХ")


def other_layout(word: str) -> str:
    """What the same keys give on the other keyboard, lower case."""
    word = word.lower()
    return word.translate(TO_LATIN) if re.search("[а-яё]", word) else word.translate(TO_CYRILLIC)


def one_script(word: str) -> str:
    """A word of mixed look-alike letters (рaзом with a Latin `a`) in Cyrillic; any other as it is, http-прокси too."""
    return LETTERS_RUN.sub(lambda match: _one_script(match.group()), word)


def _one_script(run: str) -> str:
    if re.search("[а-яё]", run, re.I) and re.search("[a-z]", run, re.I):
        swapped = run.translate(LOOKALIKES)
        if not re.search("[a-z]", swapped, re.I):
            return swapped
    return run
