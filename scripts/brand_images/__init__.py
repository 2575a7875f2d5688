"""The images that Home Assistant and the store show, drawn from docs/brand/*.svg."""

from collections.abc import Iterator
from pathlib import Path

import resvg_py

ROOT = Path(__file__).resolve().parents[2]
DRAWINGS = ROOT / "docs" / "brand"
IMAGES = ROOT / "custom_components" / "enphase_iq_gateway" / "brand"
SIZE = 256  # of an icon and of a logo's height; twice that for @2x, by convention of Home Assistant's brands
WORDS_WIDTH = 950  # of words.svg, at the same height
GAP = 24
# The dark page's colours: what is dark becomes light and the other way round.
DARK = ".ink {fill: #e3ebf5} .paper {stroke: #1f3a5f} .pen {stroke: #e3ebf5}"


def images() -> Iterator[tuple[str, bytes]]:
    """Draw each image; give its file name and the PNG."""
    icon = (DRAWINGS / "icon.svg").read_text()
    words = (DRAWINGS / "words.svg").read_text()
    width = SIZE + GAP + WORDS_WIDTH
    logo = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {SIZE}">'
        f"{nested_svg(icon, 0, SIZE)}{nested_svg(words, SIZE + GAP, WORDS_WIDTH)}</svg>"
    )
    for name, drawing in (("icon", icon), ("logo", logo)):
        for page, style in (("", None), ("dark_", DARK)):
            for suffix, scale in (("", 1), ("@2x", 2)):
                yield (
                    f"{page}{name}{suffix}.png",
                    resvg_py.svg_to_bytes(
                        svg_string=drawing, height=SIZE * scale, style_sheet=style, skip_system_fonts=True
                    ),
                )


def nested_svg(drawing: str, x: int, width: int) -> str:
    """Put a drawing into another one, at a place and in a width of its own."""
    return drawing.replace("<svg ", f'<svg x="{x}" width="{width}" height="{SIZE}" ', 1)
