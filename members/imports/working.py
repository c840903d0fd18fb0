"""What the worker does with an import: whatever its step is."""

from members.imports import committing, staging, undoing
from members.models import ImportBatch
from members.models.imports import ImportStep

WORK = {
    ImportStep.CHECK: staging.check,
    ImportStep.COMMIT: committing.commit,
    ImportStep.UNDO: undoing.undo,
}


def work_on(pk: int) -> bool:
    """Do what a waiting import waits for. False when there was nothing to do, or it failed."""
    batch = ImportBatch.objects.select_related("requested_by", "confirmed_by").filter(pk=pk).first()
    return batch is not None and WORK[ImportStep(batch.step)](batch)
