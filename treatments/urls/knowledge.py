"""What the planner knows, to read."""

from django.urls import path

from treatments.views import knowledge

app_name = "knowledge"
urlpatterns = [
    path("knowledge/", knowledge.home, name="home"),
    path("knowledge/points/", knowledge.points, name="points"),
    path("knowledge/points/<str:code>/", knowledge.point, name="point"),
    path("knowledge/ear/", knowledge.ear, name="ear"),
    path("knowledge/patterns/", knowledge.patterns, name="patterns"),
    path("knowledge/rules/", knowledge.rules, name="rules"),
    path("knowledge/red-flags/", knowledge.red_flags, name="red_flags"),
    path("knowledge/contraindications/", knowledge.contraindications, name="contraindications"),
    path("knowledge/sources/", knowledge.sources, name="sources"),
]
