"""The house keeps its measures: no circles of imports, no long modules, no long functions."""

import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_house_keeps_its_measures() -> None:
    figures = runpy.run_path(str(ROOT / "tools/house.py"))["measure"](ROOT)
    assert figures["import_circles"] == []
    assert figures["modules_over_300_lines"] == []
    assert figures["functions_over_60_lines"] == []
