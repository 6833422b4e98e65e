"""The JSON API in words: every operation of the OpenAPI document, readable without any script."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api import view

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the page lists it."""

    method: str
    path: str
    summary: str
    description: str
    answers: tuple[tuple[str, str], ...]


@router.get("/api/v1/docs")
def docs(request: Request) -> HTMLResponse:
    """All operations by their tags, in the order of the document."""
    groups: dict[str, list[Operation]] = {}
    for path, methods in request.app.openapi()["paths"].items():
        for method, told in methods.items():
            tag = told.get("tags", ["other"])[0]
            groups.setdefault(tag, []).append(_operation(method, path, told))
    return view.render(request, "api_docs", groups=groups)


def _operation(method: str, path: str, told: dict[str, Any]) -> Operation:
    answers = told["responses"].items()
    return Operation(
        method=method.upper(),
        path=path,
        summary=told["summary"],
        description=told.get("description", ""),
        answers=tuple((status, answer["description"]) for status, answer in answers),
    )
