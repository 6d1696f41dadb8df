"""Bytes to text: encodings that are declared, wrong, missing or broken, and what stands before the root element."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.poller.failures import FetchFailed, FetchFailure
from services.poller.prepare import Prepared, decoded, guard, xml_text

RUSSIAN = "Санкции против банка"
GREEK = "Κυρώσεις"
FRENCH = "Élysée – décès"


def xml(text: str, declared: str | None = None) -> str:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return f"{head}<rss><title>{text}</title></rss>"


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (xml(RUSSIAN).encode(), None, RUSSIAN),
        (xml(RUSSIAN, "windows-1251").encode("cp1251"), None, RUSSIAN),
        (xml(RUSSIAN).encode("koi8-r"), "text/xml; charset=KOI8-R", RUSSIAN),
        (xml(RUSSIAN, "windows-1251").encode(), "text/xml; charset=windows-1251", RUSSIAN),  # declared wrong twice
        (xml(GREEK, "iso-8859-7").encode("iso8859-7"), "text/xml; charset=iso-8859-1", GREEK),  # the server's default
        (xml(FRENCH, "ISO-8859-1").encode("cp1252"), None, FRENCH),  # a dash that ISO-8859-1 does not have
        (xml(FRENCH).encode("cp1252"), None, FRENCH),
        (b"\xef\xbb\xbf" + xml(RUSSIAN, "windows-1251").encode(), "text/xml; charset=ascii", RUSSIAN),
        (xml(RUSSIAN, "utf-16").encode("utf-16"), None, RUSSIAN),
        (b"\xfe\xff" + xml(RUSSIAN).encode("utf-16-be"), None, RUSSIAN),
        (xml(RUSSIAN, "utf-8").encode("utf-16-le"), None, RUSSIAN),  # no mark, and a declaration that lies
        (xml("制裁", "gb2312").encode("gb18030"), None, "制裁"),
        (xml("制裁", "Shift_JIS").encode("cp932"), None, "制裁"),
        (xml("制裁", "iso-2022-jp").encode("iso2022_jp"), None, "制裁"),
        (xml("제재", "euc-kr").encode("cp949"), "application/rss+xml; charset=euc-kr", "제재"),
        (xml(RUSSIAN, "no-such-encoding").encode(), None, RUSSIAN),
    ],
)
def test_the_words_come_out_right(body: bytes, content_type: str | None, text: str) -> None:
    assert f"<title>{text}</title>" in decoded(body, content_type).text


def test_one_bad_byte_costs_one_character_and_not_the_document() -> None:
    body = xml(RUSSIAN * 5, "utf-8").encode().replace(b"</title>", b"\xff</title>")
    read = decoded(body, None)
    assert RUSSIAN * 5 + "\ufffd" in read.text
    assert read.flaws == ("bytes that are not UTF-8",)


@pytest.mark.parametrize(
    "name", ["punycode", "idna", "undefined", "unicode_escape", "rot13", "base64", "zip", "utf-7", "mbcs", "\u0130so"]
)
def test_encodings_that_are_none_are_not_used(name: str) -> None:
    assert "<rss>" in decoded(xml("x\xe9", name).encode("latin-1", "replace"), f"text/xml; charset={name}").text


@given(st.binary(max_size=300), st.sampled_from([None, "text/xml; charset=utf-16", "x; charset=gbk", "charset=hz"]))
def test_any_bytes_become_text(body: bytes, content_type: str | None) -> None:
    decoded(body, content_type).text.encode("utf-8", "replace")


@pytest.mark.parametrize(
    "prolog",
    [
        "", "\n\n\n", "\n" * 100_000, '<?xml version="1.0"?>', '<?xml version="1.0"?>\n<?xml-stylesheet href="a.xsl"?><!-- a > b -->\n', "Warning: mysql_connect() failed\n",
        '<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://n.example/rss.dtd">', '<!DOCTYPE rss [<!ENTITY a "]>"> <!-- ]> --> <!ELEMENT b ANY>]>',
        '<!DOCTYPE rss SYSTEM "file:///etc/passwd">', "<?xml " + 'encoding="" ' * 20_000 + "?>",
    ],
    ids=lambda prolog: prolog[:20],
)  # fmt: skip
def test_the_root_element_is_found_behind_any_prolog(prolog: str) -> None:
    assert xml_text(Prepared(prolog.lstrip() + "<rss>x</rss>")).text == "<rss>x</rss>"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a&nbsp;b&mdash;c", "a&#160;b&#8212;c"),
        ("&amp;&lt;&gt;&quot;&apos;", "&amp;&lt;&gt;&quot;&apos;"),
        ("&unknown;", "&amp;unknown;"),
        ("&#0;&#8;&#x1F;&#xD800;&#99999999999;x", "x"),
        ("&#9;&#10;&#8217;&#x1F600;", "&#9;&#10;&#8217;&#x1F600;"),
        ("nul\x00and\x0bmore\ufffe", "nulandmore"),
        ("Fish & chips", "Fish & chips"),
    ],
)
def test_entities_are_numbers_and_what_xml_forbids_is_gone(text: str, clean: str) -> None:
    assert xml_text(Prepared(f"<rss>{text}</rss>")).text == f"<rss>{clean}</rss>"


@pytest.mark.parametrize(
    "text", ["", "hello", "x" * 10_000 + "<rss/>", "<html><body/></html>", "<!DOCTYPE html><HTML>", "<!--", "<?xml"]
)
def test_what_holds_no_xml_document_is_no_feed(text: str) -> None:
    with pytest.raises(FetchFailed) as caught:
        xml_text(Prepared(text))
    assert caught.value.reason is FetchFailure.NOT_A_FEED


@pytest.mark.parametrize(
    "text",
    [
        "<a>" * 300,
        "<a " + " ".join(f'b{number}=""' for number in range(300)) + "/>",
        "<a " + " ".join(f'xmlns:b{number}="u"' for number in range(300)) + "/>",
        f"<{'a' * 2000}/>",
    ],
    ids=["deep", "attributes", "namespaces", "name"],
)
def test_elements_made_to_exhaust_a_parser_are_refused(text: str) -> None:
    with pytest.raises(FetchFailed) as caught:
        guard(text)
    assert caught.value.reason is FetchFailure.HOSTILE


def test_what_is_merely_broken_passes_the_guard() -> None:
    guard("<rss><a></b>")
