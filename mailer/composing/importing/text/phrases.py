"""The words by which lines are told: what sites and mail programs add, labels, farewells, titles.

Each table holds patterns, parted by line ends or ` | `, in whatever languages we met them.
"""

# ruff: noqa: RUF001, E501 - entries of tables; punctuation and letters of many scripts

import re


def _any_of(table: str) -> re.Pattern[str]:
    """Return a pattern for any entry of a table."""
    entries = [entry.strip() for line in table.split("\n") for entry in line.split(" | ")]
    return re.compile("|".join(f"(?:{entry})" for entry in entries if entry), re.IGNORECASE)


_PROVENANCE = re.compile(
    r"""^\W*+(?:
      (?:this|the|original|an?)?\s*+(?:original\s++)?(?:article|post|story|newsletter|issue|essay|text|piece|edition)?\s*+
      (?:was|is|were|has\ been|had\ been)?\s*+
      (?:originally|first|previously|cross)[\s-]*+
      (?:published|posted|appeared|sent|written)\b
      | original\ (?:article|post|story|source)\b.{0,12}\b(?:published|posted|appeared|at|on|here)\b
      | (?:published|posted)\ (?:in|on|by|at)\b.{0,80}\bon\ (?:medium|substack)\b
      | source:\ .{1,80}\bon\ (?:medium|substack)\b
      | originally\ from\b
    ).{0,200}$""",
    re.IGNORECASE | re.VERBOSE,
)

