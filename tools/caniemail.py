"""Make mailer/composing/linting/compat/caniemail.json from the npm package caniemail.

The output is the same bytes for the same input. It keeps what the linter asks: of each feature its
title, category, the support by the newest version of each client, and the notes on it.

Usage:
    npm pack caniemail@2.0.2 && tar xzf caniemail-2.0.2.tgz
    python tools/caniemail.py package/data/caniemail.json 2.0.2
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "mailer/composing/linting/compat/caniemail.json"
UNTESTED = "-"


def main() -> None:
    """Read the package's data, write ours."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("source", type=Path, help="data/caniemail.json of the package")
    arguments.add_argument("version", help="the package's version")
    chosen = arguments.parse_args()
    data = json.loads(chosen.source.read_text(encoding="utf-8"))
    TARGET.write_text(compact(data, version=chosen.version), encoding="utf-8")


def compact(data: Mapping[str, Any], *, version: str) -> str:
    """Return our JSON, one feature a line so that a new version's changes can be read."""
    features = sorted(data["data"], key=lambda feature: str(feature["slug"]))
    clients = sorted(
        {f"{family}.{platform}" for feature in features for family, platform in _pairs(feature)}
    )
    names = data["nicenames"]
    head = {
        "source": f"caniemail {version} (npm), data of {data['last_update_date'][:10]}",
        "families": names["family"],
        "platforms": names["platform"],
        "clients": clients,
    }
    lines = [f"{json.dumps(key)}:{_dumped(value)}" for key, value in head.items()]
    rows = [f"{json.dumps(one['slug'])}:{_dumped(_feature(one, clients))}" for one in features]
    return "{" + ",\n".join(lines) + ',\n"features":{\n' + ",\n".join(rows) + "\n}}\n"


def _feature(feature: Mapping[str, Any], clients: list[str]) -> dict[str, Any]:
    newest = [_newest(feature, client) for client in clients]
    numbers = {
        client: [int(word[1:]) for word in words[1:]]
        for client, words in zip(clients, newest, strict=True)
        if len(words) > 1
    }
    texts = feature["notes_by_num"] or {}
    used = sorted({number for several in numbers.values() for number in several})
    return {
        "title": feature["title"],
        "category": feature["category"],
        "support": "".join(words[0] for words in newest),
        **({"numbers": numbers} if numbers else {}),
        "notes": {str(one): texts[str(one)] for one in used if str(one) in texts},
    }


def _newest(feature: Mapping[str, Any], client: str) -> list[str]:
    """Return `y`, `n`, `a` or `u` and the notes' numbers; caniemail lists the newest last."""
    family, platform = client.split(".")
    versions = feature["stats"].get(family, {}).get(platform)
    return list(versions.values())[-1].split() if versions else [UNTESTED]


def _pairs(feature: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(family, one) for family, several in feature["stats"].items() for one in several]


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main()
