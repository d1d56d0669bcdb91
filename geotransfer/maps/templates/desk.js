// Wires what stands around the map and the sliders: presets, address, files, histogram, comparison.
(function (gt) {
  "use strict";
  const at = (id) => document.getElementById(id);

  // page: {map, state, sliders, visit, again (compute and show), update (show)}
  function wire(page) {
    const { map, state, sliders } = page;
    state.visit = page.visit;
    gt.finder.wire(state, page.update);
    gt.histogram.wire(state, page.update);
    gt.weights.wire(state, sliders, page.again);
    at("gt-copy").addEventListener("click", () => gt.share.copy(state));
    at("gt-png").addEventListener("click", () => gt.picture.save(map));
    if (gt.share.read(state)) { sliders.reset(state.weights); page.recompute(); }
  }

  // After every change of weights, ranks, brush or language.
  function show(state) {
    gt.weights.show(state);
    gt.compare.show(state);
    gt.share.write(state);
  }

  gt.desk = { wire: wire, show: show };
})(window.geotransfer = window.geotransfer || {});
