from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "sales"

    def ready(self) -> None:
        from common.operations import jobs
        from distributors.operations import leaving, leg_volumes, own_data
        from sales.operations import invoices, own_orders
        from sales.queries import volume

        jobs.register(kind=invoices.JOB, handler=invoices.write)
        leg_volumes.measure_with(volumes=volume.open_volumes)
        own_data.include(part=own_orders.tables)
        leaving.include(ask=own_orders.still_open)
