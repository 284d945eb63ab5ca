"""Write two feeds whose entries are new, old, or in an earlier issue, as of today."""

import datetime as dt
from pathlib import Path

NOW = dt.datetime.now(dt.UTC)  # noqa: TID251 - what is new depends on the day
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
HEAD = '<feed xmlns="http://www.w3.org/2005/Atom"><id>{link}</id><title>{title}</title>'


def entry(title: str, link: str, published: dt.datetime) -> str:
    return (
        f'<entry><id>{link}</id><title>{title}</title><link href="{link}"/>'
        f"<published>{published.isoformat()}</published>"
        f"<summary>{title}, in one sentence.</summary></entry>"
    )


def write(name: str, title: str, link: str, entries: list[str]) -> None:
    text = HEAD.format(title=title, link=link) + "".join(entries) + "</feed>"
    Path(name).write_text(text, encoding="utf-8")


def paper(number: int, age: dt.timedelta) -> str:
    link = f"https://arxiv.org/abs/26{10 + number % 2}.{number:05}"
    return entry(f"Paper {number}", link, NOW - age)


def post(name: str, age: dt.timedelta) -> str:
    link = f"https://blog.example.org/{name}"
    return entry(f"The {name}", link, NOW - age)


def main() -> None:
    new = [paper(number, number * HOUR) for number in range(1, 13)]
    older = [paper(number, number * DAY) for number in range(20, 29)]
    write("papers.xml", "cs.LG updates on arXiv.org", "https://arxiv.org/", new + older)
    posts = [post(name, 2 * HOUR) for name in ("crane", "quay", "tide", "lighthouse", "ferry")]
    write("blog.xml", "The Harbour Blog", "https://blog.example.org/", posts)


main()
