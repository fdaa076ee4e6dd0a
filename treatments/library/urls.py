"""What the planner knows, to read."""

from django.urls import path

from treatments.library.views import own, own_points, pages

app_name = "knowledge"
urlpatterns = [
    path("knowledge/", pages.home, name="home"),
    path("knowledge/points/", pages.points, name="points"),
    path("knowledge/points/<str:code>/", pages.point, name="point"),
    path("knowledge/ear/", pages.ear, name="ear"),
    path("knowledge/complaints/", pages.complaints_shelf, name="complaints"),
    path("knowledge/complaints/<slug:complaint>/", pages.complaint, name="complaint"),
    path("knowledge/patterns/", pages.patterns, name="patterns"),
    path("knowledge/rules/", pages.rules, name="rules"),
    path("knowledge/red-flags/", pages.red_flags, name="red_flags"),
    path("knowledge/contraindications/", pages.contraindications, name="contraindications"),
    path("knowledge/sources/", pages.sources, name="sources"),
    path("knowledge/own/", own.page, name="own"),
    path("knowledge/own/points/new/", own_points.add, name="own_point_add"),
    path("knowledge/own/points/<str:code>/", own_points.edit, name="own_point"),
    path("knowledge/own/points/<str:code>/retire/", own_points.retire, name="own_point_retire"),
    path("knowledge/own/snippet/", own.snippet, name="own_snippet"),
    path("knowledge/own/rules-off/", own.rule_off, name="own_rule_off"),
    path("knowledge/own/rules-off/<int:off_id>/", own.rule_on, name="own_rule_on"),
    path("knowledge/own/<str:kind>/new/", own.add, name="own_add"),
    path("knowledge/own/<int:entry_id>/", own.edit, name="own_edit"),
    path("knowledge/own/<int:entry_id>/remove/", own.remove, name="own_remove"),
]
