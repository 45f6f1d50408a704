"""Photos and documents of a demonstration."""

import io

from PIL import Image
from pypdf import PdfReader

from pbwidgets.demo.evidence import make_document, make_photo, make_room


def test_a_photo_has_the_metadata_of_a_phone_that_the_store_must_remove() -> None:
    with Image.open(io.BytesIO(make_photo(3))) as picture:
        assert picture.getexif()[0x010F] == "Demo camera"
        assert picture.getexif().get_ifd(0x8825)[1] == "N"


def test_the_same_number_gives_the_same_photo_and_another_number_a_different_one() -> None:
    assert make_photo(3) == make_photo(3)
    assert make_photo(3) != make_photo(4)


def test_a_room_is_the_same_before_and_after_it_was_put_right() -> None:
    before, after = make_room(3, tidy=False), make_room(3, tidy=True)
    assert before != after
    assert make_room(3, tidy=True) == after
    wall = [Image.open(io.BytesIO(picture)).getpixel((20, 20)) for picture in (before, after)]
    assert wall[0] == wall[1]


def test_the_same_number_gives_the_same_document() -> None:
    assert make_document(3) == make_document(3)
    assert make_document(3) != make_document(4)


def test_a_document_is_one_a4_page() -> None:
    (page,) = PdfReader(io.BytesIO(make_document(1))).pages
    assert abs(float(page.mediabox.width) - 595) < 2
    assert abs(float(page.mediabox.height) - 842) < 2
