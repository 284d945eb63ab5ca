from pathlib import Path

import pytest
from cli_kit import ISSUE, SETTINGS
from web_kit import open_preview, request

ODD = ("readers?q=%00", "readers?q=%ff", "frame/%00", "picture/..%2f", "frame/text?scheme=%00")


def test_no_query_fails(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    (tmp_path / "mailer.toml").write_text(SETTINGS)
    (tmp_path / "week-1.md").write_text(ISSUE)
    preview = open_preview(tmp_path / "week-1.md")
    try:
        for path in ODD:
            assert request("GET", preview.url + path).status in {200, 404}, path
        body = b'{"kind": "typed", "fields": {"name": "\\ud800"}}'
        headers = {"Content-Type": "application/json"}
        assert request("POST", preview.url + "reader", body=body, headers=headers).status == 400
    finally:
        preview.stop()
