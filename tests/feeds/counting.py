"""How much the database is asked."""

from sqlalchemy import event


class Queries:
    """Counts what the database is asked inside a ``with``."""

    def __init__(self, engine):
        self.engine, self.seen = engine, []

    def _note(self, _connection, _cursor, statement, *_rest):
        self.seen.append(statement)

    def __enter__(self):
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self.seen

    def __exit__(self, *_):
        event.remove(self.engine, "before_cursor_execute", self._note)
