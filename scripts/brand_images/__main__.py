"""Command line of scripts/brand, which writes the brand images."""

from . import IMAGES, images


def main() -> None:
    """Write the images and print their names and sizes."""
    IMAGES.mkdir(exist_ok=True)
    for name, image in images():
        (IMAGES / name).write_bytes(image)
        print(f"brand: {name}, {len(image)} bytes")


if __name__ == "__main__":
    main()
