"""The hall's figures for Prometheus. No label carries a person or a ticket."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from hall.messages import Health, Life
from upkeep.picture import Picture, StationSeen, hub_is_here

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class HallCollector(Collector):
    """Draws every figure from one look at the hall."""

    def __init__(self, look: Callable[[], Picture]) -> None:
        self._look = look

    def collect(self) -> Iterator[GaugeMetricFamily]:
        seen = self._look()
        yield _gauge("jiaohao_broker_up", "the watch is connected to the broker", seen.broker)
        yield _gauge("jiaohao_hub_up", "the hub is ready and its clock is heard", hub_is_here(seen))
        if seen.beacon_age_s is not None:
            yield _gauge("jiaohao_hub_beacon_age_seconds", "since the hub's clock was heard", seen.beacon_age_s)
        if seen.taking is not None:
            yield _gauge("jiaohao_taking", "numbers are given out now", seen.taking)
        waiting = GaugeMetricFamily("jiaohao_waiting", "people waiting", labels=["zone"])
        for zone, count in seen.waiting.items():
            waiting.add_metric([zone], count)
        yield waiting
        windows = GaugeMetricFamily("jiaohao_windows", "windows by what they do", labels=["state"])
        for state in sorted({w.state for w in seen.windows}):
            windows.add_metric([state], sum(w.state == state for w in seen.windows))
        yield windows
        yield from _stations(seen.stations)
        alerts = GaugeMetricFamily("jiaohao_alerts", "alerts that stand", labels=["kind"])
        for kind in sorted({a.kind for a in seen.alerts}):
            alerts.add_metric([kind.value], sum(a.kind is kind for a in seen.alerts))
        yield alerts


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, value=float(value))


def _stations(stations: tuple[StationSeen, ...]) -> Iterator[GaugeMetricFamily]:
    up = GaugeMetricFamily("jiaohao_station_up", "the station is ready", labels=["station"])
    boots = GaugeMetricFamily("jiaohao_station_boots", "starts of the station", labels=["station"])
    devices = GaugeMetricFamily("jiaohao_device_up", "the device is ready", labels=["station", "device", "reason"])
    for station in stations:
        up.add_metric([station.id], float(station.life is Life.READY))
        boots.add_metric([station.id], station.boot)
        for device in station.devices:
            devices.add_metric([station.id, device.name, device.reason], float(device.health is Health.READY))
    yield from (up, boots, devices)


def exposition(look: Callable[[], Picture]) -> bytes:
    """All figures in Prometheus' text form."""
    registry = CollectorRegistry()
    registry.register(HallCollector(look))
    return generate_latest(registry)
