"""What every application compiles for itself, compiled once for all that a run makes.

A run makes thousands of applications. They differ in their database and their settings,
but not in their addresses, their templates or their questions to the database; and to
compile these took most of a run's time.
"""

from jinja2 import BytecodeCache
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from blog.database import db

_templates = {}
_rules = {}
_statements = LRUCache(10_000)


class Templates(BytecodeCache):
    """Jinja's compiled templates, by their name and their source."""

    def load_bytecode(self, bucket):
        bucket.code = _templates.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket):
        _templates[bucket.key, bucket.checksum] = bucket.code


def _compile_rule(rule, compile=Rule.compile):
    key = (
        *(rule.rule, rule.subdomain, rule.host, rule.merge_slashes),
        *(repr(rule.defaults), *rule.map.converters.values()),
    )
    if key not in _rules:
        compile(rule)
        names = ("_parts", "_trace", "_converters", "arguments")
        builders = (rule._build.__func__, rule._build_unknown.__func__)
        _rules[key] = ({name: getattr(rule, name) for name in names}, builders)
    made, (build, build_unknown) = _rules[key]
    vars(rule).update(made)
    rule._build = build.__get__(rule)
    rule._build_unknown = build_unknown.__get__(rule)


Rule.compile = _compile_rule
# SQLAlchemy keeps what it compiled by the dialect it was compiled for. Every engine has
# a dialect of its own; those of one driver say the same.
SQLiteDialect_pysqlite.__eq__ = lambda self, other: type(self) is type(other)
SQLiteDialect_pysqlite.__hash__ = lambda self: hash(type(self))


def share(app):
    """Let an application take what others compiled, and leave them what it compiles."""
    app.jinja_env.bytecode_cache = Templates()
    with app.app_context():
        db.engine.update_execution_options(compiled_cache=_statements)
    return app
