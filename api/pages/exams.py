"""Lists of the university exam at the screen."""

from fastapi import APIRouter

from api.pages.list_pages import shared

router = APIRouter()
router.include_router(shared, prefix="/exams")
