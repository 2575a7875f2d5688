"""The brand images have the names and sizes that Home Assistant serves, and are drawn from the SVGs."""

from io import BytesIO

from PIL import Image
import pytest

from scripts.brand_images import IMAGES, images


def open_image(name: str) -> Image.Image:
    """Open an image of the integration."""
    return Image.open(BytesIO((IMAGES / name).read_bytes())).convert("RGBA")


def test_the_images_are_those_that_home_assistant_serves() -> None:
    """The names are those of homeassistant/components/brands."""
    wanted = {f"{page}{name}{size}.png" for page in ("", "dark_") for name in ("icon", "logo") for size in ("", "@2x")}
    assert {path.name for path in IMAGES.iterdir()} == wanted


@pytest.mark.slow
def test_the_images_are_rendered_from_their_drawings() -> None:
    """Run scripts/brand after a change of a drawing."""
    drawn, stored = dict(images()), {path.name: path.read_bytes() for path in IMAGES.iterdir()}
    assert drawn.keys() == stored.keys()
    assert [name for name in drawn if drawn[name] != stored[name]] == []


@pytest.mark.parametrize(("name", "side"), [("icon.png", 256), ("icon@2x.png", 512)])
@pytest.mark.parametrize("page", ["", "dark_"])
def test_icons_are_square(page: str, name: str, side: int) -> None:
    assert open_image(page + name).size == (side, side)


@pytest.mark.parametrize(("name", "height"), [("logo.png", 256), ("logo@2x.png", 512)])
def test_logos_are_wide(name: str, height: int) -> None:
    width, its_height = open_image(name).size
    assert its_height == height
    assert width > 2 * height


@pytest.mark.parametrize("name", sorted(path.name for path in IMAGES.iterdir()))
def test_images_are_transparent_around_a_drawing(name: str) -> None:
    assert open_image(name).getchannel("A").getextrema() == (0, 255)


def test_the_dark_icon_stands_out_from_a_dark_page() -> None:
    light, dark = (
        open_image(f"{page}icon.png").convert("L").crop((30, 240, 31, 241)).tobytes()[0] for page in ("", "dark_")
    )
    assert light < 100
    assert dark > 200
