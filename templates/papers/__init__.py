"""Printed papers: certificates, the monthly return, survey slips. Data in, PDF bytes out.

Whatever a person typed reaches Typst as JSON data, never as markup.
"""

from templates.papers.certificate import CertificatePaper, certificate, certificates
from templates.papers.fonts import glyphs_missing
from templates.papers.handout import HandoutPaper, Slip, handout
from templates.papers.monthly_return import ReturnPaper, ReturnRow, SurveySum, monthly_return
from templates.papers.particulars import Contested, Evaluated, Examined, Particulars, Trained
from templates.papers.press import UnprintableText

__all__ = [
    "CertificatePaper",
    "Contested",
    "Evaluated",
    "Examined",
    "HandoutPaper",
    "Particulars",
    "ReturnPaper",
    "ReturnRow",
    "Slip",
    "SurveySum",
    "Trained",
    "UnprintableText",
    "certificate",
    "certificates",
    "glyphs_missing",
    "handout",
    "monthly_return",
]