_COUNT = r"\d[\d.,]*+\s*+[km]?"
_MAIL = r"(?: (?:e-?mail|issue|newsletter|message|it|post))?"
_BROWSER = r"in (?:your |the |a )?(?:web )?browser"
_PLATFORM = r"(?:ghost|substack|mailchimp|buttondown|beehiiv|revue|convertkit)"
_FURNITURE = _any_of(rf"""
sign (?:in|up|up now|out) | log ?in | get started | open in app | get (?:the )?app | start writing
(?:un)?follow(?:ing|ed)? | claps? | listen | share | save | like | restack | comments? | bookmark
tweet | advertise(?: with us)? | view online | archive | subscribe ?sign ?in | subscribed
follow publication | medium logo | upgrade to (?:paid|premium) | write a response | reply
last published \w+ \d+, \d{{4}} | published in \S.{{0,60}} on medium | read on the web
press enter or click.*
.{{1,60}} is a reader-supported publication\..{{0,200}}
{_COUNT}\s*+(?:claps?|responses?|followers|following|likes|comments?|shares|restacks|subscribers)
responses?(?: \(\d+\))? | comments? \(\d+\) | member-only story | more from medium
recommended from medium | see all(?: from .{{1,40}})? | help status about careers.* | press enter.*
(?:.{{0,60}}[·•|∙∣]\s*)?\d{{1,3}} ?-?(?:min(?:ute)?s?) read(?:\s*[·•|∙].{{0,40}})?
.{{1,60}}[·•∙]\s*follow(?:ing)?
subscribe(?: now| here| for free| today)? | unsubscribe(?: here)?
share (?:this|this post|this issue|on \w+) | leave a comment | write a comment.*
upgrade to paid | give a gift subscription | refer a friend | (?:type|enter) your email.*
discussion about this post | ready for more\?? | no posts | top new community
(?:start|launch) your substack | substack is the home for great culture
privacy\W+terms.* | terms\W+privacy.* | collection notice | all rights reserved
(?:©|\(c\)|copyright)\W.{{0,100}}
thanks for reading\b.{{0,80}}\bsubscribe\b.{{0,120}}
thanks for reading\b.{{0,60}}! this post is public so feel free to share it
(?:view|read|open|see)(?: this| the)?{_MAIL} (?:online|{_BROWSER}|on the web)
(?:having )?(?:trouble|problems) (?:viewing|reading|seeing).{{0,100}}
can[’']?(?:t|not) (?:view|read|see) this.{{0,100}}
to (?:unsubscribe|stop receiving)\b.{{0,120}} | add us to your address book.*
forward (?:this )?(?:e-?mail |newsletter |issue )?to a friend\b.{{0,80}} | forwarded (?:this|to you)\b.{{0,120}}
was this (?:e-?mail )?forwarded to you\b.{{0,120}}
you(?:[’']re| are)? (?:receiv|gett?)(?:e|ing)? this\b.{{0,200}}
(?:manage|update|change|edit) (?:your )?(?:e-?mail )?(?:preferences|subscription|settings).{{0,60}}
sign up for (?:more like this|our newsletter|the newsletter|free).{{0,80}}
(?:powered|published) (?:by|with) {_PLATFORM}.{{0,40}}
(?:image|photo|figure)(?: credit)?s?:? (?:by|from|source)\b.{{0,80}}\bon unsplash
skip to (?:main )?content | accept (?:all )?cookies | back to top | cookie settings | advertisement
if you (?:no longer|don[’']?t|do not) (?:want|wish) to (?:receive|get)\b.{{0,160}}
si (?:ya )?no (?:deseas?|quieres?) (?:seguir |más )?recib.{{0,160}}
si vous ne (?:souhaitez|voulez) plus recevoir.{{0,160}}
se non (?:desideri|vuoi) più ricevere.{{0,160}}
wenn (?:sie|du) .{{0,80}}(?:nicht mehr|keine) .{{0,120}}(?:abmelden|abbestell|erhalten).{{0,60}}
abonnieren | jetzt abonnieren | abmelden | im browser ansehen | newsletter abbestellen
s[’']abonner | se désabonner | voir dans le navigateur | suscribirse | darse de baja | iscriviti
подписаться | отписаться | открыть в браузере | 購読する | 订阅 | 取消订阅 | 退订.{{0,20}}
(?:配信停止|購読解除|登録解除|配信解除)(?:は|の|を|・)?.{{0,20}} | このメールは.{{0,60}}(?:配信|お送り).{{0,30}}
(?:إلغاء|لإلغاء) الاشتراك.{{0,60}} | عرض في المتصفح
(?:وصلتك|تصلك|تلقيت) هذه (?:الرسالة|النشرة).{{0,120}}
""")
_NAVIGATION = _any_of("""
sign (?:in|up) | log ?in | open in app | get (?:the )?app | follow publication | member-only story
subscribe(?: ?sign ?in)? | medium logo | skip to (?:main )?content
""")
_BESIDE_FURNITURE = _any_of(r"""
\d[\d.,]*[km]? | more | write | search | menu | home | previous | next | help | status | about
careers | press | blog | privacy | rules | terms | text to speech | listen to this .{1,20}
""")
_FOOT = _any_of(r"""
(?:written by|published in)(?: \S.{0,60})? | (?:more|recommended) from \S.{0,60}
responses? \(\d+\) | discussion about this post
""")
_PICTURE = "(?:figure|image|photo|picture|screenshot|illustration|chart)s?(?: credits?)?"
_CAPTION = _any_of(rf"""
\(?{_PICTURE}(?: is| are| taken)* (?:from|by|via|courtesy of)\b.{{0,160}} | {_PICTURE}: .{{1,160}}
(?:figure|fig\.|abb\.|abbildung|図) ?\d+\b.{{0,160}} | (?:bild|foto|bildquelle): .{{1,160}}
\(?from the (?:paper|article|repository)\)?
""")
_CONTENTS = _any_of("""
(?:table of )?contents? | toc | what[’']?s (?:inside|in this .{1,20}) | this week | today | agenda
(?:in|inside) this (?:week[’']?s )?(?:issue|edition|newsletter|email|week|post)
in today[’']?s (?:issue|edition|newsletter|email) | overview | index | jump to | on this page
inhalt | inhaltsverzeichnis | in dieser ausgabe | sommaire | au sommaire | table des matières
dans ce numéro | contenidos? | índice | en este número | sumário | indice | in questo numero
inhoud | inhoudsopgave | 目次 | もくじ | 目录 | 目錄 | 차례 | 목차 | содержание | оглавление
в этом выпуске | المحتويات | المحتوى | innehåll | spis treści | içindekiler
""")
_VERB, _PIECE = "read|learn|see|find out|view|watch|listen", "article|story|post|paper|piece|thread"
_LINK = _any_of(rf"""
(?:{_VERB})(?: (?:more|on|it|here|now|the (?:full |whole )?(?:{_PIECE})|full (?:article|story|post)))*
more(?: here| info)? | link | url | full (?:article|story|post) | continue reading | check it out
go to (?:the )?(?:article|link|website) | here | click here | источник | ссылка | читать(?: далее)?
mehr (?:dazu|erfahren|lesen|infos?)(?: hier)? | en savoir plus
подробнее | weiterlesen | zum artikel | lire(?: la suite| l[’']article)? | leer más
leggi(?: di più)? | 続きを読む | リンク | 链接 | 阅读原文 | اقرأ المزيد | الرابط | رابط
""")
_RESOURCE = _any_of(r"""
(?:paper|code|pdf|arxiv|abs(?:tract)?|demo|slides?|video|blog(?: ?post)?|post|article|source)(?: link)?
(?:sources|via|github|repo(?:sitory)?|project(?: page)?|website|site|homepage|docs?)(?: link)?
(?:documentation|discussion|comments?|thread|tweet|dataset|data|models?|hn|hacker news)(?: link)?
(?:\S+\s+){1,2}(?:comments?|discussion)
(?:reddit|press release|podcast|notebook|colab|tutorial|book|register|tickets?|rsvp)(?: link)?
(?:details|info)(?: link)? | 論文 | コード | статья | код | видео | الكود
(?:\S+\s+){0,4}(?:at|on|here|via|from|see|visit|under|auf|bei|sur|en)
(?:read|learn|see|find out) more\b.{0,80} | (?:source|sources|via|paper|code|link)s?:.{0,80}
""")
_FAREWELL = _any_of("""
that[’']?s (?:all|it) | that is (?:all|it) | thanks?(?: you)? (?:so much )?for (?:reading|subscribing|your)
see you (?:next|soon|in|on|then|there|tomorrow) | until next | till next | happy reading | did you (?:enjoy|like)
have a (?:great|good|nice|wonderful|lovely) | if you (?:enjoy|like|found|have|want) | as always
(?:herzliche|viele|liebe|beste|schöne) grüße
(?:all the )?best(?: wishes| regards)?, | cheers, | regards, | yours, | love, | warmly, | enjoy your
stay (?:safe|tuned) | bis (?:zum|nächste) | à (?:la semaine|bientôt) | hasta (?:la|pronto)
до (?:встречи|следующ) | спасибо за | また来週 | それでは | お読み | 感謝 | 下期再见 | إلى اللقاء | شكرا
""")
_BEFORE_FAREWELL = re.compile(r"[\s¡¿*_]*(?:and\s+)?", re.IGNORECASE)
_ABOUT = _any_of("""
about(?: me| us| this .{1,20}| the (?:author|editor).{0,20})? | contact | credits | follow me
impressum | über mich | à propos | обо? (?:мне|авторе) | 筆者について | プロフィール
""")
_SUBTITLE = _any_of(r"""
(?:issue|no\.?|number|vol(?:ume)?\.?|edition|episode|week|ausgabe|nummer)\s*#?\d+\b
(?:numéro|número|выпуск|№|#)\s*#?\d+\b | 第.{1,6}[号期回] | العدد\b | by\s+[^\W\d_a-z]
written by\b | von\s+[A-ZÄÖÜ]
""")
_BYLINE = re.compile(r"(?:[Bb]y|[Vv]on|[Pp]ar|[Pp]or) (?:the )?[^\W\d_][^.!?:]{1,50}")
_TITLE_LABEL = re.compile(
    r"(?:title|subject|betreff|objet|тема|件名)\s*[:：]\s*(?=\S)", re.IGNORECASE
)

