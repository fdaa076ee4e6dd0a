"""What the planner knows, to read."""

from django.urls import path

from treatments.library.views import own
from treatments.library.views import pages as views

app_name = "knowledge"
urlpatterns = [
    path("knowledge/", views.home, name="home"),
    path("knowledge/points/", views.points, name="points"),
    path("knowledge/points/<str:code>/", views.point, name="point"),
    path("knowledge/ear/", views.ear, name="ear"),
    path("knowledge/patterns/", views.patterns, name="patterns"),
    path("knowledge/rules/", views.rules, name="rules"),
    path("knowledge/red-flags/", views.red_flags, name="red_flags"),
    path("knowledge/contraindications/", views.contraindications, name="contraindications"),
    path("knowledge/sources/", views.sources, name="sources"),
    path("knowledge/own/", own.page, name="own"),
    path("knowledge/own/snippet/", own.snippet, name="own_snippet"),
    path("knowledge/own/rules-off/", own.rule_off, name="own_rule_off"),
    path("knowledge/own/rules-off/<int:off_id>/", own.rule_on, name="own_rule_on"),
    path("knowledge/own/<str:kind>/new/", own.add, name="own_add"),
    path("knowledge/own/<int:entry_id>/", own.edit, name="own_edit"),
    path("knowledge/own/<int:entry_id>/remove/", own.remove, name="own_remove"),
]
