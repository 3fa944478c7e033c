"""How often the database is asked."""

from sqlalchemy import event

from blog.database import db


def asked(app, do):
    """The number of SELECTs that ``do()`` leads to."""
    statements = []
    with app.app_context():
        engine = db.engine

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith("SELECT"):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        do()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(statements)
