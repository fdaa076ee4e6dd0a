from django.urls import path

from tests.bench.floor import views

urlpatterns = [path("healthz", views.healthz), path("<slug:job>/", views.job)]
