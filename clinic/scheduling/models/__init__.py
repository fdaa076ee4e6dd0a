"""Services, rooms, devices, working hours; appointments and the courses they belong to.

Nothing here is about findings or treatments: a visit asks for a service, a length, a kind of room and a device.
"""

from clinic.scheduling.models.appointments import (
    FREES_THE_SLOT,
    MOVABLE,
    Appointment,
    AppointmentChange,
    AppointmentLink,
    AppointmentQuerySet,
    AppointmentStatus,
    Course,
    MoveNotice,
)
from clinic.scheduling.models.resources import (
    LONGEST_STAY,
    Absence,
    Device,
    DeviceKind,
    Room,
    RoomKind,
    Service,
    Tint,
    WorkingHours,
)

__all__ = [
    "FREES_THE_SLOT",
    "LONGEST_STAY",
    "MOVABLE",
    "Absence",
    "Appointment",
    "AppointmentChange",
    "AppointmentLink",
    "AppointmentQuerySet",
    "AppointmentStatus",
    "Course",
    "Device",
    "DeviceKind",
    "MoveNotice",
    "Room",
    "RoomKind",
    "Service",
    "Tint",
    "WorkingHours",
]
