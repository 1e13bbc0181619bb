"""The fields of fields.json, read with XPath expressions that are compiled once."""

import hashlib
import json
import os
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml.etree import XPath

with open(os.path.join(os.path.dirname(__file__), "..", "fields.json"), encoding="utf-8") as file:
    fields = [field["name"] for field in json.load(file)]

TITLE = XPath("string((//title)[1])")
LANGUAGE = XPath("string(/html/@lang)")
METAS = XPath("//meta[@content][@name or @property]")
CANONICAL = XPath("string(//link[@rel='canonical'][1]/@href)")
HREFLANGS = XPath("count(//link[@rel='alternate'][@hreflang])")
H1 = XPath("//h1")
H2 = XPath("//h2")
HREFS = XPath("//a/@href", smart_strings=False)
IMAGES = XPath("count(//img)")
IMAGES_WITHOUT_ALT = XPath("count(//img[not(@alt)])")
JSON_LD = XPath("//script[@type='application/ld+json']/text()", smart_strings=False)
# From the body in one step: "//body//text()" takes minutes for a page of 2 MB.
TEXT = XPath(
    "descendant::text()[not(parent::script or parent::style or parent::noscript or parent::template)]",
    smart_strings=False,
)
TEXT_OF = XPath("string()")

META_FIELDS = {
    "description": "description",
    "keywords": "keywords",
    "robots": "robots",
    "viewport": "viewport",
    "og:title": "og_title",
    "og:image": "og_image",
}


def row_of(response):
    url = response.url
    headers = response.headers
    page = response.selector.root
    h1 = H1(page)
    h2 = H2(page)
    canonical = CANONICAL(page)
    body = page.find("body")
    words = " ".join(TEXT(page if body is None else body)).split()
    row = {
        "url": url,
        "status": response.status,
        "content_type": headers.get("Content-Type", b"").decode("latin-1"),
        "size_bytes": len(response.body),
        "title": collapse(TITLE(page)),
        "language": LANGUAGE(page),
        "canonical": urljoin(url, canonical) if canonical else "",
        "hreflang_count": int(HREFLANGS(page)),
        "h1": collapse(TEXT_OF(h1[0])) if h1 else "",
        "h1_count": len(h1),
        "h2": collapse(TEXT_OF(h2[0])) if h2 else "",
        "h2_count": len(h2),
        "word_count": len(words),
        "text_hash": hashlib.md5(" ".join(words).encode()).hexdigest(),
        "images": int(IMAGES(page)),
        "images_without_alt": int(IMAGES_WITHOUT_ALT(page)),
    }
    for meta in METAS(page):
        field = META_FIELDS.get((meta.get("name") or meta.get("property")).lower())
        if field is not None and field not in row:
            row[field] = collapse(meta.get("content"))
    row["links_internal"], row["links_external"] = count_links(HREFS(page), url)
    read_json_ld(JSON_LD(page), row)
    return row


def collapse(text):
    return " ".join(text.split())


def count_links(hrefs, base):
    host = urlsplit(base).netloc
    targets = set()
    for href in set(hrefs):
        if href.startswith("#"):
            continue
        try:
            targets.add(urldefrag(urljoin(base, href.strip())).url)
        except ValueError:
            pass
    internal = external = 0
    for target in targets:
        if not target.startswith("http"):
            continue
        if urlsplit(target).netloc == host:
            internal += 1
        else:
            external += 1
    return internal, external


def read_json_ld(texts, row):
    types = set()
    for text in texts:
        try:
            value = json.loads(text)
        except ValueError:
            continue
        for thing in things(value):
            of = thing.get("@type")
            types.update(item for item in (of if isinstance(of, list) else [of]) if isinstance(item, str))
            if of == "Product" and "product_name" not in row:
                read_product(thing, row)
    row["json_ld_types"] = " | ".join(sorted(types))


def things(value):
    if isinstance(value, list):
        for item in value:
            yield from things(item)
    elif isinstance(value, dict):
        yield value
        for item in value.values():
            yield from things(item)


def read_product(thing, row):
    offers = thing.get("offers") or {}
    offer = offers[0] if isinstance(offers, list) else offers
    brand = thing.get("brand") or ""
    row["product_name"] = thing.get("name", "")
    row["product_brand"] = brand.get("name", "") if isinstance(brand, dict) else brand
    row["product_sku"] = thing.get("sku", "")
    row["product_gtin"] = thing.get("gtin13") or thing.get("gtin", "")
    row["product_price"] = offer.get("price", "")
    row["product_currency"] = offer.get("priceCurrency", "")
    row["product_availability"] = offer.get("availability", "").split("/")[-1]
    row["product_rating"] = (thing.get("aggregateRating") or {}).get("ratingValue", "")
