"""URLs of visits and what goes with them. Included at the root, because a visit begins at its patient."""

from django.urls import path

from treatments.visits.views import after, charting, incidents, safety, stops

app_name = "visits"
urlpatterns = [
    path("patients/<int:patient_id>/visits/start/", charting.start, name="start"),
    path("clock/", charting.clock, name="clock"),
    path("visits/<int:visit_id>/", charting.visit, name="visit"),
    path("visits/<int:visit_id>/note/", charting.print_note, name="note"),
    path("visits/<int:visit_id>/save/", charting.save, name="save"),
    path("visits/<int:visit_id>/all-done/", charting.all_done, name="all_done"),
    path("visits/<int:visit_id>/all-done/undo/", charting.undo_all_done, name="undo_all_done"),
    path("visits/<int:visit_id>/points/", charting.add_point, name="add_point"),
    path("visits/<int:visit_id>/items/", charting.add_item, name="add_item"),
    path("visits/<int:visit_id>/points/<str:uid>/remove/", charting.remove_point, name="remove_point"),
    path("visits/<int:visit_id>/reason/", stops.reason, name="reason"),
    path("visits/<int:visit_id>/given/", stops.given, name="given"),
    path("visits/<int:visit_id>/take-plan/", stops.take_plan, name="take_plan"),
    path("visits/<int:visit_id>/sign/", charting.sign, name="sign"),
    path("visits/<int:visit_id>/set-aside/", after.set_aside, name="set_aside"),
    path("visits/<int:visit_id>/amend/", after.amend, name="amend"),
    path("visits/<int:visit_id>/clearance/", safety.clearance, name="clearance"),
    path("visits/<int:visit_id>/adverse-event/", safety.adverse_event, name="adverse_event"),
    path("adverse-events/<int:event_id>/", safety.event_review, name="event_review"),
    path("incidents/<int:incident_id>/", incidents.review, name="incident"),
]
