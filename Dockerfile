# The portal for production: one image for web, worker and beat. See docs/operating.md.
FROM python:3.11.13-slim-bookworm AS build
WORKDIR /srv/portal
COPY requirements.txt .
RUN python -m venv /srv/venv && /srv/venv/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

FROM python:3.11.13-slim-bookworm
ENV PATH=/srv/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=mlmportal.settings PORTAL_MODE=production PORTAL_VAR=/srv/portal/var
RUN useradd --system --uid 10001 --home-dir /srv/portal --shell /usr/sbin/nologin portal
WORKDIR /srv/portal
COPY --from=build /srv/venv /srv/venv
COPY manage.py ./
COPY common ./common
COPY distributors ./distributors
COPY sales ./sales
COPY commissions ./commissions
COPY mlmportal ./mlmportal
COPY demo ./demo
COPY templates ./templates
COPY static ./static
# Static files become part of the image. The settings want a key; this one is used here and nowhere else.
RUN PORTAL_SECRET_KEY=only-for-collecting-static-files-while-the-image-is-built PORTAL_SITE_URL=https://localhost \
    PORTAL_ALLOWED_HOSTS=localhost python manage.py collectstatic --no-input -v 0
# A volume mounted here belongs to whom the folder belongs to.
RUN mkdir -p /srv/portal/var/arrays && chown portal /srv/portal/var/arrays
USER portal
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "2", "--no-ws", "--log-level", "warning", "mlmportal.wsgi:application"]
