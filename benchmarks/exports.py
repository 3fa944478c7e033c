"""An export of WordPress of any size, the same each time."""

from pathlib import Path

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/"
 xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/">
<channel><title>Tides</title><link>https://tides.example</link>
<wp:wxr_version>1.2</wp:wxr_version>
<wp:base_blog_url>https://tides.example</wp:base_blog_url>
<wp:author><wp:author_id>1</wp:author_id><wp:author_login>ada</wp:author_login></wp:author>
<wp:category><wp:category_nicename>sea</wp:category_nicename>
<wp:cat_name>Sea</wp:cat_name></wp:category>
"""
TAIL = "</channel></rss>\n"
WORDS = "A tide comes in, and goes out <em>again</em>, as it did before. " * 8
TEXT = "\n\n".join([WORDS] * 8)


def write(path: Path, megabytes: int) -> int:
    """Write an export of at least that size; how many posts it holds, each of 4 KB and
    with two comments.
    """
    posts = 0
    with path.open("w", encoding="utf-8") as file:
        written = file.write(HEAD)
        while written < megabytes * 1_000_000:
            posts += 1
            written += file.write(_post(posts))
        file.write(TAIL)
    return posts


def _post(number: int) -> str:
    stamp = f"20{number % 20:02}-{number % 12 + 1:02}-{number % 28 + 1:02} 10:11:12"
    return f"""<item><title>Post {number}</title>
<link>https://tides.example/{stamp[:4]}/{stamp[5:7]}/post-{number}/</link>
<guid isPermaLink="false">https://tides.example/?p={number}</guid>
<dc:creator>ada</dc:creator>
<content:encoded><![CDATA[{TEXT}]]></content:encoded>
<wp:post_id>{number}</wp:post_id><wp:post_date>{stamp}</wp:post_date>
<wp:post_date_gmt>{stamp}</wp:post_date_gmt><wp:post_name>post-{number}</wp:post_name>
<wp:status>publish</wp:status><wp:post_type>post</wp:post_type>
<category domain="category" nicename="sea">Sea</category>
{_comment(number, 1)}{_comment(number, 2)}</item>
"""


def _comment(number: int, which: int) -> str:
    return f"""<wp:comment><wp:comment_id>{number * 2 + which}</wp:comment_id>
<wp:comment_author>Reader {which}</wp:comment_author>
<wp:comment_date_gmt>2020-01-01 00:00:0{which}</wp:comment_date_gmt>
<wp:comment_content>Well said, {number}.</wp:comment_content>
<wp:comment_approved>1</wp:comment_approved></wp:comment>
"""
