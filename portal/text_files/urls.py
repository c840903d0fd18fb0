"""The addresses of translation files and of what is translated, in both closed areas."""

from django.urls import path

from portal.text_files import coverage_pages, pages


def of_area(area: str, start: str, prefix: str) -> list:
    """The same pages in one of the two areas."""
    options = {"area": area}
    files = f"{start}files/"
    return [
        path(f"{start}coverage/", coverage_pages.coverage, options, name=f"{prefix}text_coverage"),
        path(
            f"{start}coverage.csv",
            coverage_pages.coverage_csv,
            options,
            name=f"{prefix}text_coverage_csv",
        ),
        path(files, pages.text_files, options, name=f"{prefix}text_files"),
        path(f"{files}export/", pages.text_export, options, name=f"{prefix}text_export"),
        path(f"{files}<int:pk>/", pages.text_file, options, name=f"{prefix}text_file"),
        path(
            f"{files}<int:pk>/record/",
            pages.text_file_record,
            options,
            name=f"{prefix}text_file_record",
        ),
    ]


urlpatterns = [
    *of_area("space", "space/translations/", ""),
    *of_area("desk", "secretariat/translations/", "desk_"),
]
