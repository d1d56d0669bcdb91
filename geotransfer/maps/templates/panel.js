// The panels beside the map: legend, layer control, sliders, sources.
(function (gt) {
  "use strict";
  const { words, element, both, number } = gt.text;
  const at = (id) => document.getElementById(id);

  function swatch(colour) {
    const box = element("span", colour === null ? "gt-swatch gt-hatch" : "gt-swatch");
    if (colour !== null) { box.style.background = colour; }
    return box;
  }

  function legendRow(entry) {
    const label = element("span", "", entry.label instanceof Node ? entry.label : String(entry.label));
    return element("li", "", swatch(entry.colour), label, element("small", "", entry.count === null ? "" : entry.count.toLocaleString("en")));
  }

  function showLegend(title, lines, entries) {
    at("gt-theme").replaceChildren(both(title));
    const notes = lines.map((line) => element("p", "", line));
    const heading = element("li", "gt-counts", element("small", "", both(words.zones)));
    at("gt-legend").replaceChildren(...notes, element("ul", "", heading, ...entries.map(legendRow)));
  }

  function label(...parts) {
    return element("span", "", ...parts).innerHTML; // built from text nodes: names in it are escaped
  }

  // Leaflet's own layer control, standing in the panel instead of on the map.
  function layerControl(map, themes, overlays, groups, choose) {
    const bases = {};
    const places = {};
    themes.forEach((theme, i) => {
      const base = L.layerGroup();
      base.on("add", () => choose(theme));
      bases[label(both(theme.title))] = base;
      if (i === 0) { base.addTo(map); }
    });
    overlays.forEach((overlay, i) => {
      places[label(gt.atlas.symbol(overlay), both(overlay.title))] = groups[i];
      if (overlay.shown) { groups[i].addTo(map); }
    });
    const control = L.control.layers(bases, places, { collapsed: false, sortLayers: false }).addTo(map);
    at("gt-layers").append(control.getContainer());
  }

  function slider(criterion, c, weight, change) {
    const input = element("input", "");
    const id = `gt-weight-${c}`;
    Object.assign(input, { type: "range", min: 0, max: 1, step: 0.01, id: id });
    input.value = weight;
    input.dataset.criterion = criterion.id;
    const name = element("label", "", both(criterion.title));
    name.htmlFor = id;
    const share = element("output", "");
    share.htmlFor = id;
    input.addEventListener("input", () => change(c, Number(input.value)));
    return { box: element("div", "gt-weight", name, share, input), input: input, share: share };
  }

  // One slider per weighted criterion; a criterion without weight is a layer only.
  function weightSliders(criteria, weights, change) {
    const sliders = new Map();
    criteria.forEach((criterion, c) => {
      if (weights[c] > 0) { sliders.set(c, slider(criterion, c, weights[c], change)); }
    });
    at("gt-weights").replaceChildren(...Array.from(sliders.values(), (one) => one.box));
    return {
      show: (shares) => sliders.forEach((one, c) => {
        one.share.textContent = shares ? `${(100 * shares[c]).toFixed(1)} %` : "–";
      }),
      reset: (initial) => sliders.forEach((one, c) => { one.input.value = initial[c]; })
    };
  }

  function showSources(inputs) {
    at("gt-sources").querySelector("ul").replaceChildren(...inputs.map((input) => {
      return element("li", "", both(input.title), " (", both(input.quality), "): ", both(input.source), " · ", both(input.licence));
    }));
    at("gt-sources").hidden = inputs.length === 0;
  }

  // How a criterion's value becomes a score, as one line under the legend's title.
  function scaleLine(criterion) {
    const out = document.createDocumentFragment();
    const steps = criterion.points.map(([value, score]) => `${number(value)} → ${number(score, 2)}`).join("; ");
    out.append(both(words.scale), " (", both(criterion.unit));
    if (criterion.scale === "log") { out.append(both(words.log)); }
    out.append(`): ${steps}`);
    if (criterion.curve) { out.append("; ", both(criterion.curve)); }
    return out;
  }

  gt.panel = {
    showLegend: showLegend,
    layerControl: layerControl,
    weightSliders: weightSliders,
    showSources: showSources,
    scaleLine: scaleLine
  };
})(window.geotransfer = window.geotransfer || {});
