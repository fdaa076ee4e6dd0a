"""What the planner knows, to read."""

from django.urls import path

from treatments.library import views

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
]
