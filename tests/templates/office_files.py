"""Workbooks as the programs of offices write them, part by part: no library of ours had a hand in.

`wps` imitates WPS Spreadsheets: texts inline, absolute targets, an extent that is not true, hidden
columns, a header of two merged rows. `libreoffice` imitates LibreOffice Calc: shared strings with
runs, dates as numbers of a style, every cell framed, empty cells far to the right, rows repeated.
"""

import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO
from xml.sax.saxutils import escape

from templates.sheets.xml_cuts import letters_of

Value = str | int | float | date | None
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_EPOCH = date(1899, 12, 30)


def wps(header: Sequence[str], rows: Sequence[Sequence[Value]], *, title: str = "花名册") -> bytes:
    """A title over all columns, the header in rows 2 and 3 merged downwards, a line of totals."""
    last = letters_of(len(header))
    lines = [
        _row(1, [_inline("A1", title)]),
        _row(2, [_inline(f"{letters_of(n)}2", name) for n, name in enumerate(header, 1)]),
        _row(3, [f'<c r="{letters_of(n)}3" s="1"/>' for n in range(1, len(header) + 1)]),
        *(
            _row(number, [_plain(f"{letters_of(n)}{number}", one) for n, one in enumerate(row, 1)])
            for number, row in enumerate(rows, start=4)
        ),
        _row(len(rows) + 4, [_inline(f"A{len(rows) + 4}", f"合计：{len(rows)}人")]),
    ]
    merged = [f"A1:{last}1", *(f"{letters_of(n)}2:{letters_of(n)}3" for n in range(1, 3))]
    merges = "".join(f'<mergeCell ref="{ref}"/>' for ref in merged)
    sheet = (
        f'{_XML}<worksheet xmlns="{_MAIN}" xmlns:etc="http://www.wps.cn/officeDocument/2017/etc">'
        '<sheetPr/><dimension ref="A1"/>'
        '<cols><col min="2" max="2" width="20" hidden="1" customWidth="1"/></cols>'
        f"<sheetData>{''.join(lines)}</sheetData>"
        f'<mergeCells count="{len(merged)}">{merges}</mergeCells></worksheet>'
    )
    styles = f'<fonts count="1"><font/></fonts>{_FILLS}{_BORDERS}{_formats("", "")}'
    return _packed(sheet, styles, target="/xl/worksheets/sheet1.xml")


