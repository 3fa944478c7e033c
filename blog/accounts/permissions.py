"""Who may do what: one table, asked by every door and by the tests."""

from enum import StrEnum

from .models import Role, User


class Action(StrEnum):
    """Something that not everybody may do."""

    ENTER = "enter"  # the rooms behind the login at all
    WRITE = "write"  # draft a post; edit, preview and trash an unpublished one
    PUBLISH = "publish"  # make a post public, and edit or take back a public one
    READ_PRIVATE = "read_private"  # a post or page that is finished but not public
    MODERATE = "moderate"  # approve, edit, trash comments
    SEE_COMMENTER = "see_commenter"  # address and origin of who commented
    UPLOAD = "upload"  # add files to the library; change and delete them
    PAGES = "pages"  # everything about pages
    TERMS = "terms"  # categories and tags
    USERS = "users"
    SETTINGS = "settings"


class Reach(StrEnum):
    """On what: nothing, what is one's own, or everything."""

    NONE = "none"
    OWN = "own"
    ANY = "any"


_NONE, _OWN, _ANY = Reach.NONE, Reach.OWN, Reach.ANY
_COLUMNS = (Role.SUBSCRIBER, Role.CONTRIBUTOR, Role.AUTHOR, Role.EDITOR, Role.ADMIN)
_ROWS = {
    #                      subscriber contributor author editor admin
    Action.ENTER: (_ANY, _ANY, _ANY, _ANY, _ANY),
    Action.WRITE: (_NONE, _OWN, _OWN, _ANY, _ANY),
    Action.PUBLISH: (_NONE, _NONE, _OWN, _ANY, _ANY),
    Action.READ_PRIVATE: (_NONE, _OWN, _OWN, _ANY, _ANY),
    Action.MODERATE: (_NONE, _NONE, _OWN, _ANY, _ANY),
    Action.SEE_COMMENTER: (_NONE, _NONE, _NONE, _ANY, _ANY),
    Action.UPLOAD: (_NONE, _OWN, _OWN, _ANY, _ANY),
    Action.PAGES: (_NONE, _NONE, _NONE, _ANY, _ANY),
    Action.TERMS: (_NONE, _NONE, _NONE, _ANY, _ANY),
    Action.USERS: (_NONE, _NONE, _NONE, _NONE, _ANY),
    Action.SETTINGS: (_NONE, _NONE, _NONE, _NONE, _ANY),
}
TABLE: dict[Action, dict[Role, Reach]] = {
    action: dict(zip(_COLUMNS, row, strict=True)) for action, row in _ROWS.items()
}


def reach(user: User | None, action: Action) -> Reach:
    """How far ``user`` may take ``action``; ``None`` is a visitor."""
    if user is None or not user.is_active:
        return Reach.NONE
    return TABLE[action][user.role]


def may(user: User | None, action: Action, owner_id: int | None = None) -> bool:
    """Whether ``user`` may do ``action`` to what belongs to ``owner_id``.

    Without an owner: whether there is anything at all that they may do it to.
    """
    match reach(user, action):
        case Reach.ANY:
            return True
        case Reach.OWN:
            return owner_id is None or (user is not None and owner_id == user.id)
        case _:
            return False
