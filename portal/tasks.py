from celery import shared_task

from portal import heartbeat, mending, open_data, pictures, purging, reads
from portal.light import editions, libraries, whole
from portal.text_files import recording
from portal.translating import giving, machine


@shared_task(name="portal.heartbeat", expires=60)
def beat():
    heartbeat.note_worker()


@shared_task(name="portal.measure_open_data")
def measure_open_data():
    open_data.measure()


@shared_task(name="portal.make_light_editions", expires=600)
def make_light_editions():
    editions.make_due()


@shared_task(name="portal.make_whole_texts", expires=600)
def make_whole_texts():
    whole.make_due()


@shared_task(name="portal.make_whole_text", expires=600)
def make_whole_text(pk: int, language: str):
    whole.make(pk, language)


@shared_task(name="portal.make_light_libraries", expires=3600)
def make_light_libraries():
    editions.clear()
    whole.clear()
    libraries.withdraw_stale()
    libraries.make_due()


@shared_task(name="portal.clear_unused_pictures")
def clear_unused_pictures():
    pictures.clear_unused()


@shared_task(name="portal.repair_search_index")
def repair_search_index():
    mending.repair()


@shared_task(name="portal.forget_old_reads")
def forget_old_reads():
    reads.forget_old()


@shared_task(name="portal.purge_shared_caches", autoretry_for=(OSError,), retry_backoff=True)
def purge_shared_caches():
    purging.purge()


@shared_task(name="portal.draft_by_machine")
def draft_by_machine(pk: int):
    machine.work_on(pk)


@shared_task(name="portal.requeue_stale_draftings", expires=60)
def requeue_stale_draftings():
    machine.requeue_stale()


@shared_task(name="portal.remind_translators")
def remind_translators():
    giving.remind()


@shared_task(name="portal.forget_text_files")
def forget_text_files():
    recording.forget()
