from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "sales"

    def ready(self) -> None:
        from distributors.operations import leg_volumes
        from sales.queries import volume

        leg_volumes.measure_with(volumes=volume.open_volumes)
