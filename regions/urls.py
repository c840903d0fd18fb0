from django.urls import path

from regions import desk

app_name = "regions"
urlpatterns = [
    path("secretariat/regions/", desk.regions, name="desk_regions"),
    path("secretariat/regions/<str:code>/", desk.region, name="desk_region"),
    path("secretariat/countries/<str:code>/", desk.country, name="desk_country"),
]
