// Tianditu's tiles over the plain land and under the zones, which let them through; and the warning that they need the network.
(function (gt) {
  "use strict";

  function draw(map, tiles) {
    if (!tiles) { return; }
    map.createPane("gt-tiles").style.zIndex = 310;
    L.tileLayer(tiles.address, { subdomains: tiles.servers, pane: "gt-tiles", maxZoom: 18 }).addTo(map);
    map.getContainer().classList.add("gt-tiled");
    const note = gt.text.element("span", "", gt.text.both(tiles.warning));
    note.id = "gt-tiles-warning";
    document.getElementById("gt-credit").append(note);
  }

  gt.tiles = { draw: draw };
})(window.geotransfer = window.geotransfer || {});
