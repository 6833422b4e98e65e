"""Files that mean harm, or were spoilt on the way: each is built here, none is kept."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

from templates.sheets.writer import Page, write_pages

WORKBOOK = """<?xml version="1.0"?><workbook
 xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
 <sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"""
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = f"""<?xml version="1.0"?><Relationships
 xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
 <Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>
 <Relationship Id="rId2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>
</Relationships>"""
_ODF = "urn:oasis:names:tc:opendocument:xmlns"
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MIB = 1024 * 1024


_ROOT = f"""<?xml version="1.0"?><Relationships
 xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
 <Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>
</Relationships>"""


def sheet(rows: str, *, before: str = "", after: str = "") -> str:
    """A worksheet around these rows."""
    return (
        f'<?xml version="1.0"?>{before}<worksheet xmlns="http://schemas.openxmlformats.org/'
        f'spreadsheetml/2006/main"><sheetData>{rows}</sheetData>{after}</worksheet>'
    )


def line(place: int, *texts: str) -> str:
    """A row of cells with their text inside."""
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
    return f'<row r="{place}">{cells}</row>'


PEOPLE = line(1, "姓名", "证件号码", "人员类别") + line(2, "张三", "A1", "企业职工")


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    """A workbook of these parts over the usual frame."""
    frame = {
        "_rels/.rels": _ROOT,
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": _RELATIONS,
    }
    return zipped({**frame, **parts})


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as out:
        for name, content in parts.items():
            out.writestr(name, content)
    return stream.getvalue()


def good() -> bytes:
    """What the others are measured against: a file that can be read."""
    return archive({SHEET: sheet(PEOPLE)})


def bomb() -> bytes:
    """Blanks without end, a thousandth of their size."""
    return archive({SHEET: sheet(PEOPLE, after=" " * (64 * MIB))})


def bomb_of_many() -> bytes:
    """Twenty parts, each modest."""
    return archive({f"xl/media/{n}.bin": b"\0" * (5 * MIB) for n in range(20)})


def lying_header() -> bytes:
    """Announces 2,000 bytes and unpacks to more than a million rows."""
    return _lying(archive({SHEET: _endless()}))


def lying_header_and_sum() -> bytes:
    """The same, and the check sum of what it announces is right."""
    content = _endless()
    real, said = (struct.pack("<I", zlib.crc32(each)) for each in (content, content[:2_000]))
    return _lying(archive({SHEET: content})).replace(real, said)


def _endless() -> bytes:
    rows = line(1, "姓名", "证件号码", "人员类别") + "<row><c><v>1</v></c></row>" * 1_200_000
    return sheet(rows).encode()


def _lying(data: bytes) -> bytes:
    real = struct.pack("<I", len(_endless()))
    assert data.count(real) == 2
    return data.replace(real, struct.pack("<I", 2_000))


def outside_entity() -> bytes:
    """XXE: asks the parser to fetch a file of the machine."""
    declared = '<!DOCTYPE x [<!ENTITY p SYSTEM "file:///etc/passwd">]>'
    return archive({SHEET: sheet(PEOPLE + line(3, "&p;", "A2"), before=declared)})


def billion_laughs() -> bytes:
    """Ten entities, each ten of the one before."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "哈哈"}">' for n in range(10))
    strings = f'<?xml version="1.0"?><!DOCTYPE x [{laughs}]><sst><si><t>&l9;</t></si></sst>'
    cell = '<row r="3"><c t="s"><v>0</v></c></row>'
    return archive({SHEET: sheet(PEOPLE + cell), STRINGS: strings})


def deep_nesting() -> bytes:
    """A million elements inside each other."""
    return archive({SHEET: sheet("<row><c>" + "<is>" * 1_000_000)})


def hundred_thousand_rows() -> bytes:
    return archive({SHEET: sheet(PEOPLE + line(0, "x", "y").replace(' r="0"', "") * 100_000)})


def row_far_down() -> bytes:
    """A million rows, claimed by one that is wide."""
    wide = "".join(f"<c><v>{n}</v></c>" for n in range(70))
    return archive({SHEET: sheet(PEOPLE + f'<row r="1048576">{wide}</row>')})


def cell_far_out() -> bytes:
    return archive({SHEET: sheet(PEOPLE + '<row r="3"><c r="XFD3"><v>1</v></c></row>')})


def column_beyond_all() -> bytes:
    """A reference that no spreadsheet knows."""
    return archive({SHEET: sheet(f'<row r="1"><c r="{"Z" * 40}1"><v>1</v></c></row>')})


def boastful_strings() -> bytes:
    """A table of strings that claims four billion of them."""
    strings = '<sst count="4294967295" uniqueCount="4294967295"><si><t>x</t></si></sst>'
    return archive({SHEET: sheet(PEOPLE), STRINGS: strings})


def missing_string() -> bytes:
    """A cell that points behind the table of strings."""
    cell = '<row r="3"><c t="s"><v>99999999</v></c></row>'
    return archive({SHEET: sheet(PEOPLE + cell), STRINGS: "<sst></sst>"})


