"""Lists of evaluation bodies for programs."""

from fastapi import APIRouter

from api.list_doors import shared

router = APIRouter()
router.include_router(shared, prefix="/evaluations", tags=["evaluations"])
