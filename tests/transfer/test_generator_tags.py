"""Liquid, shortcodes and tags of generators become the Markdown that they meant."""

import pytest

from blog.transfer.sources.generators import Generator, Site
from blog.transfer.sources.shortcodes import Known, converted

SETTINGS = {"url": "https://old.example", "baseurl": "/b", "title": "Old"}


def made(text, generator=Generator.JEKYLL, **settings):
    site = Site(generator, SETTINGS | settings)
    known = Known(site, lambda name: f"/{name}/" if name.startswith("here") else "")
    return converted(text, known)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("[a]({{ site.baseurl }}/x)", "[a](/b/x)"),
        ("{{ site.url }}{{site.baseurl}}/x", "https://old.example/b/x"),
        ('{{ "/x" | relative_url }}', "/b/x"),
        ("[a]({% post_url here-1 %})", "[a](/here-1/)"),
        ("[a]({% link here.md %})", "[a](/here.md/)"),
        ('[a]({{< ref "here.md#top" >}})', "[a](/here.md/#top)"),
        (
            "{% highlight ruby linenos %}\nputs 1\n{% endhighlight %}\n",
            "```ruby\nputs 1\n```\n\n",
        ),
        ("{% highlight md %}\n```\n{% endhighlight %}", "````md\n```\n````\n"),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("```\n{% raw %}{{ x }}{% endraw %}\n```\n", "```\n{{ x }}\n```\n"),
        ("`{{ site.url }}`", "`{{ site.url }}`"),
        ("{% comment %}no{% endcomment %}yes", "yes"),
        ('{{< figure src="a.png" alt="A" >}}', "![A](a.png)"),
        (
            '{{< figure src="a.png" caption="B & c" >}}',
            '<figure><img src="a.png" alt="">'
            "<figcaption>B &amp; c</figcaption></figure>",
        ),
        ("{{< youtube abc >}}", "<https://www.youtube.com/watch?v=abc>"),
        ('{{ vimeo(id="12") }}', "<https://vimeo.com/12>"),
        ("{{< gist ada 12 >}}", "<https://gist.github.com/ada/12>"),
        ('{{< tweet user="a" id="1" >}}', "<https://twitter.com/a/status/1>"),
        ("{{< highlight go >}}\nx\n{{< /highlight >}}", "```go\nx\n```\n"),
        ("{{</* youtube abc */>}}", "{{< youtube abc >}}"),
        ("{% asset_img left a.png 20 30 'T' %}", "![T](a.png)"),
        ("{% codeblock lang:js %}\nx\n{% endcodeblock %}", "```js\nx\n```\n"),
        ("{% blockquote Ada %}\nx\n{% endblockquote %}", "> x\n>\n> — Ada\n"),
        ("words\n{: .lead}\nmore", "words\nmore"),
        ("[a](/b){:target='_blank'} c", "[a](/b) c"),
        ("* TOC\n{:toc}\nwords", "words"),
        ("## Head {#id}\n", "## Head\n"),
    ],
)
def test_what_is_known_becomes_markdown(text, after):
    assert made(text) == (after, {})


def test_what_is_unknown_stays_and_is_counted_by_name():
    text = "{% include a.html %} {{< mine a=1 >}}x{{< /mine >}} {{ page.title }}\n"

    assert made(text) == (text, {"include": 1, "mine": 1, "page": 1})


def test_a_separator_of_the_settings_is_a_mark():
    text = "one\n<!--cut-->\ntwo\n"

    after, _ = made(text, excerpt_separator="<!--cut-->")

    assert after == "one\n<!--more-->\ntwo\n"


@pytest.mark.parametrize("text", ["{%", "{{", "{{<", "{% raw %}", "```\n{{ x }}", "{:"])
def test_what_is_not_closed_stays(text):
    assert made(text)[0] == text


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("{% highlight x %}\na < b\n{% endhighlight %}", "<code>a &lt; b</code>"),
        ("{% youtube abc %}", '<a href="https://www.youtube.com/watch?v=abc">'),
        ('{{< figure src="a.png" >}}', '<figure><img src="a.png" alt=""></figure>'),
        ("{% blockquote %}x{% endblockquote %}", "<blockquote>x</blockquote>"),
    ],
)
def test_in_html_they_become_html(text, after):
    site = Site(Generator.JEKYLL, SETTINGS)

    assert after in converted(text, Known(site, str, in_html=True))[0]
