"""Photos and documents of a demonstration."""

import io

from PIL import Image
from pypdf import PdfReader

from pbwidgets.demo.evidence import make_document, make_photo


def test_a_photo_carries_the_traces_of_a_phone_that_the_store_has_to_take_out() -> None:
    with Image.open(io.BytesIO(make_photo(3))) as picture:
        assert picture.getexif()[0x010F] == "Demo camera"
        assert picture.getexif().get_ifd(0x8825)[1] == "N"


def test_the_same_number_gives_the_same_photo_and_another_another() -> None:
    assert make_photo(3) == make_photo(3)
    assert make_photo(3) != make_photo(4)


def test_the_same_number_gives_the_same_document() -> None:
    assert make_document(3) == make_document(3)
    assert make_document(3) != make_document(4)


def test_a_document_is_a_page_of_a4() -> None:
    (page,) = PdfReader(io.BytesIO(make_document(1))).pages
    assert abs(float(page.mediabox.width) - 595) < 2
    assert abs(float(page.mediabox.height) - 842) < 2
