"""Brand images for Home Assistant and HACS, drawn from docs/brand/*.svg."""

from collections.abc import Iterator
from pathlib import Path

import resvg_py

ROOT = Path(__file__).resolve().parents[2]
DRAWINGS = ROOT / "docs" / "brand"
IMAGES = ROOT / "custom_components" / "enphase_iq_gateway" / "brand"
SIZE = 256  # width of an icon and height of all images; @2x doubles it, as Home Assistant's brands do
WORDS_WIDTH = 950  # width of words.svg at that height
GAP = 24
# Colors for the dark theme: dark parts become light and the other way round.
DARK = ".ink {fill: #e3ebf5} .paper {stroke: #1f3a5f} .pen {stroke: #e3ebf5}"


def images() -> Iterator[tuple[str, bytes]]:
    """Yield the file name and the PNG of each image."""
    icon = (DRAWINGS / "icon.svg").read_text()
    words = (DRAWINGS / "words.svg").read_text()
    width = SIZE + GAP + WORDS_WIDTH
    logo = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {SIZE}">'
        f"{nested_svg(icon, 0, SIZE)}{nested_svg(words, SIZE + GAP, WORDS_WIDTH)}</svg>"
    )
    for name, drawing in (("icon", icon), ("logo", logo)):
        for theme, style in (("", None), ("dark_", DARK)):
            for suffix, scale in (("", 1), ("@2x", 2)):
                yield (
                    f"{theme}{name}{suffix}.png",
                    resvg_py.svg_to_bytes(
                        svg_string=drawing, height=SIZE * scale, style_sheet=style, skip_system_fonts=True
                    ),
                )


def nested_svg(drawing: str, x: int, width: int) -> str:
    """Return a drawing as an element of another one, at a position and with a width."""
    return drawing.replace("<svg ", f'<svg x="{x}" width="{width}" height="{SIZE}" ', 1)
