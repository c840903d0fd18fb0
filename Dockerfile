# The portal as one image for web server, worker and schedule; see docker-compose.yml.
# The steps are those of `make setup`, carried out by the same scripts.
FROM python:3.11-slim-bookworm

WORKDIR /srv/portal
COPY setup/ setup/
RUN setup/packages.sh run && rm -rf /var/lib/apt/lists/*
COPY requirements.txt ./
RUN setup/environment.sh requirements.txt
COPY . .
RUN setup/messages.sh \
    && useradd --system --home-dir /var/lib/portal --create-home portal

ENV PATH=/srv/portal/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    VAR_DIR=/var/lib/portal
USER portal
VOLUME /var/lib/portal
EXPOSE 8000
CMD ["sh", "-c", "python manage.py prepare && exec python -m gunicorn portal.wsgi --bind 0.0.0.0:8000 --worker-class gthread --workers 2 --threads 4 --worker-tmp-dir /dev/shm --no-control-socket"]
