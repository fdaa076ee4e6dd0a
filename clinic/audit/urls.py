from django.urls import path

from clinic.audit.views import audit_trail

app_name = "audit"
urlpatterns = [path("audit/", audit_trail, name="trail")]
