"""Writes subscribers.csv: 2,000 good rows with some trouble among them, the same every time.

Run it in this folder after a change: `python make_subscribers.py`. The README says what is in it.
"""

import csv
import random
from pathlib import Path

GOOD_ROWS = 2_000
FIRST = (
    "Ada Åsa Björk Chiara Dmitri Élodie Fatima Gökhan Hélène İpek João Kateřina Łukasz Márta "
    "Nguyễn Øyvind Paweł Quentin Renée Søren Tomáš Úrsula Véronique Wanda Xavier Yūko Zoë "
    "Марина Юрий Ελένη נועה ليلى 健太 さくら 지우 小明 अनन्या"
).split()
LAST = (
    "Andersson Brunner Çelik Dvořák Ekström Fernández García Horváth Ito Jensen Kowalski Lefèvre "
    "Müller Novák O'Brien Petrov Rossi Świątek Tanaka Ünal Virtanen Weiß Yılmaz Žukauskas"
).split()
CITIES = "Oslo Łódź Málaga Zürich Kyōto Αθήνα Київ São\xa0Paulo Reykjavík Tbilisi".split(" ")
PLANS = ("free", "free", "free", "supporter")
DOMAINS = ("example.com", "example.org", "example.net", "post.example.com", "bücher.example.org")

TROUBLE = [
    "no-at-sign.example.com",
    "two@@example.com",
    "",
    "spaces in@example.com",
    "x" * 250 + "@example.com",
    "missing-domain@",
    "@missing-local.example.com",
    "dot-at-end.@example.com",
    "comma,inside@example.com",
    "under_score@exa_mple.com",
    "double..dot@example.com",
    "name@-hyphen.example.com",
]
"""Addresses that no mail server would take."""


def main() -> None:
    """Write the file beside this script."""
    rng = random.Random(12)  # noqa: S311 - the same file every time
    good = [_person(rng, number) for number in range(GOOD_ROWS)]
    rows = [*good, *([address, "Nobody", "Oslo", "free"] for address in TROUBLE)]
    rows += [[good[n][0], good[n][1], "Oslo", "free"] for n in range(0, 60, 10)]
    rows += [[good[n][0].upper(), "", "", ""] for n in range(1, 60, 10)]
    rows += [_unicode_spelling(row) for row in good if "xn--" in row[0]][:8]
    rng.shuffle(rows)
    with Path(__file__).with_name("subscribers.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([["email", "name", "city", "plan"], *rows])


def _person(rng: random.Random, number: int) -> list[str]:
    domain = DOMAINS[number % len(DOMAINS)]
    name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
    if number % 97 == 0:
        name += rng.choice((" 🐦", " 🌊", " ☕"))
    if number % 41 == 0:
        name = ""
    ascii_domain = domain.encode("idna").decode() if number % 2 else domain
    city = "" if number % 29 == 0 else rng.choice(CITIES).replace("\xa0", " ")
    return [f"reader{number:04d}@{ascii_domain}", name, city, rng.choice(PLANS)]


def _unicode_spelling(row: list[str]) -> list[str]:
    local, _, domain = row[0].partition("@")
    return [f"{local}@{domain.encode().decode('idna')}", *row[1:]]


if __name__ == "__main__":
    main()
