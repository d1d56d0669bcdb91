// The cells of the suitability raster as one picture between the zones and the national outline; off at start.
(function (gt) {
  "use strict";

  // As an overlay of the layer control and its layer; none for a result without a raster.
  function layers(map, cells) {
    if (!cells) { return { overlays: [], groups: [] }; }
    const pane = map.createPane("gt-cells");
    pane.style.zIndex = 430;
    pane.style.pointerEvents = "none";
    const picture = L.imageOverlay(cells.picture, cells.corners, { pane: "gt-cells", className: "gt-cells", alt: "" });
    return { overlays: [{ title: cells.title, colour: "#1d91c0", symbol: "area", shown: false }], groups: [picture] };
  }

  gt.cells = { layers: layers };
})(window.geotransfer = window.geotransfer || {});