def libreoffice(header: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    """The header in row 1; dates are numbers whose style says that they are dates."""
    strings: list[str] = []
    lines = [
        f'<row r="{number}" customFormat="false" ht="12.8" hidden="false">'
        + "".join(_shared(f"{letters_of(n)}{number}", one, strings) for n, one in enumerate(row, 1))
        + "".join(f'<c r="{letters_of(n)}{number}" s="1"/>' for n in range(len(row) + 1, 64))
        + "</row>"
        for number, row in enumerate([header, *rows], start=1)
    ]
    lines += [f'<row r="{number}" s="1"/>' for number in range(len(rows) + 2, len(rows) + 40)]
    sheet = (
        f'{_XML}<worksheet xmlns="{_MAIN}"><dimension ref="A1:AMJ1048576"/>'
        '<cols><col collapsed="false" min="1" max="1024" width="11.52" style="0"/></cols>'
        f"<sheetData>{''.join(lines)}</sheetData></worksheet>"
    )
    texts = "".join(f"<si><r><t>{escape(text)}</t></r></si>" for text in strings)
    shared = f'{_XML}<sst xmlns="{_MAIN}" uniqueCount="{len(strings)}">{texts}</sst>'
    formats = _formats('<xf numFmtId="0" borderId="0" fillId="0" fontId="0"/>',
                       '<xf numFmtId="14" borderId="0" fillId="0" fontId="0"/>')  # fmt: skip
    styles = f'<fonts count="1"><font/></fonts>{_FILLS}{_BORDERS}{formats}'
    return _packed(sheet, styles, target="worksheets/sheet1.xml", shared=shared)


_FILLS = (
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
)
_BORDERS = '<borders count="1"><border/></borders>'


def _formats(*more: str) -> str:
    plain = '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
    return (
        f'<cellStyleXfs count="1">{plain}</cellStyleXfs>'
        f'<cellXfs count="3">{plain}{more[0] or plain}{more[1] or plain}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    )


def _row(number: int, cells: Iterable[str]) -> str:
    return f'<row r="{number}" ht="14.4" spans="1:3">{"".join(cells)}</row>'


def _inline(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def _plain(place: str, value: Value) -> str:
    if value is None:
        return f'<c r="{place}"/>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    return _inline(place, value.isoformat() if isinstance(value, date) else value)


def _shared(place: str, value: Value, strings: list[str]) -> str:
    if value is None:
        return f'<c r="{place}" s="1"/>'
    if isinstance(value, date):
        return f'<c r="{place}" s="2"><v>{(value - _EPOCH).days}</v></c>'
    if isinstance(value, str):
        strings.append(value)
        return f'<c r="{place}" s="1" t="s"><v>{len(strings) - 1}</v></c>'
    return f'<c r="{place}" s="1" t="n"><v>{value!r}</v></c>'


def _packed(sheet: str, styles: str, *, target: str, shared: str = "") -> bytes:
    parts = [("sheet", target), ("styles", "styles.xml")]
    parts += [("strings", "sharedStrings.xml")] if shared else []
    kinds = {"sheet": "worksheet", "styles": "styles", "strings": "sharedStrings"}
    relations = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kinds[name]}" Target="{where}"/>'
        for name, where in parts
    )
    files = {
        "[Content_Types].xml": _types(shared=bool(shared)),
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="book" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="名单" sheetId="1" r:id="sheet"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{relations}'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": sheet,
        "xl/styles.xml": f'{_XML}<styleSheet xmlns="{_MAIN}">{styles}</styleSheet>',
    }
    if shared:
        files["xl/sharedStrings.xml"] = shared
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text if text.startswith("<?xml") else _XML + text)
    return made.getvalue()


def _types(*, shared: bool) -> str:
    named = {"/xl/workbook.xml": "sheet.main", "/xl/worksheets/sheet1.xml": "worksheet",
             "/xl/styles.xml": "styles"}  # fmt: skip
    named |= {"/xl/sharedStrings.xml": "sharedStrings"} if shared else {}
    parts = "".join(
        f'<Override PartName="{part}" ContentType="{_KIND}.{kind}+xml"/>'
        for part, kind in named.items()
    )
    return (
        f'<Types xmlns="{_TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{parts}</Types>'
    )


def open_document(header: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    """LibreOffice's own .ods: values typed beside texts, the empty rest of the sheet as one."""
    lines = "".join(
        "<table:table-row>"
        + "".join(map(_ods_cell, row))
        + '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        for row in [header, *rows]
    )
    content = (
        f'{_XML}<office:document-content xmlns:office="{_ODF}:office:1.0" '
        f'xmlns:table="{_ODF}:table:1.0" xmlns:text="{_ODF}:text:1.0" office:version="1.3">'
        f'<office:body><office:spreadsheet><table:table table:name="花名册">{lines}'
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'{_XML}<manifest:manifest xmlns:manifest="{_ODF}:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    return _zipped(
        [("mimetype", kind), ("content.xml", content), ("META-INF/manifest.xml", manifest)]
    )


def _ods_cell(value: Value) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, date):
        typed = f'office:value-type="date" office:date-value="{value.isoformat()}"'
    elif isinstance(value, int | float):
        typed = f'office:value-type="float" office:value="{value}"'
    else:
        typed = 'office:value-type="string"'
    return f"<table:table-cell {typed}><text:p>{escape(str(value))}</text:p></table:table-cell>"


def _zipped(parts: Iterable[tuple[str, str]]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return stream.getvalue()
