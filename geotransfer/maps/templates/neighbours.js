// Which zones share a border: those whose rings use the same arc.
(function (gt) {
  "use strict";

  // Per arc the zones that use it.
  function users(topology) {
    const next = gt.codec.reader(topology.shapes);
    const found = Array.from({ length: topology.count }, () => []);
    for (let zone = 0; zone < topology.size; zone += 1) {
      for (let polygons = next(); polygons > 0; polygons -= 1) {
        for (let rings = next(); rings > 0; rings -= 1) {
          for (let arcs = next(); arcs > 0; arcs -= 1) {
            const list = found[Math.floor(next() / 2)];
            if (!list.includes(zone)) { list.push(zone); }
          }
        }
      }
    }
    return found;
  }

  function adjacency(topology) {
    const near = Array.from({ length: topology.size }, () => new Set());
    users(topology).forEach((zones) => zones.forEach((a) => zones.forEach((b) => { if (a !== b) { near[a].add(b); } })));
    return near;
  }

  // Neighbours in the order of their ranks, those without a rank last.
  function of(state, zone) {
    state.adjacency = state.adjacency || adjacency(state.data.zones.topology);
    const place = (one) => (state.rank[one] > 0 ? state.rank[one] : Infinity);
    return Array.from(state.adjacency[zone]).sort((a, b) => (place(a) === place(b) ? a - b : place(a) - place(b)));
  }

  gt.neighbours = { of: of };
})(window.geotransfer = window.geotransfer || {});
