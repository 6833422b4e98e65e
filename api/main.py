"""The web: every door of the house in one application."""

import importlib
import logging
import os
import pkgutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType

from fastapi import APIRouter, Depends, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

from api import errors, pages, routes
from api.guards import Guards, whole_text
from api.pace import Pace
from api.signing import signer_from
from api.trials import Trials
from api.tries import Tries
from states.records import db, secrets
from states.settings import Settings
from templates.sheets.aggregation import layout_from

STATIC = Path(__file__).parent / "static"
API = "/api/v1"
FEED_PACE = 600
"""Questions a minute that the look-up feed answers, from one address."""


class NoDatabase(RuntimeError):
    """DUBAN_DATABASE_URL is not set: `duban run` sets it for the parts that it starts."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application. It connects to nothing before its first request."""
    app = FastAPI(
        title="Duban",
        summary="Training projects from proposal to certificates: people record facts, rules move.",
        version="1",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        dependencies=[Depends(whole_text)],
    )
    app.state.settings = settings = settings or Settings()
    app.state.training = settings.training or None
    app.state.tries, app.state.pace = Tries(), Pace()
    app.state.feed_pace = Pace(most=FEED_PACE)
    errors.install(app)
    app.add_middleware(Guards, settings=settings, answer=errors.refused)
    app.mount("/static", _Static(directory=STATIC), name="static")
    for router in _routers(routes):
        app.include_router(router, prefix=API)
    for router in _routers(pages):
        app.include_router(router, include_in_schema=False)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    if settings.database_url is None:
        raise NoDatabase(NoDatabase.__doc__)
    secrets.use(settings.secret_key(), settings.master_keys())
    app.state.engine = db.engine(settings.database_url.get_secret_value())
    app.state.signer = signer_from(settings)
    app.state.layout = layout_from(settings.aggregation_layout)
    app.state.trials = Trials(app.state.engine, settings)
    yield
    app.state.engine.dispose()


def _routers(package: ModuleType) -> Iterator[APIRouter]:
    """Every module of the package is a door and names its `router`, in the order of their names."""
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        if hasattr(module, "router"):
            yield module.router


class _Static(StaticFiles):
    """Libraries keep their name for a release: a day in the browser's cache; ours are asked for."""

    def file_response(  # noqa: PLR0917  as its base class has it
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        kept = "vendor" in Path(full_path).parts
        response.headers["cache-control"] = "public, max-age=86400" if kept else "no-cache"
        return response


logging.getLogger("duban").setLevel(logging.INFO)
app = create_app()
