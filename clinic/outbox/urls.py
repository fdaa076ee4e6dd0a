from __future__ import annotations

from django.urls import path

from clinic.outbox import views

app_name = "outbox"
urlpatterns = [
    path("mail/<int:message_id>/again/", views.again, name="again"),
    path("mail/<int:message_id>/set-aside/", views.set_aside, name="set_aside"),
]
