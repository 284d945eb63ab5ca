"""What some tests take from npm: axe-core and the official mjml, where they are installed."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / ".npm" / "node_modules"


def missing_package(name: str) -> str:
    """Return why the npm package `name` cannot be used; empty where it can."""
    if shutil.which("node") is None:
        return "not on PATH: node"
    if not (MODULES / name).is_dir():
        return f"the npm package {name} is not there: tools/install_npm.sh installs it"
    return ""


def axe_script() -> str:
    """Return axe-core, to be run in a page."""
    return (MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def official_html(mjml: str, folder: Path) -> str:
    """Return what the official mjml makes of `mjml`; files are written to `folder`."""
    source, target = folder / "in.mjml", folder / "out.html"
    source.write_text(mjml, encoding="utf-8")
    command = ["node", MODULES / "mjml" / "bin" / "mjml", "-r", source, "-o", target]
    options = ["--config.beautify", "false", "--config.validationLevel", "soft"]
    subprocess.run([*command, *options], check=True, capture_output=True, timeout=120)
    return target.read_text(encoding="utf-8")
