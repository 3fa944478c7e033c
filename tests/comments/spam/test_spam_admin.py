"""The room about spam: its figures, the box to try a comment in, Akismet's state."""

from datetime import UTC, datetime, timedelta

import pytest

from blog.accounts.models import Role
from blog.comments import events, moderation
from blog.comments.akismet import state as akismet_state
from blog.comments.akismet.client import Remarks, Unanswered
from blog.comments.drafts import prepare
from blog.comments.models import Comment, EventKind, Label, Status
from blog.comments.spam import figures as spam_figures
from blog.comments.spam import filter, trial
from blog.comments.spam.samples import Sample
from blog.database import session, write_transaction
from blog.jobs.models import Job
from blog.site.queries import settings
from tests.comments.akismet.akismet_server import KEY, akismet_server
from tests.factories import DAY, NOW, make_comment, make_user
from tests.pages import parse, text_of

ROOM = "/admin/spam/"
OFF = (
    "Spam is filtered on this site itself; nothing is sent to anybody else. "
    "Learn how your comment data is processed."
)
ON = "This site uses Akismet to reduce spam. Learn how your comment data is processed."


@pytest.fixture
def server():
    with akismet_server() as server:
        yield server


@pytest.fixture
def with_key(app, server):
    app.config["AKISMET_KEY"] = KEY
    app.config["AKISMET_URL"] = server.url
    return server


def words(response):
    """Everything that stands in the room, on one line."""
    return text_of(parse(response.text).find("body/main"))


def outcome(response):
    document = parse(response.text)
    (section,) = [each for each in document.iter() if each.get("id") == "outcome"]
    return text_of(section)


# Who may come


@pytest.mark.parametrize(
    ("role", "status"),
    [("subscriber", 403), ("contributor", 403), ("author", 404), ("editor", 200)],
)
def test_the_figures_are_for_those_who_moderate_everything(client_for, role, status):
    client = client_for(role)

    assert client.get(ROOM).status_code == status
    assert client.send(ROOM + "trial", {"comment": "x"}).status_code == status


def test_keys_are_for_those_who_change_settings(client_for, admin, with_key):
    editor = client_for("editor")

    assert "Akismet" not in words(editor.get(ROOM))
    assert editor.send(ROOM + "akismet").status_code == 403
    assert "Check the key" in words(admin.get(ROOM))


def test_the_room_is_in_the_navigation(admin, client_for):
    assert f'href="{ROOM}"' in admin.get("/admin/").text
    assert f'href="{ROOM}"' not in client_for("author").get("/admin/").text


def test_the_room_is_good_html(admin, with_key, html_checker):
    admin.send(ROOM + "akismet")
    assert html_checker.errors(admin.get(ROOM).text) == []
    tried = admin.send(ROOM + "trial", {"comment": "Buy <b>pills</b>"})
    assert html_checker.errors(tried.text) == []


# Figures


def received(status, *, at=NOW, now_is=None, **details):
    comment = make_comment(status=now_is or status)
    with write_transaction():
        events.record(comment, EventKind.RECEIVED, "", at, details=details)
        session.flush()
        event = events.history(comment)[-1]
        event.before = event.status = Status(status)
    return comment


def test_a_new_publication_has_no_figures(db):
    assert spam_figures.figures(NOW) == (0,) * 7
    assert spam_figures.figures(NOW).unsure_per_cent == 0
    assert spam_figures.knowledge() == (0, 0, [], [])


def test_the_figures_tell_what_was_right_and_what_was_wrong(db):
    received("spam", verdict="spam")
    received("spam", verdict="spam", now_is="trash")
    received("spam", verdict="spam", now_is="approved")
    called_so_by_akismet(received("approved", rule="no_rule", now_is="spam"))
    received("spam", verdict="spam", at=NOW - 31 * DAY)
    received("approved", verdict="ham", rule="no_rule")
    received("approved", verdict="ham", rule="no_rule", now_is="spam")
    received("approved", rule="trusted")
    received("pending", verdict="unsure")
    received("pending", verdict="ham")

    figures = spam_figures.figures(NOW)

    assert figures == spam_figures.Figures(
        spam=4, wrong=1, published=2, missed=1, judged=7, unsure=1
    )
    assert figures.unsure_per_cent == 14


def called_so_by_akismet(comment):
    with write_transaction():
        events.record(comment, EventKind.AKISMET, "", NOW, before=Status.PENDING)
    return comment


def test_one_comment_is_counted_once(db):
    called_so_by_akismet(called_so_by_akismet(received("spam", verdict="spam")))

    assert spam_figures.figures(NOW).spam == 1


