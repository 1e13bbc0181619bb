"""Crawls a list of URLs with Scrapy and writes a CSV.

    python3 crawl.py <file of URLs> <folder to write to> <concurrency>

As its documentation advises for broad crawls: many requests at once, no cookies, no retries, no redirects, no log, no
throttle; and what a crawl of a list has no use for is off (robots.txt, telnet console, depth and referer).
"""

import sys
import time

import scrapy
from scrapy.crawler import CrawlerProcess

from page_row import fields, row_of

urls_file, folder, concurrency = sys.argv[1:]
with open(urls_file, encoding="utf-8") as file:
    urls = file.read().split("\n")


class Pages(scrapy.Spider):
    name = "pages"

    def start_requests(self):
        print(f"BEGIN {time.process_time() * 1000}", flush=True)
        for url in urls:
            yield scrapy.Request(url, dont_filter=True)

    def parse(self, response):
        yield row_of(response)


settings = {
    "CONCURRENT_REQUESTS": int(concurrency),
    "CONCURRENT_REQUESTS_PER_DOMAIN": int(concurrency),
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "COOKIES_ENABLED": False,
    "RETRY_ENABLED": False,
    "REDIRECT_ENABLED": False,
    "ROBOTSTXT_OBEY": False,
    "LOG_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "MEMUSAGE_ENABLED": False,
    "REQUEST_FINGERPRINTER_IMPLEMENTATION": "2.7",
    "DOWNLOADER_MIDDLEWARES": {
        "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
        "scrapy.downloadermiddlewares.ajaxcrawl.AjaxCrawlMiddleware": None,
        "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    },
    "SPIDER_MIDDLEWARES": {
        "scrapy.spidermiddlewares.offsite.OffsiteMiddleware": None,
        "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
        "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
        "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    },
    "FEEDS": {f"{folder}/pages.csv": {"format": "csv", "fields": fields}},
}
process = CrawlerProcess(settings)
crawler = process.create_crawler(Pages)
process.crawl(crawler)
process.start()
print(f"DONE {crawler.stats.get_value('item_scraped_count', 0)}", flush=True)
