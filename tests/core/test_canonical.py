"""One spelling for one web address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.canonical import MAX_URL, canonical_url, url_key, web_url


@pytest.mark.parametrize(
    ("text", "base", "url"),
    [
        ("https://a.example/x", None, "https://a.example/x"),
        (" /x?y=1 ", "https://a.example/feed", "https://a.example/x?y=1"),
        ("//b.example/x", "https://a.example/feed", "https://b.example/x"),
        ("https://a.example/a b<c>", None, "https://a.example/a%20b%3Cc%3E"),
        ("x", None, None),
        ("javascript:alert(1)", "https://a.example/", None),
        ("file:///etc/passwd", None, None),
        ("http://", None, None),
        ("http://[::1", None, None),
        ("http://a.example:99999/", None, None),
        ("https://a.example/" + "x" * MAX_URL, None, None),
        ("", "https://a.example/", None),
        (None, "https://a.example/", None),
    ],
)
def test_only_web_addresses_are_kept(text: str | None, base: str | None, url: str | None) -> None:
    assert web_url(text, base) == url


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTPS://News.Example.:443/A?b=1#c", "https://news.example/A?b=1"),
        ("http://news.example", "http://news.example/"),
        ("https://news.example:8443/a", "https://news.example:8443/a"),
        ("https://u:p@news.example/a", "https://news.example/a"),
        ("https://news.example/a?utm_source=x&id=3&fbclid=y&UTM_Medium=z", "https://news.example/a?id=3"),
        ("https://news.example/a?b=2&a=1&&", "https://news.example/a?b=2&a=1"),
        ("https://news.example/a?utm_source=x", "https://news.example/a"),
        ("https://news.example/a%2Fb?q=%C3%A9", "https://news.example/a%2Fb?q=%C3%A9"),
        ("http://[2001:db8::1]:80/a", "http://[2001:db8::1]/a"),
    ],
)
def test_canonical(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    "twin",
    [
        "http://news.example/a/1",
        "https://www.news.example/a/1/",
        "https://news.example/a/1#0",
        "https://news.example/a/1#xtor=RSS-3",
        "https://NEWS.example/a/1?utm_term=q",
    ],
)
def test_what_sites_change_under_their_articles_does_not_change_the_key(twin: str) -> None:
    assert url_key(twin) == url_key("https://news.example/a/1")


@pytest.mark.parametrize(
    "other",
    [
        "https://news.example/a/2",
        "https://news.example/a/1?p=2",
        "https://news.example/a/1#post-7",
        "https://other.example/a/1",
    ],
)
def test_other_pages_have_other_keys(other: str) -> None:
    assert url_key(other) != url_key("https://news.example/a/1")


@given(st.text(max_size=100), st.sampled_from([None, "https://a.example/feed"]))
def test_canonical_urls_stay_as_they_are(text: str, base: str | None) -> None:
    url = web_url(text, base)
    if url is not None:
        canonical = canonical_url(url)
        assert canonical_url(canonical) == canonical
        assert web_url(canonical) == canonical
        url_key(url)