def test_the_figures_tell_also_of_what_was_deleted_since(db):
    spam = called_so_by_akismet(received("pending", rule="no_rule", now_is="spam"))
    wrong = received("spam", verdict="spam", now_is="approved")
    missed = received("approved", rule="no_rule", now_is="spam", at=NOW - DAY)
    unsure = received("pending", verdict="unsure", at=NOW - 29 * DAY)
    received("spam", verdict="spam")
    before = spam_figures.figures(NOW)
    with write_transaction():
        moderation.delete([spam, wrong])
    with write_transaction():
        moderation.delete([missed, unsure])

    assert spam_figures.figures(NOW) == before
    assert before == spam_figures.Figures(
        spam=3, wrong=1, published=1, missed=1, judged=3, unsure=1
    )
    assert spam_figures.figures(NOW + 5 * DAY) == before._replace(judged=2, unsure=0)
    with write_transaction():
        spam_figures.keep_discarded(NOW)
    assert spam_figures.figures(NOW) == before._replace(spam=4, discarded=1)


def test_what_the_filter_learned_is_shown(admin, app):
    with app.app_context(), write_transaction():
        filter.learn(
            [(Sample("x", "", "zebrapills at it"), Label.SPAM)] * 10
            + [(Sample("Ada", "", "gracious at it"), Label.HAM)] * 10
            + [(Sample("Ada", "", "seldom at it"), Label.HAM)] * 2
        )
    page = words(admin.get(ROOM))

    assert "It has learned from 22 comments that somebody decided about" in page
    assert "10 spam, 12 good." in page
    # What stands in both says nothing; what stands in two says too little.
    assert "Words of spam zebrapills Words of good comments gracious It never" in page


def test_no_words_are_shown_before_there_is_something_to_compare_them_with(app):
    with app.app_context(), write_transaction():
        filter.learn([(Sample("Ada", "", "at it"), Label.HAM)] * 50)
    with app.app_context():
        assert spam_figures.knowledge() == (0, 50, [], [])


# The box


def test_a_trial_says_what_would_happen_and_keeps_nothing(app, admin):
    typed = {
        "author": "Ada",
        "email": "ada@example.net",
        "url": "https://ada.example/",
        "comment": "Well <said> & done.",
    }
    response = admin.send(ROOM + "trial", typed)

    assert response.status_code == 200
    assert "It would wait for approval" in outcome(response)
    assert "This person’s first comment." in outcome(response)
    fields = {
        each.get("name"): each.get("value") or text_of(each)
        for each in parse(response.text).iter()
        if each.tag in ("input", "textarea")
    }
    assert {name: fields[name] for name in typed} == typed
    with app.app_context():
        assert session.query(Comment).count() == 0
        assert session.query(Job).filter(Job.kind.like("%comment%")).count() == 0


def test_a_trial_without_words_is_refused_with_what_was_typed(admin):
    response = admin.send(ROOM + "trial", {"author": "Ada", "email": "nobody"})

    assert response.status_code == 422
    assert "Please write a comment." in words(response)
    assert "This is not an email address" in words(response)
    assert 'value="nobody"' in response.text


def run(source="Well said.", author="Ada", email="ada@example.net", url=""):
    content = prepare(
        author=author, email=email, url=url, source=source, names_required=False
    )
    return trial.run(content, settings())


def hits(tried):
    return [step.name for step in tried.steps if step.is_hit]


def result(tried, name):
    return next(step.result for step in tried.steps if step.name == name)


def set_site(**values):
    with write_transaction():
        for name, value in values.items():
            setattr(settings(), name, value)


def test_a_trial_tells_of_each_rule_by_itself(db):
    make_user(role=Role.EDITOR, display_name="Grace")
    set_site(
        moderation_keys="ink\npaper",
        disallowed_keys="viagra",
        comment_moderation=True,
        spam_filter=False,
    )
    tried = run("vi<b></b>agra on Paper https://a.example https://b.example", "Grace")

    assert tried.decision.status == Status.TRASH
    assert result(tried, "Words that send a comment to the trash") == (
        "“viagra” was found."
    )
    assert result(tried, "Words that make a comment wait") == "“paper” was found."
    assert result(tried, "Links") == "2 links. From 2 on, a comment waits."
    assert result(tried, "Names of people who write here") == "It goes by “Grace”."
    assert result(tried, "The filter") == "It is turned off."
    assert len(hits(tried)) == 6
    assert tried.clues == ()


def test_a_trial_of_a_known_person_hits_nothing(db):
    make_comment(author="Ada", email="ada@example.net")
    set_site(spam_filter=False)
    tried = run("One https://link.example")

    assert hits(tried) == []
    assert tried.decision.status == Status.APPROVED
    assert result(tried, "Links") == "1 link. From 2 on, a comment waits."
    assert result(tried, "Words that make a comment wait") == "None are set."
    assert result(tried, "A first comment waits for approval") == (
        "The same person was approved before."
    )


def test_what_is_turned_off_is_said_to_be(db):
    set_site(comment_max_links=0, comment_previously_approved=False)
    tried = run("One https://link.example")

    assert result(tried, "Links") == "1 link. They are not counted."
    assert result(tried, "A first comment waits for approval") == "No."
    assert result(tried, "Akismet") == "It is turned off. Nothing is sent to it."