_BETWEEN_LINKS = re.compile(r"[|·•∙∣]")
_LINK_NUMBER = re.compile(r"\[\d{1,3}\](?:\([^\s()]*+(?:\([^\s()]*+\)[^\s()]*+)*\))?")
_EDGES = " \t.!:|·•→>[]()«»\u2019*_-–—👏🔔"
_LABEL_EDGES = " \t:-–—→>»()[]…./"


def boilerplate(text: str) -> str:
    """Return why `text`, a whole line or paragraph, is none of the author's, else ''."""
    if _PROVENANCE.match(text.strip()):
        return "line of provenance"
    core = " ".join(_LINK_NUMBER.sub(" ", text).split()).strip(_EDGES).strip()
    links = [part.strip(_EDGES) for part in _BETWEEN_LINKS.split(core)]
    is_furniture = _FURNITURE.fullmatch(core) or all(map(_FURNITURE.fullmatch, links))
    return "page furniture" if core and is_furniture else ""


def is_navigation(text: str) -> bool:
    """Whether `text` is what sites put above an article's title."""
    return _NAVIGATION.fullmatch(text.strip(_EDGES)) is not None


def goes_with_furniture(text: str) -> bool:
    """Whether `text` is page furniture beside other furniture: a count, or a word of a menu."""
    return _BESIDE_FURNITURE.fullmatch(text.strip(_EDGES)) is not None


def begins_foot(text: str) -> bool:
    """Whether `text` is what sites put right below an article."""
    return _FOOT.fullmatch(text.strip()) is not None


def is_caption(text: str) -> bool:
    """Whether `text` says whose or what a picture is, as no heading does."""
    return _CAPTION.fullmatch(text.strip()) is not None


def is_byline(text: str) -> bool:
    """Whether `text` only says who wrote what it stands by."""
    return _BYLINE.fullmatch(text) is not None


def is_contents_label(text: str) -> bool:
    """Whether `text` announces a list of contents."""
    return _CONTENTS.fullmatch(text.strip().strip(_EDGES).strip()) is not None


def is_link_label(text: str) -> bool:
    """Whether `text` only says that a link follows, such as "Read more"."""
    return _LINK.fullmatch(text.strip(_LABEL_EDGES)) is not None


def is_resource_label(text: str) -> bool:
    """Whether `text` names a side link of an item, such as "Code"."""
    return _RESOURCE.fullmatch(text.strip(_LABEL_EDGES)) is not None


def says_farewell(text: str) -> bool:
    """Whether `text` begins as closing words do."""
    start = _BEFORE_FAREWELL.match(text)
    return _FAREWELL.match(text, start.end() if start else 0) is not None


def heads_closing(text: str) -> bool:
    """Whether `text` is a heading of closing words, such as "About me"."""
    return _ABOUT.fullmatch(text) is not None


def is_subtitle(text: str) -> bool:
    """Whether `text` begins as a line that gives an issue's number or author."""
    return _SUBTITLE.match(text) is not None


def title_label(text: str) -> str:
    """Return the label before a title, such as "Subject: ", if there is one."""
    found = _TITLE_LABEL.match(text)
    return found[0] if found else ""
