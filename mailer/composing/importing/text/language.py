"""The language of a text, where its script alone tells: how it is set depends on that."""

from collections import Counter

_SCRIPTS = (
    ("\u3040", "\u30ff", "ja"),
    ("\u1100", "\u11ff", "ko"),
    ("\uac00", "\ud7a3", "ko"),
    ("\u0590", "\u05ff", "he"),
    ("\u0600", "\u06ff", "ar"),
    ("\u0e00", "\u0e7f", "th"),
    ("\u0370", "\u03ff", "el"),
    ("\u4e00", "\u9fff", "zh"),
)
_OF_PERSIAN = frozenset("\u067e\u0686\u0698\u06af\u06cc\u06a9")
_OF_URDU = frozenset("\u0679\u0688\u0691\u06ba\u06d2")
_LEAST_SHARE = 0.4
_LEAST_KANA = 0.05


def language_of(text: str) -> str:
    """Return the language that most of a text's letters belong to; empty where that is not sure."""
    letters = Counter(each for each in text if each.isalpha())
    counts: Counter[str] = Counter()
    for letter, count in letters.items():
        counts[_of_letter(letter)] += count
    whole = sum(counts.values())
    if counts["ja"] >= _LEAST_KANA * whole > 0:
        counts["ja"] += counts.pop("zh", 0)
    name, count = max(counts.items(), key=lambda each: each[1], default=("", 0))
    if not name or count < _LEAST_SHARE * whole:
        return ""
    return _in_arabic_letters(letters, count) if name == "ar" else name


def _of_letter(letter: str) -> str:
    return next((name for first, last, name in _SCRIPTS if first <= letter <= last), "")


def _in_arabic_letters(letters: Counter[str], count: int) -> str:
    for name, own in (("ur", _OF_URDU), ("fa", _OF_PERSIAN)):
        if sum(letters[each] for each in own) > count / 50:
            return name
    return "ar"
