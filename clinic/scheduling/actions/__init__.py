"""All writes to the schedule: keyword-only functions, one transaction each, including the audit event."""

from clinic.scheduling.actions.absences import add_absence, move_all, remove_absence, undo_moves
from clinic.scheduling.actions.aligning import aligned_together, bring_in_line, undo_alignment
from clinic.scheduling.actions.booking import book, make_booking
from clinic.scheduling.actions.booking_series import WantedVisit, book_series
from clinic.scheduling.actions.changes import cancel, move, put_away, set_status, undo, undo_series
from clinic.scheduling.actions.courses import close_course, reopen_course, request_course
from clinic.scheduling.actions.links import (
    address_of_link,
    mail_link,
    make_link,
    open_links,
    patient_of_link,
    revoke_link,
)
from clinic.scheduling.actions.sharing import keep_served, part, share

__all__ = [
    "WantedVisit",
    "add_absence",
    "address_of_link",
    "aligned_together",
    "book",
    "book_series",
    "bring_in_line",
    "cancel",
    "close_course",
    "keep_served",
    "mail_link",
    "make_booking",
    "make_link",
    "move",
    "move_all",
    "open_links",
    "part",
    "patient_of_link",
    "put_away",
    "remove_absence",
    "reopen_course",
    "request_course",
    "revoke_link",
    "set_status",
    "share",
    "undo",
    "undo_alignment",
    "undo_moves",
    "undo_series",
]
