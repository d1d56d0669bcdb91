// Draws: land under the zones, zones on one canvas, the national outline and lines above them, overlays on top.
(function (gt) {
  "use strict";

  const RAMP = ["#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#0c2c84"]; // ColorBrewer YlGnBu
  const EXCLUDED = "#cdd1d5";
  const LAND = "#f4f4f1";
  const RANKED = "#5aa2c4";
  const UNWEIGHTED = "#e6dff0";
  const STABILITY = ["#08519c", "#6baed6", "#fdae61", "#f3ead3"]; // safe for the colour-blind, dark to light
  const EDGE = "#1f2933"; // round points and parks, which would be lost without
  const BORDER = "rgba(255,255,255,0.6)";
  const CLOSE = 5.5; // zoom from which borders between zones are drawn in full
  const OUTLINE = "#3e4c59";
  const UNDEMARCATED = "4 4";

  function hatch() {
    const tile = document.createElement("canvas");
    tile.width = 6;
    tile.height = 6;
    const pen = tile.getContext("2d");
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, 6, 6);
    pen.strokeStyle = "#8a949e";
    pen.lineWidth = 1;
    pen.beginPath();
    [-6, 0, 6].forEach((shift) => { pen.moveTo(shift - 1, 7); pen.lineTo(shift + 7, -1); });
    pen.stroke();
    return pen.createPattern(tile, "repeat");
  }

  // The colours of n classes, from the whole ramp.
  function ramp(n) {
    return Array.from({ length: n }, (_, k) => RAMP[n === 1 ? RAMP.length - 1 : Math.round(k * (RAMP.length - 1) / (n - 1))]);
  }

  function pane(map, name, level, clicks) {
    const made = map.createPane(name);
    made.style.zIndex = level;
    if (!clicks) { made.style.pointerEvents = "none"; }
    return name;
  }

  function still(map, name, level) {
    return { pane: pane(map, name, level, false), interactive: false };
  }

  function drawOutline(map, outline) {
    const land = gt.codec.decode(outline.land);
    const under = still(map, "gt-land", 300);
    const over = still(map, "gt-outline", 450);
    under.renderer = L.canvas({ pane: under.pane, padding: 0.2 });
    over.renderer = L.canvas({ pane: over.pane, padding: 0.2 });
    L.polygon(land.shapes.flat(), { ...under, stroke: false, fillColor: LAND, fillOpacity: 1 }).addTo(map);
    const inner = land.arcs.filter((_, i) => land.used[i] > 1);
    const outer = land.arcs.filter((_, i) => land.used[i] === 1);
    L.polyline(inner, { ...over, color: OUTLINE, weight: 0.9, opacity: 0.75 }).addTo(map);
    L.polyline(outer, { ...over, color: OUTLINE, weight: 1.5 }).addTo(map);
    outline.lines.forEach((line) => {
      const dashes = line.name === "未定国界" ? UNDEMARCATED : null;
      L.polyline(line.paths, { ...over, color: OUTLINE, weight: dashes ? 1.2 : 2.2, dashArray: dashes }).addTo(map);
    });
  }

  // Thin borders on the national view: full ones would wash the colours of small zones out.
  function borderWeight(map) {
    return map.getZoom() < CLOSE ? 0.2 : 0.7;
  }

  function zoneLayers(map, data) {
    const zones = data.zones;
    const shapes = gt.codec.decode(zones.topology).shapes;
    const points = new Map(zones.points.map(([zone, lon, lat]) => [zone, [lat, lon]]));
    const renderer = L.canvas({ padding: 0.2 });
    const raised = { pane: pane(map, "gt-points", 470, true), color: EDGE, weight: 1.2, fillOpacity: 1, fillColor: EXCLUDED };
    raised.renderer = L.svg({ pane: raised.pane }); // lets the pointer through to what lies between
    const style = { renderer: renderer, color: BORDER, weight: borderWeight(map), fillOpacity: 1, fillColor: EXCLUDED, smoothFactor: 0.4 };
    return zones.zone.map((_, i) => {
      let layer = null;
      if (points.has(i)) {
        layer = L.circleMarker(points.get(i), { ...raised, radius: 6 });
      } else if (shapes[i].length) {
        layer = L.polygon(shapes[i], zones.small ? raised : style);
      }
      if (layer) { layer.zone = i; layer.raised = points.has(i) || zones.small; layer.addTo(map); }
      return layer;
    });
  }

  // Zones on canvas. paint(fills) restyles those whose fill changed.
  function drawZones(map, data) {
    const layers = zoneLayers(map, data);
    const drawn = new Array(layers.length).fill(null);
    let weight = borderWeight(map);
    const rest = (layer) => layer.setStyle(layer.raised ? { color: EDGE, weight: 1.2 } : { color: BORDER, weight: weight });
    map.on("zoomend", () => {
      if (borderWeight(map) === weight) { return; }
      weight = borderWeight(map);
      layers.filter(Boolean).forEach(rest);
    });
    return {
      layers: layers,
      lift: (layer) => layer.setStyle({ color: "#111827", weight: layer.raised ? 2.6 : 1.8 }).bringToFront(),
      rest: rest,
      paint: function (fills) {
        layers.forEach((layer, i) => {
          if (layer && drawn[i] !== fills[i]) {
            drawn[i] = fills[i];
            const plain = typeof fills[i] === "string" || !layer.raised;
            layer.setStyle({ fillColor: plain ? fills[i] : "url(#gt-hatch)" });
          }
        });
      }
    };
  }

  function symbol(overlay) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "gt-symbol");
    svg.setAttribute("width", "18");
    svg.setAttribute("height", "16");
    svg.setAttribute("aria-hidden", "true");
    const shape = {
      line: ["path", { d: "M1 12 L7 6 L11 9 L17 3", "stroke-width": 2.5, fill: "none" }],
      ring: ["circle", { cx: 9, cy: 8, r: 4.5, "stroke-width": 2, fill: "#ffffff" }],
      dot: ["circle", { cx: 9, cy: 8, r: 4.5, fill: overlay.colour }],
      square: ["rect", { x: 4.5, y: 3.5, width: 9, height: 9, fill: overlay.colour }],
      area: ["rect", { x: 2, y: 2, width: 14, height: 12, "stroke-width": 2, "stroke-dasharray": "4 2", fill: "none" }]
    }[overlay.symbol];
    const drawn = document.createElementNS("http://www.w3.org/2000/svg", shape[0]);
    Object.entries({ stroke: overlay.colour, ...shape[1] }).forEach(([name, value]) => drawn.setAttribute(name, value));
    svg.append(drawn);
    return svg;
  }

  function place(at, overlay, common) {
    if (overlay.symbol === "square") {
      const icon = document.createElement("div");
      icon.style.background = overlay.colour;
      return L.marker(at, {
        pane: common.pane,
        icon: L.divIcon({ html: icon, className: "gt-place", iconSize: [8, 8] }),
        keyboard: false
      });
    }
    const ring = overlay.symbol === "ring";
    return L.circleMarker(at, {
      ...common, radius: ring ? 3 : 4, color: overlay.colour, weight: ring ? 1.5 : 1,
      fillColor: ring ? "#ffffff" : overlay.colour, fillOpacity: 1
    });
  }

  function overlayGroup(map, overlay, common) {
    const group = L.layerGroup();
    overlay.features.forEach((feature) => {
      const dashes = overlay.symbol === "area" ? "6 3" : null;
      const drawn = feature.points
        ? feature.points.map((at) => place(at, overlay, common))
        : [L.polyline(feature.paths, { ...common, color: overlay.colour, weight: feature.width || (dashes ? 1.5 : 2), dashArray: dashes })];
      drawn.forEach((layer) => {
        layer.bindTooltip(() => gt.cards.feature(overlay, feature), { sticky: true, opacity: 1 });
        if (feature.detail) { layer.bindPopup(() => gt.cards.feature(overlay, feature)); }
        group.addLayer(layer);
      });
    });
    return group;
  }

  // Overlays as SVG: the pane lets the pointer through to the zones between the symbols.
  function overlayGroups(map, overlays) {
    const common = { pane: pane(map, "gt-overlays", 460, true) };
    common.renderer = L.svg({ pane: common.pane });
    return overlays.map((overlay) => overlayGroup(map, overlay, common));
  }

  gt.atlas = {
    colours: { excluded: EXCLUDED, land: LAND, ranked: RANKED, unweighted: UNWEIGHTED, stability: STABILITY },
    hatch: hatch,
    ramp: ramp,
    drawOutline: drawOutline,
    drawZones: drawZones,
    overlayGroups: overlayGroups,
    symbol: symbol
  };
})(window.geotransfer = window.geotransfer || {});
