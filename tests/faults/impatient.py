"""The portal's Celery, with a broker that waits a second for an acknowledgement before it delivers a message again."""

from mlmportal.celery import app

app.conf.broker_transport_options = {
    **(app.conf.broker_transport_options or {}),
    "visibility_timeout": 1,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
}
