"""The images: the names that Home Assistant serves, in their sizes, drawn from the SVGs of this repository."""

from io import BytesIO

from PIL import Image
import pytest

from scripts.brand_images import IMAGES, images

DRAWN = dict(images())


def picture(name: str) -> Image.Image:
    """Open an image of the integration, with its transparency."""
    return Image.open(BytesIO((IMAGES / name).read_bytes())).convert("RGBA")


def test_the_images_are_those_that_home_assistant_serves() -> None:
    """It looks for these names and no others (homeassistant/components/brands)."""
    wanted = {f"{page}{name}{size}.png" for page in ("", "dark_") for name in ("icon", "logo") for size in ("", "@2x")}
    assert {path.name for path in IMAGES.iterdir()} == wanted


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_an_image_is_what_its_drawing_gives(name: str) -> None:
    """scripts/brand was run after the last change of the drawings."""
    assert (IMAGES / name).read_bytes() == DRAWN[name]


@pytest.mark.parametrize(("name", "side"), [("icon.png", 256), ("icon@2x.png", 512)])
@pytest.mark.parametrize("page", ["", "dark_"])
def test_icons_are_square(page: str, name: str, side: int) -> None:
    """256 pixels, and twice that for fine screens."""
    assert picture(page + name).size == (side, side)


@pytest.mark.parametrize(("name", "height"), [("logo.png", 256), ("logo@2x.png", 512)])
def test_logos_are_wide(name: str, height: int) -> None:
    """As high as an icon, with the name beside it."""
    width, its_height = picture(name).size
    assert its_height == height
    assert width > 2 * height


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_images_are_transparent_around_a_drawing(name: str) -> None:
    """They stand on pages of any colour."""
    assert picture(name).getchannel("A").getextrema() == (0, 255)


def test_the_dark_icon_can_be_told_from_a_dark_page() -> None:
    """The gateway's case is light there, and dark on a light page."""
    light, dark = (
        picture(f"{page}icon.png").convert("L").crop((30, 240, 31, 241)).tobytes()[0] for page in ("", "dark_")
    )
    assert light < 100
    assert dark > 200
