"""Who wants no mail."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from ..database import Model


class MutedAddress(Model):
    """An address that nothing is sent to any more, whoever enters it. Only its digest
    is kept.
    """

    __tablename__ = "muted_address"

    digest: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
