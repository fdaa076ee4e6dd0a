"""URLs of the schedule."""

from __future__ import annotations

from django.urls import path

from clinic.scheduling.views import (
    absences,
    aligning,
    appointments,
    booking,
    calendar,
    courses,
    patient_page,
    sharing,
    today,
)

app_name = "scheduling"
urlpatterns = [
    path("schedule/", calendar.calendar, name="calendar"),
    path("schedule/feed/", calendar.feed, name="feed"),
    path("schedule/new/", booking.new, name="new"),
    path("schedule/free/", booking.free, name="free"),
    path("schedule/patients/", booking.patient_options, name="patient_options"),
    path("schedule/<int:appointment_id>/", appointments.appointment, name="appointment"),
    path("schedule/<int:appointment_id>/move/", appointments.move_appointment, name="move"),
    path("schedule/<int:appointment_id>/status/", appointments.change_status, name="status"),
    path("schedule/<int:appointment_id>/courses/", sharing.share_appointment, name="share"),
    path("schedule/<int:appointment_id>/link/", appointments.patient_link, name="link"),
    path("schedule/<int:appointment_id>/link/stop/", appointments.stop_link, name="link_stop"),
    path("schedule/undo/<int:change_id>/", appointments.undo_change, name="undo"),
    path("schedule/moved/<int:notice_id>/seen/", appointments.move_seen, name="move_seen"),
    path("schedule/absences/", absences.absences, name="absences"),
    path("schedule/absences/<int:absence_id>/remove/", absences.absence_remove, name="absence_remove"),
    path("schedule/to-move/", absences.to_move, name="to_move"),
    path("schedule/to-move/move/", absences.move_some, name="move_some"),
    path("schedule/to-move/undo/<int:change_id>/", absences.undo_some, name="undo_some"),
    path("today/", today.today, name="today"),
    path("followups/", courses.followups, name="followups"),
    path("followups/<int:course_id>/", courses.course, name="course"),
    path("followups/<int:course_id>/check/<int:number>/", courses.check, name="check"),
    path("followups/<int:course_id>/close/", courses.close, name="close"),
    path("followups/<int:course_id>/undo/", courses.undo_booking, name="undo_course"),
    path("followups/<int:course_id>/align/", aligning.align, name="align"),
    path("followups/<int:course_id>/extras/", aligning.cancel_extras, name="cancel_extras"),
    path("followups/undo/<int:change_id>/", aligning.undo_align, name="undo_align"),
    path("a/<str:token>/", patient_page.patient_appointments, name="patient_appointments"),
]
