"""A template fills in names; whatever else it tries is refused, with its name and the nearest right one."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pandas as pd
import pytest
from docx import Document

from pbwidgets.errors import DataError
from pbwidgets.exports.docx import (
    Attachment,
    Heading,
    Letter,
    OfficialDocument,
    Paragraph,
    Table,
    fill_template,
    template_language,
    write_starting_template,
)
from pbwidgets.exports.docx.template_files import LARGEST_UNPACKED, read_template
from tests.office import Office

pytestmark = pytest.mark.xdist_group("office")

GIVEN = OfficialDocument(
    (Heading(0, "通报"), Heading(1, "命名"), Paragraph("名单：<w:p/>&{{ title }}")),
    Letter(sender="虚构县委", recipients=("各乡镇", "各村")),
    (Attachment("名单", (Table(pd.DataFrame({"村": ["甲村", "乙村"]})),)),),
)
RELS = "word/_rels/document.xml.rels"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

Change = Callable[[dict[str, bytes]], object]


def template(folder: Path, *lines: str, change: Change | None = None) -> Path:
    """A Word file with these paragraphs; ``change`` changes its parts."""
    document, made = Document(), io.BytesIO()
    for line in lines:
        document.add_paragraph(line)
    document.save(made)
    with ZipFile(made) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if change is not None:
        change(parts)
    path = folder / "own.docx"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return path


def fill(folder: Path, *lines: str, change: Change | None = None) -> list[str]:
    made = fill_template(GIVEN, template(folder, *lines, change=change), folder / "made.docx")
    return [paragraph.text for paragraph in Document(str(made)).paragraphs]


def test_names_conditions_and_loops_are_filled_in(tmp_path: Path) -> None:
    lines = (
        "{{ recipients }}：", "{%p if number %}", "{{ number }}", "{%p endif %}",
        "{%p for part in body %}", "{{ part.text }}", "{%p endfor %}",
        "{{ attachments|length }}件", "{{ attachments[0].title }}", "{{ sender if sender else '无' }}",
    )  # fmt: skip
    assert fill(tmp_path, *lines) == [
        "各乡镇，各村：", "一、命名", "名单：<w:p/>&{{ title }}", "1件", "名单", "虚构县委",
    ]  # fmt: skip


HOSTILE = [
    ("{{ ''.__class__.__mro__ }}", "template.refused"),
    ("{{ title.__class__ }}", "template.refused"),
    ("{{ title['__class__'] }}", "template.refused"),
    ("{{ title['_' ~ '_class__'] }}", "template.refused"),
    ("{{ cycler.__init__.__globals__ }}", "template.refused"),
    ("{{ cycler }}", "template.unknown_name"),
    ("{{ self }}", "template.unknown_name"),
    ("{{ title.upper() }}", "template.refused"),
    ("{{ title.upper }}", "template.unknown_name"),
    ("{{ body.append }}", "template.unknown_name"),
    ("{% for i in range(10**9) %}x{% endfor %}", "template.refused"),
    ("{% for i in [1, 2] %}x{% endfor %}", "template.refused"),
    ("{% for c in title %}{% for d in title %}x{% endfor %}{% endfor %}", "template.loop_in_loop"),
    (
        "{% for a in body %}{% for b in a.rows %}{% for c in a.rows %}x{% endfor %}{% endfor %}{% endfor %}",
        "template.loop_in_loop",
    ),
    ("{{ 'x' * 1000000000 }}", "template.refused"),
    ("{{ 9 ** 99999 }}", "template.refused"),
    ("{{ title|attr('__class__') }}", "template.unknown_filter"),
    ("{{ title|format('x') }}", "template.unknown_filter"),
    ("{{ title|safe }}", "template.unknown_filter"),
    ("{{ body|join(attribute='text') }}", "template.refused"),
    ("{{ '" + "x" * 200 + "' }}", "template.refused"),
    ("{{ title|join(title|join(title)) }}", "template.refused"),
    ("{{ title|join(title) }}", "template.refused"),
    ("{{ title|join('xxxxxxxxx')|join('xxxxxxxxx') }}", "template.refused"),
    ("{{ (title|join('x') if title else title)|join('x') }}", "template.refused"),
    ("{{ title|default(title|join('x')) }}", "template.refused"),
    ("{% include 'other.docx' %}", "template.refused"),
    ("{% import 'other' as other %}", "template.refused"),
    ("{% extends 'other' %}", "template.refused"),
    ("{% macro m() %}{% endmacro %}", "template.refused"),
    ("{% set title = 1 %}", "template.refused"),
    ("{% do title %}", "template.syntax"),
    ("{% if title %}", "template.syntax"),
    ("{{ title", "template.braces"),
    ("{% {% {% {%", "template.braces"),
    ("{% vm %}", "template.refused"),
    ("{{ " + "(" * 3000 + "title" + ")" * 3000 + " }}", "template."),
    ("{{ tilte }}", "template.unknown_name"),
    ("{% for part in body %}{{ part.txet }}{% endfor %}", "template.unknown_name"),
]


@pytest.mark.parametrize(("text", "code"), HOSTILE, ids=[text[:40] for text, _ in HOSTILE])
def test_what_a_template_may_not_say_is_refused(text: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"own\.docx") as caught:
        fill(tmp_path, text)
    assert caught.value.code.startswith(code)
    assert not (tmp_path / "made.docx").exists()


def test_a_name_that_is_misspelt_is_told_with_the_nearest_and_all_there_are(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="是否想写“recipients”") as caught:
        fill(tmp_path, "{{ recipient }}")
    assert "attachments" in str(caught.value)


def relate(kind: str, target: str, mode: str = "External") -> Change:
    """A relation of the document to something else."""
    shown = f' TargetMode="{mode}"' if mode else ""
    line = f'<Relationship Id="rId999" Type="{REL}/{kind}" Target="{target}"{shown}/></Relationships>'
    return lambda parts: parts.update({RELS: parts[RELS].replace(b"</Relationships>", line.encode())})


def put(text: str) -> Change:
    """Markup at the beginning of the body."""
    return lambda parts: parts.update(
        {"word/document.xml": re.sub(rb"<w:body>", b"<w:body>" + text.encode(), parts["word/document.xml"])}
    )


def attach(parts: dict[str, bytes]) -> None:
    where = 'Target="file://server/evil.dotm" TargetMode="External"'
    line = f'<Relationship Id="rId9" Type="{REL}/attachedTemplate" {where}/>'
    head = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    parts["word/_rels/settings.xml.rels"] = f"{head}{line}</Relationships>".encode()


RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
AWAY = f'Type="{REL}/attachedTemplate" Target="file://server/evil.dotm" TargetMode="External"'
TYPES = "[Content_Types].xml"
BEGIN, END = (f'<w:fldChar w:fldCharType="{kind}"/>' for kind in ("begin", "end"))


def add_relations(line: str) -> Change:
    whole = f'<Relationships xmlns="{RELATIONS}">{line}</Relationships>'.encode()
    return lambda parts: parts.update({"word/_rels/settings.xml.rels": whole})


def field(*said: str, more: str = "") -> str:
    """A field whose instruction is cut into runs."""
    runs = "".join(f"<w:r><w:instrText>{text}</w:instrText></w:r>" for text in said)
    inner = more.removeprefix("<w:p>").removesuffix("</w:p>")
    return f"<w:p><w:r>{BEGIN}</w:r>{runs}{inner}<w:r>{END}</w:r></w:p>"


def add_footer(text: str, head: str = "") -> Change:
    """A footer whose name does not end as those of XML do."""

    def change(parts: dict[str, bytes]) -> None:
        relate("footer", "footer1.dat", "")(parts)
        parts["word/footer1.dat"] = f'{head}<w:ftr xmlns:w="{WORDS}">{text}</w:ftr>'.encode()
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
        line = f'<Override PartName="/word/footer1.dat" ContentType="{kind}"/></Types>'
        parts[TYPES] = parts[TYPES].replace(b"</Types>", line.encode())

    return change


FILES: list[tuple[str, Change, str]] = [
    ("macro", lambda parts: parts.update({"word/vbaProject.bin": b"x"}), "template.macros"),
    (
        "macro type",
        lambda parts: parts.update(
            {
                "[Content_Types].xml": parts["[Content_Types].xml"].replace(
                    b"document.main+xml", b"document.macroEnabled.main+xml"
                )
            }
        ),
        "template.macros",
    ),
    ("picture from elsewhere", relate("image", "http://tracker.invalid/p.png"), "template.outside"),
    ("link", relate("hyperlink", "http://tracker.invalid/"), "template.outside"),
    ("attached template", attach, "template.outside"),
    ("pasted part", relate("aFChunk", "afchunk.html", ""), "template.part"),
    ("altChunk", put('<w:altChunk xmlns:r="x" r:id="rId1"/>'), "template.part"),
    ("object", relate("oleObject", "embeddings/o.xlsx", ""), "template.part"),
    ("embedded file", lambda parts: parts.update({"word/media/a.png": b"PK\x03\x04zip"}), "template.part"),
    (
        "field that loads",
        put(
            '<w:p><w:r><w:instrText>INCLUDE</w:instrText></w:r><w:r><w:instrText>TEXT "c:/x"</w:instrText></w:r></w:p>'
        ),
        "template.part",
    ),
    ("simple field", put('<w:p><w:fldSimple w:instr=" DDEAUTO c:/x "/></w:p>'), "template.part"),
    (
        "entity",
        lambda parts: parts.update({"word/footer9.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'}),
        "template.entities",
    ),
    (
        "other encoding",
        lambda parts: parts.update(
            {"word/header9.xml": "<?xml version='1.0' encoding='utf-16'?><x/>".encode("utf-16")}
        ),
        "template.entities",
    ),
    ("attached template behind a mark", add_relations(f'<Relationship Id="a>" {AWAY}/>'), "template.outside"),
    (
        "attached template of another prefix",
        add_relations(f'<r-x:Relationship xmlns:r-x="{RELATIONS}" Id="a" {AWAY}/>'),
        "template.outside",
    ),
    ("a relation to an address", relate("image", "http://tracker.invalid/p.png", ""), "template.outside"),
    (
        "field of another prefix",
        put(f'<w:p><w:r>{BEGIN}<y:instrText xmlns:y="{WORDS}">DDEAUTO c:/x</y:instrText>{END}</w:r></w:p>'),
        "template.part",
    ),
    ("field in two by a remark", put(field("INC{# #}LUDETEXT c:/x")), "template.part"),
    ("field after a harmless one", put(field(" PAGE", 'INCLUDETEXT "c:/x"')), "template.part"),
    ("field in a field", put(field("REF a", more=field("SEQ a"))), "template.part"),
    ("field whose end is missing", put(field(" PAGE ").replace(END, "")), "template.part"),
    ("link to a page by a field", put(field('HYPERLINK "http://tracker.invalid"')), "template.part"),
    ("field in a footer of another ending", add_footer(field("INCLUDETEXT c:/x")), "template.part"),
    (
        "entity in a footer of another ending",
        add_footer("", head='<!DOCTYPE x [<!ENTITY a "b">]>'),
        "template.entities",
    ),
    ("part of an unknown type", lambda parts: parts.update({"word/a.dat": b"x"}), "template.part"),
    (
        "picture that is another file",
        lambda parts: parts.update({"docProps/thumbnail.jpeg": b"\xd0\xcf\x11\xe0"}),
        "template.part",
    ),
    (
        "picture of VML from elsewhere",
        put('<v:imagedata xmlns:v="urn:schemas-microsoft-com:vml" src="//server/p.png"/>'),
        "template.outside",
    ),
    (
        "mail merge",
        put(f'<q:mailMerge xmlns:q="{WORDS}"><q:query q:val="SELECT 1"/></q:mailMerge>'),
        "template.part",
    ),
    (
        "a type said twice",
        lambda parts: parts.update(
            {
                TYPES: parts[TYPES].replace(
                    b"</Types>", b'<Default Extension="XML" ContentType="a/b"/></Types>'
                )
            }
        ),
        "template.part",
    ),
    (
        "many marks",
        lambda parts: parts.update({"customXml/item1.xml": b"<a>" + b"<b/>" * 1_000_000 + b"</a>"}),
        "template.too_big",
    ),
    ("no document", lambda parts: parts.pop("word/document.xml"), "template.no_document"),
    ("damaged", lambda parts: parts.update({"word/document.xml": b"<w:document>"}), "template.no_document"),
    (
        "bomb",
        lambda parts: parts.update({"word/media/b.png": b"\x00" * (LARGEST_UNPACKED + 1)}),
        "template.too_big",
    ),
]


@pytest.mark.parametrize(("change", "code"), [item[1:] for item in FILES], ids=[item[0] for item in FILES])
def test_a_file_that_holds_more_than_text_and_pictures_is_refused(
    change: Change, code: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=r"own\.docx") as caught:
        fill(tmp_path, "{{ title }}", change=change)
    assert caught.value.code == code


def test_the_document_that_is_made_is_looked_at_like_the_template(tmp_path: Path) -> None:
    # the paragraph of a condition goes as a whole, and with it the beginning of a field
    head = field(" PAGE ").replace(
        END, '<w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{%p if title %}</w:t>'
    )
    whole = f"{head}<w:p><w:r>{END}</w:r></w:p><w:p><w:r><w:t>{{%p endif %}}</w:t></w:r></w:p>"
    path = template(tmp_path, "{{ title }}", change=put(whole))
    read_template(path)
    with pytest.raises(DataError, match="fldChar") as caught:
        fill_template(GIVEN, path, tmp_path / "made.docx")
    assert caught.value.code == "template.part"
    assert not (tmp_path / "made.docx").exists()


def test_what_all_parts_make_together_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = template(tmp_path, "{{ title }}")
    fill_template(GIVEN, path, tmp_path / "made.docx")
    monkeypatch.setattr(template_language, "MOST_CHARACTERS", 1000)
    with pytest.raises(DataError, match=r"own\.docx") as caught:
        fill_template(GIVEN, path, tmp_path / "made.docx")
    assert caught.value.code == "template.makes_too_much"


@pytest.mark.parametrize(
    "said",
    [" PAGE ", r"NUMPAGES \* MERGEFORMAT", r'TOC \o "1-3" \h \z \u', r'DATE \@ "yyyy年M月d日"', "PAGEREF _Toc1 \\h",
     r'HYPERLINK \l "_Toc1"'],
)  # fmt: skip
def test_fields_that_count_name_the_day_or_point_within_the_document_may_stand(
    said: str, tmp_path: Path
) -> None:
    assert "通报" in fill(tmp_path, "{{ title }}", change=put(field(*said)))


def test_templates_that_libreoffice_saved_again_are_still_templates(office: Office, tmp_path: Path) -> None:
    own = template(tmp_path, "{{ title }}")
    started = write_starting_template(tmp_path / "start.docx")
    for saved in office.convert([own, started], "docx", tmp_path / "saved"):
        made = fill_template(GIVEN, saved, tmp_path / "made.docx")
        assert "通报" in [paragraph.text for paragraph in Document(str(made)).paragraphs]


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04broken"])
def test_what_is_no_archive_is_no_template(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "own.docx").write_bytes(content)
    with pytest.raises(DataError, match=r"own\.docx") as caught:
        fill_template(GIVEN, tmp_path / "own.docx", tmp_path / "made.docx")
    assert caught.value.code == "template.no_document"


def test_headers_and_properties_are_looked_at_as_well(tmp_path: Path) -> None:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "{{ title.__class__ }}"
    document.save(str(tmp_path / "own.docx"))
    with pytest.raises(DataError, match=r"own\.docx"):
        fill_template(GIVEN, tmp_path / "own.docx", tmp_path / "made.docx")
