"""URLs of proposals and plans, namespace ``plans``."""

from __future__ import annotations

from django.urls import path

from treatments.plans.views import closer, edits, episodes, plans, protocols, safety_facts, what_if

app_name = "plans"
urlpatterns = [
    path("patients/<int:patient_id>/propose/", plans.propose, name="propose"),
    path("patients/<int:patient_id>/safety/", safety_facts.page, name="safety"),
    path("patients/<int:patient_id>/safety/consent/", safety_facts.consent, name="safety_consent"),
    path("patients/<int:patient_id>/safety/end/", safety_facts.end, name="safety_end"),
    path("patients/<int:patient_id>/safety/confirm/", safety_facts.confirm, name="safety_confirm"),
    path("patients/<int:patient_id>/complaints/", episodes.open_new, name="episode_open"),
    path("complaints/<int:episode_id>/close/", episodes.close, name="episode_close"),
    path("complaints/<int:episode_id>/open/", episodes.open_again, name="episode_open_again"),
    path("proposals/<int:proposal_id>/", plans.proposal, name="proposal"),
    path("proposals/<int:proposal_id>/by-hand/", plans.by_hand, name="by_hand"),
    path("plans/points/", edits.points, name="points"),
    path("plans/findings/", what_if.findings, name="findings"),
    path("plans/<int:plan_id>/", plans.page, name="plan"),
    path("plans/<int:plan_id>/item/", edits.item_form, name="item"),
    path("plans/<int:plan_id>/change/", edits.change, name="change"),
    path("plans/<int:plan_id>/swap/", closer.swap, name="swap"),
    path("plans/<int:plan_id>/closer/", closer.page, name="closer"),
    path("plans/<int:plan_id>/save-protocol/", protocols.save, name="save_protocol"),
    path("plans/<int:plan_id>/protocol/", protocols.take, name="take_protocol"),
    path("plans/<int:plan_id>/style/", closer.style, name="style"),
    path("proposals/<int:proposal_id>/closer/", closer.of_proposal, name="proposal_closer"),
    path("plans/<int:plan_id>/undo/", plans.undo, name="undo"),
    path("plans/<int:plan_id>/override/", plans.override, name="override"),
    path("plans/<int:plan_id>/seen/", plans.seen, name="seen"),
    path("plans/<int:plan_id>/sign/", plans.sign, name="sign"),
    path("plans/<int:plan_id>/reopen/", plans.reopen, name="reopen"),
    path("plans/<int:plan_id>/set-aside/", plans.set_aside, name="set_aside"),
    path("plans/<int:plan_id>/home-care/", plans.home_care, name="home_care"),
    path("plans/<int:plan_id>/what-if/", what_if.page, name="what_if"),
]
