"""Home Assistant's MQTT discovery for the health of stations and devices, pure. An option: site.toml, home_assistant.

It is told of every station and every device that a station has told of; its states it reads where everyone reads them.
"""

from __future__ import annotations

from typing import Any

import msgspec

from hall.topics import DISCOVERY, Tree
from upkeep.picture import Picture, StationSeen

READY = "{{ 'ON' if value_json.life == 'ready' else 'OFF' }}"
TROUBLE = "{{{{ 'OFF' if value_json.devices['{name}'][0] == 'ready' else 'ON' }}}}"
REASON = "{{{{ {{'reason': value_json.devices['{name}'][1]}} | tojson }}}}"


def discovery(seen: Picture) -> dict[str, bytes]:
    """What is to be published, retained: topic and message of each sensor."""
    found: dict[str, bytes] = {}
    for station in (seen.hub, *seen.stations):
        node = f"jiaohao-{seen.hall}-{station.id}"
        for what, sensor in _sensors(seen.hall, station).items():
            config = {**sensor, "unique_id": f"{node}-{what}", "device": _machine(seen, node, station)}
            found[f"{DISCOVERY}/binary_sensor/{node}/{what}/config"] = msgspec.json.encode(config)
    return found


def _machine(seen: Picture, node: str, station: StationSeen) -> dict[str, Any]:
    told: dict[str, Any] = {"identifiers": [node], "name": f"{seen.name} {station.id}", "manufacturer": "jiaohao"}
    return told | ({"sw_version": station.version} if station.version else {})


def _sensors(hall: str, station: StationSeen) -> dict[str, dict[str, Any]]:
    topic = Tree(hall).state(station.id)
    sensors: dict[str, dict[str, Any]] = {
        "ready": {"name": "ready", "device_class": "connectivity", "state_topic": topic, "value_template": READY}
    }
    for device in station.devices:
        # A name goes into a topic and into a template: one with anything else in it is not offered.
        if device.name.replace("-", "").replace("_", "").isalnum() and device.name.isascii():
            sensors[f"device-{device.name}"] = {
                "name": device.name,
                "device_class": "problem",
                "state_topic": topic,
                "value_template": TROUBLE.format(name=device.name),
                "json_attributes_topic": topic,
                "json_attributes_template": REASON.format(name=device.name),
            }
    return sensors
