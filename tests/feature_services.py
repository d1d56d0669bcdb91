"""A WFS and an OGC API with two parks, in a process of their own: GDAL keeps Python waiting while it asks for a layer.

    python tests/feature_services.py

prints its address and serves until it is ended. Paths: /wfs, /wfs-of-two (two layers), /api, /silent.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

CAPABILITIES = """<?xml version="1.0" encoding="UTF-8"?>
<wfs:WFS_Capabilities version="2.0.0" xmlns:wfs="http://www.opengis.net/wfs/2.0"
  xmlns:ows="http://www.opengis.net/ows/1.1" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:plan="urn:plan">
 <ows:ServiceIdentification><ows:Title>t</ows:Title><ows:ServiceType>WFS</ows:ServiceType>
  <ows:ServiceTypeVersion>2.0.0</ows:ServiceTypeVersion></ows:ServiceIdentification>
 <ows:OperationsMetadata><ows:Operation name="GetFeature"><ows:DCP><ows:HTTP>
  <ows:Get xlink:href="{address}"/></ows:HTTP></ows:DCP></ows:Operation></ows:OperationsMetadata>
 <wfs:FeatureTypeList>{types}</wfs:FeatureTypeList>
</wfs:WFS_Capabilities>"""
TYPE = """<wfs:FeatureType><wfs:Name>plan:{name}</wfs:Name><wfs:Title>{name}</wfs:Title>
 <wfs:DefaultCRS>urn:ogc:def:crs:EPSG::4326</wfs:DefaultCRS></wfs:FeatureType>"""
SCHEMA = """<?xml version="1.0"?><xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:plan="urn:plan"
  xmlns:gml="http://www.opengis.net/gml/3.2" targetNamespace="urn:plan" elementFormDefault="qualified">
 <xsd:import namespace="http://www.opengis.net/gml/3.2"/>
 <xsd:complexType name="parksType"><xsd:complexContent><xsd:extension base="gml:AbstractFeatureType"><xsd:sequence>
  <xsd:element name="name" type="xsd:string"/><xsd:element name="area" type="xsd:double"/>
  <xsd:element name="geom" type="gml:PointPropertyType"/>
 </xsd:sequence></xsd:extension></xsd:complexContent></xsd:complexType>
 <xsd:element name="parks" type="plan:parksType" substitutionGroup="gml:AbstractFeature"/></xsd:schema>"""
# EPSG:4326 by URN: latitude first
FEATURES = """<?xml version="1.0" encoding="UTF-8"?><wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0"
  xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:plan="urn:plan" numberMatched="2" numberReturned="2">
 <wfs:member><plan:parks gml:id="parks.1"><plan:name>宁东园区</plan:name><plan:area>40.5</plan:area>
  <plan:geom><gml:Point gml:id="p1" srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>38.1 106.6</gml:pos></gml:Point>
  </plan:geom></plan:parks></wfs:member>
 <wfs:member><plan:parks gml:id="parks.2"><plan:name>乙园</plan:name><plan:area>3</plan:area>
  <plan:geom><gml:Point gml:id="p2" srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>36 105.5</gml:pos></gml:Point>
  </plan:geom></plan:parks></wfs:member>
</wfs:FeatureCollection>"""
PARK = {
    "type": "Feature", "id": 1, "properties": {"name": "宁东园区"},
    "geometry": {"type": "Point", "coordinates": [106.6, 38.1]},
}  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    """Answers by path; 404 for what it does not have."""

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        host = f"http://{self.headers['Host']}"
        if asked.path == "/silent":
            time.sleep(3)
        query = {key.lower(): value[0].lower() for key, value in parse_qs(asked.query).items()}
        if asked.path in ("/wfs", "/wfs-of-two"):
            self._answer(_wfs(host + asked.path, query.get("request", "getcapabilities")), "text/xml")
        elif asked.path.startswith("/api"):
            self._answer(json.dumps(_api(asked.path, f"{host}/api")), "application/geo+json")
        else:
            self.send_error(404)

    def _answer(self, text: str, kind: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _wfs(address: str, request: str) -> str:
    names = ("parks", "roads") if address.endswith("two") else ("parks",)
    capabilities = CAPABILITIES.format(address=address, types="".join(TYPE.format(name=name) for name in names))
    return {"describefeaturetype": SCHEMA, "getfeature": FEATURES}.get(request, capabilities)


def _api(path: str, root: str) -> dict[str, object]:
    collection = {
        "id": "parks", "title": "parks", "itemType": "feature",
        "links": [{"rel": "items", "type": "application/geo+json", "href": f"{root}/collections/parks/items"}],
    }  # fmt: skip
    if path.endswith("/items"):
        return {"type": "FeatureCollection", "features": [PARK]}
    if path.endswith("/parks"):
        return collection
    if path.endswith("/collections"):
        return {"links": [], "collections": [collection]}
    link = {"rel": "data", "type": "application/json", "href": f"{root}/collections"}
    return {"title": "t", "links": [link]}


@contextmanager
def feature_services() -> Iterator[str]:
    """Yield the address of a process that serves."""
    with subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}\n")
        sys.stdout.flush()
        server.serve_forever()
