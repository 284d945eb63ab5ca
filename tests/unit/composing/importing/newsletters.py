"""Newsletters put together from parts, so that every way of setting them meets every other."""

# ruff: noqa: RUF001, E501 - letters of many scripts, some of them wide

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

TITLES = {
    "en": (
        "A quieter garden shed",
        "Why do maps have no smell?",
        "Lessons from Prof. Vera Holt on tuning harps",
        "Paper boats: a short history of floating nonsense and other serious things",
        "Night trains are back",
        "Bread 2.0",
        "How to fold a fitted sheet without crying",
        "Stock and Flow: A Framework for Counting Teaspoons in Shared Kitchens",
        "The last typewriter repairer in town speaks",
        "Beekeeping on Mars (and why not)",
        "Whistling in tunnels",
        "Slow elevators",
        "An Incomplete Guide to Pigeons",
        "Ten years of rain data",
    ),
    "ja": (
        "静かな庭の物置",
        "地図に匂いがない理由とは？",
        "夜行列車の復活",
        "紙の船：浮かぶものの短い歴史",
        "パン作り入門",
        "町で最後のタイプライター修理人",
        "火星での養蜂",
        "遅いエレベーター",
        "鳩の不完全な案内",
        "雨の記録十年分",
        "トンネルで口笛を吹く",
        "シーツのたたみ方",
        "茶さじの数え方",
        "竪琴の調律",
    ),
    "ru": (
        "Тихий сарай в саду",
        "Почему у карт нет запаха?",
        "Ночные поезда возвращаются",
        "Бумажные кораблики: краткая история плавучей чепухи",
        "Хлеб для начинающих",
        "Последний мастер по пишущим машинкам",
        "Пчёлы на Марсе",
        "Медленные лифты",
        "Неполный справочник о голубях",
        "Десять лет дождя",
        "Свист в туннелях",
        "Как сложить простыню",
        "Счёт чайных ложек",
        "Настройка арфы",
    ),
    "ar": (
        "سقيفة هادئة في الحديقة",
        "لماذا لا رائحة للخرائط؟",
        "عودة قطارات الليل",
        "قوارب ورقية: تاريخ قصير",
        "الخبز للمبتدئين",
        "آخر مصلح للآلات الكاتبة",
        "تربية النحل على المريخ",
        "المصاعد البطيئة",
        "دليل ناقص للحمام",
        "عشر سنوات من المطر",
        "الصفير في الأنفاق",
        "كيف تطوي الملاءة",
        "عد ملاعق الشاي",
        "ضبط أوتار القيثارة",
    ),
}
KICKERS = {
    "en": ("Small spaces", "Cartography explained", "Music in old houses", "Toys that last"),
    "ja": ("小さな空間", "地図学", "古い家の音楽", "長持ちするおもちゃ"),
    "ru": ("Малые пространства", "Картография", "Музыка старых домов", "Вечные игрушки"),
    "ar": ("مساحات صغيرة", "علم الخرائط", "موسيقى البيوت القديمة", "ألعاب تدوم"),
}
SUMMARIES = {
    "en": (
        (
            "They painted the boards with lime and hung felt behind the door. The wind still comes in,"
            " but it no longer sings, and the neighbours have stopped writing letters."
        ),
        "A short piece on the oldest question of the drawing office, with an answer nobody liked.",
        (
            "The author spent a winter measuring it. Results were mixed, e.g. on Tuesdays, and the"
            " figures in the second table (about 3.5 a day) are worth the visit alone."
        ),
    ),
    "ja": (
        "板に漆喰を塗り、扉の裏にフェルトを掛けた。風はまだ入るが、もう歌わない。",
        "製図室でいちばん古い問いについての短い文章で、誰も好まない答えがついている。",
        "著者はひと冬かけて測定した。結果はまちまちだが、二つ目の表だけでも読む価値がある。",
    ),
    "ru": (
        (
            "Доски покрасили известью, а за дверью повесили войлок. Ветер всё ещё приходит, но больше"
            " не поёт, и соседи перестали писать письма."
        ),
        "Короткая заметка о старом вопросе чертёжного бюро с ответом, который никому не мил.",
        "Автор измерял это всю зиму. Результаты разные, но ради второй таблицы стоит зайти.",
    ),
    "ar": (
        (
            "طلوا الألواح بالجير وعلقوا اللباد خلف الباب. ما زالت الريح تدخل، لكنها لم تعد تغني، وتوقف"
            " الجيران عن كتابة الرسائل."
        ),
        "مقال قصير عن أقدم سؤال في مكتب الرسم، مع جواب لم يعجب أحدا من الحاضرين.",
        "قضى الكاتب شتاء كاملا في القياس. كانت النتائج متفاوتة، لكن الجدول الثاني يستحق الزيارة.",
    ),
}
SECTIONS = {
    "en": ("Around the house", "Longer reads", "Tools", "Other things"),
    "ja": ("家のまわり", "長い読み物", "道具", "その他"),
    "ru": ("Вокруг дома", "Длинное чтение", "Инструменты", "Прочее"),
    "ar": ("حول البيت", "قراءات طويلة", "أدوات", "أشياء أخرى"),
}
INTRODUCTIONS = {
    "en": "This week was quiet, so here is a slow pile of links. Make some tea before you start.",
    "ja": "今週は静かだったので、ゆっくり読めるリンクを集めました。お茶をどうぞ。",
    "ru": "Неделя была тихой, поэтому вот медленная стопка ссылок. Сначала заварите чай.",
    "ar": "كان هذا الأسبوع هادئا، لذلك جمعنا لكم روابط بطيئة. حضروا الشاي قبل البدء.",
}
NAMES = {
    "en": "The Teapot No. 7",
    "ja": "急須通信 第七号",
    "ru": "Чайник, выпуск 7",
    "ar": "نشرة الإبريق",
}

