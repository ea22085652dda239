"""The house rules that every page keeps."""

from __future__ import annotations

from lxml import html


def having(tree: html.HtmlElement, name: str) -> list[html.HtmlElement]:
    """The elements of a class."""
    found: list[html.HtmlElement] = tree.xpath(f".//*[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]")
    return found


def assert_page(text: str, lang: str) -> html.HtmlElement:
    """Language, one h1, title, labels, unique ids, no inline script or style; returns the page's tree."""
    tree = html.fromstring(text)
    assert tree.get("lang") == lang
    assert len(tree.findall(".//h1")) == 1
    assert tree.findtext(".//title")
    assert_piece(tree)
    assert all(
        url.startswith("/")
        for url in tree.xpath("//script/@src | //link[not(@hreflang or @rel='canonical')]/@href | //form/@action")
    )
    assert all(url.startswith(("/", "data:image/")) for url in tree.xpath("//img/@src"))
    return tree


def assert_piece(tree: html.HtmlElement) -> None:
    """What holds for a part of a page too: labels, unique ids, references that lead somewhere, nothing inline."""
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids)), sorted(one for one in ids if ids.count(one) > 1)
    labelled = set(tree.xpath("//label/@for"))
    for field in tree.xpath("//input[not(@type='hidden')] | //textarea | //select"):
        named = field.get("id") in labelled or field.xpath("ancestor::label")
        assert named, html.tostring(field)
    for reference in tree.xpath("//@aria-describedby | //@aria-labelledby | //@aria-controls"):
        assert all(one in ids for one in reference.split()), reference
    for control in tree.xpath("//button | //a | //summary"):
        assert control.text_content().strip() or control.get("aria-label"), html.tostring(control)
    assert not tree.xpath(
        "//@style | //style | //script[not(@src)][not(@type='application/ld+json')] | //script[@src][text()]"
    )
    assert not [name for node in tree.iter() if isinstance(node.tag, str) for name in node.attrib if name[:2] == "on"]


def assert_headers(headers: dict[str, str]) -> None:
    """The headers of a page are strict."""
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for part in (
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    ):
        assert part in policy
    assert "require-trusted-types-for 'script'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Set-Cookie" not in headers
    assert "Strict-Transport-Security" not in headers