def test_a_trial_shows_the_filters_clues(admin, app):
    with app.app_context(), write_transaction():
        filter.learn([(Sample("x", "", "zebrapills cheap"), Label.SPAM)] * 20)
        filter.learn([(Sample("Ada", "", "gracious words"), Label.HAM)] * 20)
    page = outcome(admin.send(ROOM + "trial", {"comment": "zebrapills for you"}))

    assert "What the filter went by For spam" in page
    assert "zebrapills" in page


def test_a_trial_says_whether_akismet_would_be_asked_and_asks_nothing(
    admin, app, with_key
):
    with app.app_context():
        set_site(spam_filter=False)
    page = outcome(admin.send(ROOM + "trial", {"comment": "Well said."}))

    assert "It would wait for Akismet" in page
    assert "If Akismet finds nothing, it would wait for approval." in page
    assert with_key.calls == []


def test_a_trial_says_why_akismet_would_not_be_asked(with_key, db):
    set_site(disallowed_keys="said")

    assert result(run(), "Akismet") == (
        "It would not be asked, as the comment is turned away anyway."
    )


# Akismet


def test_without_a_key_the_room_says_that_nothing_is_sent(admin):
    assert "Nothing about your commenters is sent to anybody." in words(admin.get(ROOM))
    assert admin.send(ROOM + "akismet").status_code == 303
    assert "There is no key to be checked." in words(admin.get(ROOM))


def test_a_good_key_is_shown_with_what_it_was_used_for(admin, app, with_key):
    with_key.sites = {
        f"{datetime.now(UTC):%Y-%m}": [
            {
                "site": "localhost",
                "spam": 3,
                "ham": 40,
                "missed_spam": 2,
                "false_positives": 1,
            }
        ]
    }
    assert "not checked yet" in words(admin.get(ROOM))
    assert admin.send(ROOM + "akismet").status_code == 303
    page = words(admin.get(ROOM))

    assert "Akismet takes the key." in page
    assert "Calls this month7 of 1000" in page
    assert "This site’s spam3 and 1 wrongly" in page
    assert "Good comments40 and 2 spam missed" in page
    verify, usage, sites = with_key.calls
    assert sites.fields["filter"] == "localhost"
    assert verify.fields == {"key": KEY, "blog": "http://localhost/"}
    assert usage.fields == {"api_key": KEY, "blog": "http://localhost/"}
    with app.app_context():
        assert akismet_state.state().key_is_valid is True


def test_figures_that_akismet_does_not_tell_are_left_out(admin, app, with_key):
    with_key.usage = with_key.sites = ["what?"]
    admin.send(ROOM + "akismet")

    assert "Calls this month" not in words(admin.get(ROOM))
    with app.app_context():
        state = akismet_state.state()
        assert akismet_state.usage(state) is akismet_state.month(state) is None


def test_the_navigation_says_when_akismet_needs_its_owner(
    admin, client_for, with_key, app
):
    mark = 'Spam <span class="count">1'
    assert mark not in admin.get("/admin/").text
    with_key.mode = "invalid"
    admin.send(ROOM + "akismet")

    assert mark in admin.get("/admin/").text
    assert mark not in client_for("editor").get("/admin/").text
    app.config["AKISMET_KEY"] = ""
    assert mark not in admin.get("/admin/").text


def test_a_refused_key_is_shown(admin, with_key):
    with_key.mode = "invalid"
    admin.send(ROOM + "akismet")
    page = words(admin.get(ROOM))

    assert "Akismet does not take the key." in page
    assert "Keyrefused" in page


@pytest.mark.parametrize("mode", ["drip", "500", "garbage"])
def test_akismet_down_the_room_stays_up(admin, app, with_key, mode):
    with_key.mode = mode
    admin.send(ROOM + "akismet")
    page = words(admin.get(ROOM))

    assert "Akismet gave no answer: " in page
    assert "No answer at " in page
    with app.app_context():
        assert akismet_state.state().key_is_valid is None


def test_alerts_and_errors_are_shown_with_their_time(admin, app, with_key):
    error = Unanswered(
        "account suspended",
        Remarks(alert_code="10006", alert_message="Your account is suspended"),
        is_key_problem=True,
    )
    with app.app_context(), write_transaction():
        akismet_state.note_error(error, NOW + timedelta(hours=6), NOW)
        spam_figures.keep_discarded(NOW)
    page = words(admin.get(ROOM))

    assert "Akismet says: 10006 Your account is suspended" in page
    assert "account suspended. It is asked again at " in page
    assert "Spam not kept at all1" in page


# The sentence below the form


def test_the_privacy_sentence_is_there_exactly_while_akismet_is_on(app, with_key):
    template = app.jinja_env.get_template("comments/_privacy.html")

    def sentence():
        with app.test_request_context():
            document = parse(f"<!doctype html><title>x</title>{template.render()}")
        (link,) = document.iter("a")
        return text_of(document.find("body")), text_of(link), link.get("href")

    learn = "Learn how your comment data is processed."
    assert sentence() == (ON, learn, "https://akismet.com/privacy/")
    app.config["AKISMET_KEY"] = ""
    assert sentence() == (OFF, learn, "/privacy")