HEADINGS: dict[str, Callable[[int, str], str]] = {
    "1.": lambda n, text: f"{n}. {text}",
    "1)": lambda n, text: f"{n}) {text}",
    "I.": lambda n, text: f"{('I', 'II', 'III', 'IV')[n - 1]}. {text}",
    "section": lambda n, text: f"Section {n}: {text}",
    "§": lambda n, text: f"§{n} {text}",
    "##": lambda n, text: f"## {text}",  # noqa: ARG005
    "plain": lambda n, text: text,  # noqa: ARG005
    "bold": lambda n, text: f"**{text}**",  # noqa: ARG005
    "underlined": lambda n, text: f"{text}\n{'=' * 24}",  # noqa: ARG005
    "label": lambda n, text: f"{text}:",  # noqa: ARG005
    "emoji": lambda n, text: f"🫖 {text}",  # noqa: ARG005
    "capitals": lambda n, text: text.upper(),  # noqa: ARG005
}
RULERS = {
    "none": "",
    "stars": "***",
    "dashes": "---",
    "em": "———",
    "equals": "==========",
    "spaced": "* * *",
    "long": "⸻",
    "seed": " ".join("—" * 30),
    "dots": ". . . . .",
}
CONTENTS: dict[str, Callable[[Sequence[str]], str]] = {
    "none": lambda names: "",  # noqa: ARG005
    "numbers": lambda names: "\n".join(f"  {n}. {name}" for n, name in enumerate(names, 1)),
    "bullets": lambda names: "\n".join(f"- {name}" for name in names),
    "labelled": lambda names: "In this issue:\n\n" + "\n".join(names),
    "bare": "\n\n".join,
}
ITEMS = {
    "kicker": "{kicker}\n\n{title}\n\n{summary}",
    "plain": "{title}\n\n{summary}",
    "tight": "{title}\n{summary}",
    "tight kicker": "{kicker}\n{title}\n{summary}",
    "domain": "{title} (example.org)\n\n{summary}",
    "link after": "{title}\n\n{summary}\n\n{url}",
    "link before": "{title}\n{url}\n{summary}",
    "link on title": "{title}: {url}\n\n{summary}",
    "read more": "{title}\n{summary}\nRead more: {url}",
    "long": "{title}\n\n{summary}\n\n{second}",
    "bullet": "- {title}\n  {summary}",
    "bullet link": "• {title} {url}",
    "markdown": "### {title}\n\n{summary}",
    "markdown link": "[{title}]({url})\n\n{summary}",
}


@dataclass(frozen=True)
class Spec:
    """How a newsletter is set."""

    heading: str = "plain"
    ruler: str = "none"
    contents: str = "none"
    item: str = "plain"
    language: str = "en"
    counts: tuple[int, ...] = (3, 2, 4)
    under: bool = False
    introduction: bool = True
    blank_lines: int = 1
    between: str = ""
    newline: str = field(default="\n", repr=False)


def newsletter(spec: Spec) -> str:
    """Return the raw text of a newsletter."""
    number = count()
    names = SECTIONS[spec.language][: len(spec.counts)]
    blocks = [NAMES[spec.language]]
    if spec.introduction:
        blocks.append(INTRODUCTIONS[spec.language])
    if spec.contents != "none":
        blocks.append(CONTENTS[spec.contents](names))
    for n, (name, items) in enumerate(zip(names, spec.counts, strict=True), start=1):
        if RULERS[spec.ruler]:
            blocks.append(RULERS[spec.ruler])
        space = "\n" * (spec.blank_lines - 1)
        blocks.append(space + HEADINGS[spec.heading](n, name))
        if spec.under:
            blocks.append("— —")
        for at in range(items):
            if at and spec.between:
                blocks.append(spec.between)
            blocks.append(_item(spec, next(number)))
    return ("\n\n".join(blocks) + "\n").replace("\n", spec.newline)


def _item(spec: Spec, number: int) -> str:
    titles, summaries = TITLES[spec.language], SUMMARIES[spec.language]
    return ITEMS[spec.item].format(
        kicker=KICKERS[spec.language][number % 4],
        title=titles[number % len(titles)],
        summary=summaries[number % 3],
        second=summaries[(number + 1) % 3],
        url=f"https://example.org/{number}",
    )
