"""What the worker does for the caseload."""

from uuid import UUID

from celery import shared_task

from caseload.operations import file_jobs
from caseload.operations.appointments import jobs as appointments
from caseload.operations.import_jobs import carry_out
from core.clock import now


@shared_task(name="caseload.tasks.import_caseload")
def import_caseload(job_id: str) -> None:
    """Preview, apply or take back an import."""
    carry_out(UUID(job_id), at=now())


@shared_task(name="caseload.tasks.carry_out_file_request")
def carry_out_file_request(job_id: str) -> None:
    """Write a copy of a file, or wipe it, once two people have agreed."""
    file_jobs.carry_out(UUID(job_id), at=now())


@shared_task(name="caseload.tasks.carry_out_appointments")
def carry_out_appointments(job_id: str) -> None:
    """Read somebody's calendar, apply a reading or take it back."""
    appointments.carry_out(UUID(job_id), at=now())
