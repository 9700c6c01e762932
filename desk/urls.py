"""The desk's own pages inside the admin; every one asks for a member of staff."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from desk.calendar import move_page, pages

app_name = "desk"

urlpatterns = [
    path("desk/calendar/", admin.site.admin_view(pages.week), name="calendar"),
    path("desk/calendar/month/", admin.site.admin_view(pages.month), name="calendar_month"),
    path("desk/calendar/week/", admin.site.admin_view(pages.week), name="calendar_week"),
    path("desk/calendar/day/", admin.site.admin_view(pages.day), name="calendar_day"),
    path("desk/calendar/print/", admin.site.admin_view(pages.printed), name="calendar_print"),
    path("desk/calendar/move/<int:visit_id>/", admin.site.admin_view(move_page.move_view), name="calendar_move"),
]