def endless_merges() -> bytes:
    """Merged ranges over everything, again and again."""
    merges = "<mergeCells>" + '<mergeCell ref="A2:BZ60000"/>' * 200_000 + "</mergeCells>"
    return archive({SHEET: sheet(PEOPLE, after=merges)})


def trap_for_patterns() -> bytes:
    """One endless tag that looks like a far cell at every place."""
    return archive({SHEET: sheet("<c " + 'r="AAA1" ' * 110_000)})


def many_entries() -> bytes:
    return archive({f"x/{n}": b"" for n in range(30_000)})


def encrypted_entries() -> bytes:
    """The flag of a password on every entry."""
    data = bytearray(good())
    for mark, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + flag] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def truncated() -> bytes:
    page = write_pages(Page("a", ("姓名", "证件号码"), [["张三", str(n)] for n in range(500)]))
    return page[: len(page) * 2 // 3]


def ole_of_loops() -> bytes:
    """An old workbook whose sectors all follow each other for ever."""
    header = bytearray(_OLE + b"\0" * 504)
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIIII", header, 44, 1, 1, 0, 4096, 1, 100_000, 1, 100_000, 1)
    for place in range(76, 512, 4):
        struct.pack_into("<I", header, place, 0)
    return bytes(header) + struct.pack("<I", 1) * 128 * 20


def ole_with_password() -> bytes:
    """How spreadsheet programs store a workbook with a password."""
    return _OLE + b"\0" * 1_016 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 4_096


def ole_junk() -> bytes:
    return _OLE + bytes(range(256)) * 4_000


def program() -> bytes:
    return b"\x7fELF" + bytes(range(256)) * 4_000


def csv_with_nothing() -> bytes:
    return "姓名,证件号码\n张三,A\0".encode() + b"\0" * MIB


def csv_of_one_line() -> bytes:
    return "姓名,证件号码,".encode() + b"x" * (8 * MIB)


def csv_of_commas() -> bytes:
    return b"," * (8 * MIB)


def csv_of_open_quote() -> bytes:
    return '姓名,证件号码\n张三,"'.encode() + b"a,\n" * (2 * MIB)


def ods_of_one_cell() -> bytes:
    """A cell of an .ods that says it stands there ten million times."""
    cell = '<table:table-cell table:number-columns-repeated="10" office:value-type="string">'
    row = '<table:table-row table:number-rows-repeated="1048000">'
    names = "".join(f' xmlns:{one}="{_ODF}:{one}:1.0"' for one in ("office", "table", "text"))
    content = (
        f"<office:document-content{names}><office:body><office:spreadsheet><table:table "
        f'table:name="a">{row}{cell}<text:p>x</text:p></table:table-cell></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<manifest:manifest xmlns:manifest="{_ODF}:manifest:1.0"><manifest:file-entry '
        f'manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    parts = {"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest}
    return zipped(parts)


Builder = Callable[[], bytes]
HOSTILE: tuple[tuple[Builder, str, str], ...] = (
    (bomb, "a.xlsx", "file_inflates_too_far"),
    (bomb_of_many, "a.xlsx", "file_inflates_too_far"),
    (lying_header, "a.xlsx", "file_damaged"),
    (lying_header_and_sum, "a.xlsx", "file_damaged"),
    (outside_entity, "a.xlsx", "file_has_entities"),
    (billion_laughs, "a.xlsx", "file_has_entities"),
    (deep_nesting, "a.xlsx", "file_damaged"),
    (hundred_thousand_rows, "a.xlsx", "sheet_too_long"),
    (row_far_down, "a.xlsx", "file_needs_too_much_memory"),
    (cell_far_out, "a.xlsx", "sheet_too_wide"),
    (column_beyond_all, "a.xlsx", "sheet_too_wide"),
    (boastful_strings, "a.xlsx", "file_needs_too_much_memory"),
    (missing_string, "a.xlsx", "file_damaged"),
    (trap_for_patterns, "a.xlsx", "file_takes_too_long"),
    (many_entries, "a.xlsx", "file_inflates_too_far"),
    (encrypted_entries, "a.xlsx", "file_has_password"),
    (truncated, "a.xlsx", "file_damaged"),
    (program, "a.xlsx", "file_not_a_workbook"),
    (ole_junk, "a.xls", "file_damaged"),
    (ole_of_loops, "a.xls", "file_needs_too_much_memory"),
    (ole_with_password, "a.xlsx", "file_has_password"),
    (ods_of_one_cell, "a.ods", "file_needs_too_much_memory"),
    (csv_with_nothing, "a.csv", "file_encoding_unknown"),
    (csv_of_one_line, "a.csv", "file_damaged"),
    (csv_of_commas, "a.csv", "file_damaged"),
    (csv_of_open_quote, "a.csv", "file_damaged"),
)
HARMLESS: tuple[Builder, ...] = (good, endless_merges)
"""Odd or not, these can be read within the limits."""
