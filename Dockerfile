# One image for web, workers, beat, watchdog and migrations; docker-compose.yml says which command each runs.
FROM python:3.13-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN useradd --system --create-home --uid 10001 bonewatch \
    && install -d -o bonewatch -g bonewatch /app /var/lib/bonewatch/metrics
WORKDIR /app

COPY requirements/production.txt requirements/production.txt
RUN pip install --require-hashes -r requirements/production.txt

COPY manage.py Procfile ./
COPY config config
COPY patients patients
COPY messaging messaging
COPY reminders reminders
COPY alerts alerts
COPY inbox inbox
COPY portal portal
COPY staff staff
COPY desk desk
COPY templates templates
RUN DJANGO_SETTINGS_MODULE=config.settings.build python manage.py collectstatic --no-input --verbosity 0

USER bonewatch
ENV DJANGO_SETTINGS_MODULE=config.settings.production BONEWATCH_VAR=/var/lib/bonewatch
EXPOSE 8000
CMD ["gunicorn", "config.wsgi:application", "--config", "python:config.gunicorn"]
