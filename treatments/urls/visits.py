"""Visits and what goes with them. Included at the root, because a visit begins at its patient."""

from django.urls import path

from treatments.views import incidents, visit_after, visit_safety, visit_stops, visits

app_name = "visits"
urlpatterns = [
    path("patients/<int:patient_id>/visits/start/", visits.start, name="start"),
    path("clock/", visits.clock, name="clock"),
    path("visits/<int:visit_id>/", visits.visit, name="visit"),
    path("visits/<int:visit_id>/note/", visits.print_note, name="note"),
    path("visits/<int:visit_id>/save/", visits.save, name="save"),
    path("visits/<int:visit_id>/all-done/", visits.all_done, name="all_done"),
    path("visits/<int:visit_id>/all-done/undo/", visits.undo_all_done, name="undo_all_done"),
    path("visits/<int:visit_id>/points/", visits.add_point, name="add_point"),
    path("visits/<int:visit_id>/items/", visits.add_item, name="add_item"),
    path("visits/<int:visit_id>/points/<str:uid>/remove/", visits.remove_point, name="remove_point"),
    path("visits/<int:visit_id>/reason/", visit_stops.reason, name="reason"),
    path("visits/<int:visit_id>/given/", visit_stops.given, name="given"),
    path("visits/<int:visit_id>/take-plan/", visit_stops.take_plan, name="take_plan"),
    path("visits/<int:visit_id>/sign/", visits.sign, name="sign"),
    path("visits/<int:visit_id>/set-aside/", visit_after.set_aside, name="set_aside"),
    path("visits/<int:visit_id>/amend/", visit_after.amend, name="amend"),
    path("visits/<int:visit_id>/clearance/", visit_safety.clearance, name="clearance"),
    path("visits/<int:visit_id>/adverse-event/", visit_safety.adverse_event, name="adverse_event"),
    path("adverse-events/<int:event_id>/", visit_safety.event_review, name="event_review"),
    path("incidents/<int:incident_id>/", incidents.review, name="incident"),
]
