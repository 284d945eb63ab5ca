"""Lines that a web page or a mail program puts around a newsletter."""

# ruff: noqa: RUF001 - punctuation and letters of many scripts

import re

_PROVENANCE = re.compile(
    r"""^\W*(?:
      (?:this|the|original|an?)?\s*(?:original\s+)?(?:article|post|story|newsletter|issue|essay|text|piece|edition)?\s*
      (?:was|is|were|has\ been|had\ been)?\s*
      (?:originally|first|previously|cross)[\s-]*
      (?:published|posted|appeared|sent|written)\b
      | original\ (?:article|post|story|source)\b.{0,12}\b(?:published|posted|appeared|at|on|here)\b
      | (?:published|posted)\ (?:in|on|by|at)\b.{0,80}\bon\ (?:medium|substack)\b
      | source:\ .{1,80}\bon\ (?:medium|substack)\b
      | originally\ from\b
    ).{0,200}$""",
    re.IGNORECASE | re.VERBOSE,
)

_COUNT = r"\d[\d.,]*\s*[km]?"
_MAIL = r"(?: (?:e-?mail|issue|newsletter|message|it|post))?"
_BROWSER = r"in (?:your |the |a )?(?:web )?browser"
_PLATFORM = r"(?:ghost|substack|mailchimp|buttondown|beehiiv|revue|convertkit)"
_WHOLE_LINES = rf"""
sign (?:in|up|up now|out) | log ?in | get started | open in app | get (?:the )?app | start writing
(?:un)?follow(?:ing|ed)? | claps? | listen | share | save | like | restack | comments? | bookmark
tweet | advertise(?: with us)? | view online | archive | subscribe ?sign ?in | subscribed
{_COUNT}\s*(?:claps?|responses?|followers|likes|comments?|shares|restacks|subscribers)
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
forward (?:this )?to a friend | forwarded (?:this|to you)\b.{{0,120}}
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
подписаться | отписаться | открыть в браузере | 購読する | 配信停止 | 订阅 | 取消订阅
"""
_PATTERNS = [part for line in _WHOLE_LINES.split("\n") for part in line.split(" | ")]
_WHOLE = re.compile("|".join(f"(?:{text})" for text in _PATTERNS if text), re.IGNORECASE)
_BETWEEN_LINKS = re.compile(r"\s*[|·•∙∣]\s*")
_LINK_NUMBER = re.compile(r"\s*\[\d{1,3}\](?:\(\S*\))?\s*")
_EDGES = " \t.!:|·•→>[]()«»\u2019*_-–—👏🔔"

_CONTENTS_LABEL = re.compile(
    r"(?:table of )?contents?|toc|(?:in|inside) this (?:week[’']?s )?(?:issue|edition|newsletter|"
    r"email|week|post)|what[’']?s (?:inside|in this .{1,20})|this week|in today[’']?s (?:issue|"
    r"edition|newsletter|email)|today|agenda|overview|index|jump to|on this page|inhalt|"
    r"inhaltsverzeichnis|in dieser ausgabe|sommaire|au sommaire|table des matières|dans ce numéro|"
    r"contenidos?|índice|en este número|sumário|indice|in questo numero|inhoud|inhoudsopgave|"
    r"目次|もくじ|目录|目錄|차례|목차|содержание|оглавление|в этом выпуске|المحتويات|المحتوى|"
    r"innehåll|spis treści|içindekiler",
    re.IGNORECASE,
)
_LINK_LABEL = re.compile(
    r"(?:read|learn|see|find out|view|watch|listen)(?: (?:more|on|it|here|the (?:full |whole )?"
    r"(?:article|story|post|paper|piece|thread)|full (?:article|story|post)|now))*|"
    r"more(?: here| info)?|link|url|full (?:article|story|post)|continue reading|go to (?:the )?"
    r"(?:article|link|website)|check it out|here|click here|источник|ссылка|читать(?: далее)?|"
    r"подробнее|weiterlesen|zum artikel|mehr lesen|lire(?: la suite| l[’']article)?|leer más|"
    r"leggi(?: di più)?|続きを読む|リンク|链接|阅读原文|اقرأ المزيد|الرابط|رابط",
    re.IGNORECASE,
)
_RESOURCE_LABEL = re.compile(
    r"(?:paper|code|pdf|arxiv|abs(?:tract)?|demo|slides?|video|blog(?: ?post)?|post|article|source|"
    r"sources|via|github|repo(?:sitory)?|project(?: page)?|website|site|homepage|docs?|"
    r"documentation|discussion|comments?|thread|tweet|dataset|data|models?|hn|hacker news|reddit|"
    r"press release|podcast|notebook|colab|tutorial|book|register|tickets?|rsvp|details|info|"
    r"論文|コード|статья|код|видео|الكود)(?: link)?",
    re.IGNORECASE,
)
_POINTS_TO_LINK = re.compile(
    r"(?:\S+\s+){0,4}(?:at|on|here|via|from|see|visit|under|auf|bei|sur|en)|"
    r"(?:read|learn|see|find out) more\b.{0,80}|(?:source|sources|via|paper|code|link)s?:.{0,80}",
    re.IGNORECASE,
)
_LABEL_EDGES = " \t:-–—→>»()[]…."


def boilerplate(text: str) -> str:
    """Return why `text`, a whole line or paragraph, is none of the author's, else ''."""
    core = _LINK_NUMBER.sub(" ", text).strip().strip(_EDGES).strip()
    if _PROVENANCE.match(text.strip()):
        return "line of provenance"
    if core and _WHOLE.fullmatch(core):
        return "page furniture"
    links = [part.strip(_EDGES) for part in _BETWEEN_LINKS.split(core)]
    if len(links) > 1 and all(_WHOLE.fullmatch(link) for link in links):
        return "page furniture"
    return ""


def is_contents_label(text: str) -> bool:
    """Whether `text` announces a list of contents."""
    return _CONTENTS_LABEL.fullmatch(text.strip().strip(_EDGES).strip()) is not None


def is_link_label(text: str) -> bool:
    """Whether `text` only says that a link follows, such as "Read more"."""
    return _LINK_LABEL.fullmatch(text.strip(_LABEL_EDGES)) is not None


def is_resource_label(text: str) -> bool:
    """Whether `text` names a side link of an item, such as "Code"."""
    core = text.strip(_LABEL_EDGES)
    return any(pattern.fullmatch(core) for pattern in (_RESOURCE_LABEL, _POINTS_TO_LINK))
