// Wires map, panels and arithmetic together. start(map) runs once, after folium has made the Leaflet map.
(function (gt) {
  "use strict";
  const { words, both, element } = gt.text;
  const at = (id) => document.getElementById(id);
  const CLASSES = 7;
  const range = (low, high, write) => `${write(low)} – ${write(high)}`;

  function makeState(data) {
    const weights = data.criteria.map((criterion) => criterion.weight);
    const state = {
      data: data,
      criteria: data.criteria,
      values: gt.codec.float32(data.values),
      scores: gt.codec.float64(data.scores),
      initial: weights,
      classing: "quantile",
      eligibleLand: data.zones.eligible && gt.codec.float32(data.zones.eligible),
      stability: data.stability && {
        ...data.stability, low: gt.codec.int32(data.stability.low), high: gt.codec.int32(data.stability.high)
      },
      status: (zone) => {
        const letter = data.zones.status[zone];
        return letter === "r" && !state.shares ? words.noWeightsZone : data.statuses[letter];
      }
    };
    state.eligible = Array.from(data.zones.status, (letter) => letter === "r");
    restore(state);
    return state;
  }

  // The run's own scores and ranks, as written by Python.
  function restore(state) {
    state.weights = state.initial.slice();
    state.locks = new Map();
    state.shares = gt.scoring.normalise(state.weights);
    state.score = gt.codec.float64(state.data.score);
    state.rank = gt.codec.int32(state.data.rank);
    state.order = Array.from(state.rank.keys()).filter((zone) => state.rank[zone] > 0).sort((a, b) => state.rank[a] - state.rank[b] || a - b);
    state.breaks = state.data.breaks;
  }

  function recompute(state) {
    state.shares = gt.weights.shares(state);
    const scores = state.shares
      ? gt.scoring.aggregations[state.data.method](state.scores, state.shares, state.eligible)
      : new Float64Array(state.eligible.length).fill(NaN);
    state.score = scores.map((score, zone) => (state.eligible[zone] ? score : NaN));
    Object.assign(state, gt.scoring.ranks(state.score, state.data.zones.zone));
    state.breaks = gt.scoring.quantileBreaks(state.score, CLASSES);
  }

  // A theme says, for each zone, which entry of its legend it belongs to.
  function classes(state, quantiles, values, write = (value) => value.toFixed(3)) {
    const breaks = gt.classes.breaks(state.classing, values, quantiles);
    const { statuses, zones: { status: letters } } = state.data;
    const colours = gt.atlas.ramp(breaks.length);
    let low = values.reduce((least, value) => (value < least ? value : least), Infinity);
    const entries = breaks.map((high, k) => {
      const entry = { colour: colours[k], label: range(low, high, write), count: 0 };
      low = high;
      return entry;
    });
    const excluded = { colour: gt.atlas.colours.excluded, label: both(statuses.e), count: 0 };
    const unknown = { colour: null, label: both(statuses.u), count: 0 };
    const unweighted = { colour: gt.atlas.colours.unweighted, label: both(words.noWeightsZone), count: 0 };
    const entryOf = (value, zone) => {
      if (letters[zone] === "e") { return excluded; }
      if (letters[zone] === "r" && !breaks.length && !state.shares) { return unweighted; }
      return Number.isNaN(value) ? unknown : entries[gt.scoring.classOf(value, breaks)];
    };
    const of = Array.from(values, (value, zone) => entryOf(value, zone));
    return { of: of, entries: entries.reverse().concat(unweighted, excluded, unknown) };
  }

  function scoreTheme(state) {
    return {
      id: "score",
      title: words.score,
      lines: () => [both(words.scoreUnit), both(gt.classes.names[state.classing])],
      classed: true,
      legend: () => classes(state, state.breaks, state.score)
    };
  }

  function criterionTheme(state, criterion, c) {
    const width = state.criteria.length;
    const column = Float64Array.from(state.data.zones.zone, (_, zone) => state.scores[zone * width + c]);
    return {
      id: criterion.id,
      title: criterion.title,
      lines: () => [both(words.scoreUnit), gt.panel.scaleLine(criterion), both(gt.classes.names[state.classing])],
      classed: true,
      legend: () => classes(state, criterion.breaks, column)
    };
  }

  function measureTheme(state, measure) {
    if (measure.better) { return gt.diverging.theme(state, measure); }
    const column = gt.codec.float64(measure.values);
    const lines = () => [both(measure.unit), both(words.deeper), both(gt.classes.names[state.classing])];
    return { id: measure.id, title: measure.title, lines: lines, classed: true, legend: () => classes(state, measure.breaks, column, gt.text.number) };
  }

  function statusTheme(state) {
    const entries = {
      r: { colour: gt.atlas.colours.ranked, label: both(state.data.statuses.r), count: 0 },
      e: { colour: gt.atlas.colours.excluded, label: both(state.data.statuses.e), count: 0 },
      u: { colour: null, label: both(state.data.statuses.u), count: 0 }
    };
    const copy = () => Object.fromEntries(Object.entries(entries).map(([k, e]) => [k, { ...e, label: e.label.cloneNode(true) }]));
    return {
      id: "status",
      title: words.status,
      lines: () => [],
      legend: () => {
        const fresh = copy();
        return { of: Array.from(state.data.zones.status, (letter) => fresh[letter]), entries: Object.values(fresh) };
      }
    };
  }

  function stabilityTheme(state) {
    const { statuses, zones: { status: letters } } = state.data;
    return {
      id: "stability",
      title: words.stability,
      lines: () => [both(words.stabilityUnit)],
      legend: () => {
        const entries = state.stability.classes.map((title, k) => (
          { colour: gt.atlas.colours.stability[k], label: both(title), count: 0 }));
        const excluded = { colour: gt.atlas.colours.excluded, label: both(statuses.e), count: 0 };
        const unknown = { colour: null, label: both(statuses.u), count: 0 };
        const of = state.stability.index.map((k, zone) => (letters[zone] === "e" ? excluded : entries[k] || unknown));
        return { of: of, entries: entries.concat(excluded, unknown) };
      }
    };
  }

  function makeView(map, state) {
    const zones = gt.atlas.drawZones(map, state.data);
    const pattern = gt.atlas.hatch();
    const view = { zones: zones, theme: null };
    view.paint = function () {
      state.shown = view.theme.id;
      const legend = gt.histogram.filtered(state, view.theme.legend());
      at("gt-classing").hidden = !view.theme.classed;
      legend.of.forEach((entry) => { entry.count += 1; });
      zones.paint(legend.of.map((entry) => (entry.colour === null ? pattern : entry.colour)));
      const outside = { colour: gt.atlas.colours.land, label: both(words.outside), count: null };
      const shown = legend.entries.filter((entry) => entry.count > 0).concat(outside);
      gt.panel.showLegend(view.theme.title, view.theme.lines(), shown);
    };
    return view;
  }

  function wireZones(map, state, view, frame) {
    const drawn = view.zones.layers.filter(Boolean);
    let open = null;
    const popup = L.popup();
    popup.on("remove", () => { open = null; });
    const show = (zone, where) => {
      open = zone;
      gt.compare.visited(state, zone);
      const size = map.getSize(); // the popup's frame and tip need the rest
      Object.assign(popup.options, {
        maxWidth: Math.min(400, size.x - 56), minWidth: Math.min(330, size.x - 56), maxHeight: Math.max(120, size.y - 80)
      });
      popup.setLatLng(where).setContent(gt.cards.card(state, zone)).openOn(map);
    };
    const tooltip = L.tooltip({ sticky: true, opacity: 1 });
    drawn.forEach((layer) => {
      layer.on("mouseover mousemove", (event) => {
        if (event.type === "mouseover") {
          tooltip.setContent(gt.cards.tip(state, layer.zone));
          view.zones.lift(layer);
        }
        tooltip.setLatLng(event.latlng);
        if (!map.hasLayer(tooltip)) { tooltip.addTo(map); }
      });
      layer.on("mouseout", () => {
        view.zones.rest(layer);
        tooltip.remove();
      });
      layer.on("click", (event) => { tooltip.remove(); show(layer.zone, event.latlng); });
    });
    return {
      visit: (zone) => {
        const layer = view.zones.layers[zone];
        if (!layer) { return; }
        frame.keep();
        frame.bringIntoView();
        const bounds = layer.getBounds ? layer.getBounds() : L.latLngBounds([layer.getLatLng()]);
        map.fitBounds(bounds.pad(2), { maxZoom: 7, animate: false });
        show(zone, bounds.getCenter());
      },
      refresh: () => { if (open !== null) { popup.setContent(gt.cards.card(state, open)); } }
    };
  }

  function wireWeights(state, update) {
    let waiting = false;
    const sliders = gt.panel.weightSliders(state.criteria, state.initial, (c, weight) => {
      state.weights[c] = weight;
      if (waiting) { return; }
      waiting = true; // one repaint per frame, however fast the drag
      requestAnimationFrame(() => {
        waiting = false;
        recompute(state);
        update();
      });
    });
    at("gt-reset").addEventListener("click", () => {
      restore(state);
      sliders.reset(state.initial);
      update();
    });
    return sliders;
  }

  // On a narrow page the map lies above the list of names, under notes that stay on the screen.
  function bringIntoView() {
    if (!window.matchMedia("(max-width: 1080px)").matches) { return; }
    const notes = at("gt-notes");
    at("gt-map").style.scrollMarginTop = `${notes ? notes.offsetHeight : 0}px`;
    at("gt-map").scrollIntoView({ block: "start" });
  }

  function wireMap(map, whole, first) {
    const box = map.getContainer();
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", "地图 Map");
    at("gt-slot").append(box);
    let moved = false;
    let shown = first;
    const home = () => { map.closePopup(); map.fitBounds(shown, { animate: false }); };
    const step = (by) => () => { moved = true; map.setZoom(map.getZoom() + by); };
    ["pointerdown", "wheel", "keydown"].forEach((kind) => box.addEventListener(kind, () => { moved = true; }, { passive: true }));
    at("gt-zoom-in").addEventListener("click", step(1));
    at("gt-zoom-out").addEventListener("click", step(-1));
    at("gt-home").addEventListener("click", () => { moved = false; shown = whole; home(); });
    new ResizeObserver(() => {
      if (document.documentElement.classList.contains("gt-print")) { return; } // the sheet of print.js is drawn already
      map.invalidateSize({ animate: false });
      if (!moved) { home(); } // the first view stays until the reader moves the map
    }).observe(at("gt-slot"));
    map.invalidateSize({ animate: false });
    home();
    return { keep: () => { moved = true; }, bringIntoView: bringIntoView };
  }

  function wireLanguages(changed) {
    document.querySelector("meta[name=viewport]").content = "width=device-width, initial-scale=1"; // folium forbids zooming
    document.querySelectorAll("#gt-languages button").forEach((button) => {
      button.addEventListener("click", () => {
        gt.text.setLanguage(button.dataset.language);
        changed();
      });
    });
    gt.text.setLanguage(gt.share.language() || "zh-CN");
  }

  gt.start = function (map) {
    const data = JSON.parse(at("gt-data").textContent);
    const frame = wireMap(map, data.view, data.first_view);
    gt.atlas.drawOutline(map, data.outline);
    gt.tiles.draw(map, data.tiles);
    const state = makeState(data);
    const view = makeView(map, state);
    const zones = wireZones(map, state, view, frame);
    wireLanguages(() => { gt.ranked.speak(); gt.finder.speak(state); gt.classes.speak(); gt.share.write(state); zones.refresh(); }); // an open card has another height in the other language
    const update = () => {
      gt.histogram.show(state);
      view.paint();
      sliders.show(state.shares);
      gt.ranked.show(state, zones.visit);
      zones.refresh();
      gt.desk.show(state);
    };
    const sliders = wireWeights(state, update);
    const themes = [scoreTheme(state), ...state.criteria.map((one, c) => criterionTheme(state, one, c)), statusTheme(state)];
    if (state.stability) { themes.splice(1, 0, stabilityTheme(state)); }
    const money = data.measures.map((measure) => measureTheme(state, measure));
    const first = !data.plan && money.length && money[0].id === "delivered_cost_yuan_per_unit" ? money.splice(0, 1) : [];
    themes.unshift(...first);
    themes.splice(themes.length - 1, 0, ...money);
    const cells = gt.cells.layers(map, data.cells);
    const overlays = data.overlays.concat(cells.overlays);
    const groups = gt.atlas.overlayGroups(map, data.overlays).concat(cells.groups);
    view.theme = themes[0];
    gt.panel.layerControl(map, themes, overlays, groups, (theme) => { view.theme = theme; view.paint(); });
    gt.panel.showSources(data.inputs);
    const again = () => { recompute(state); update(); };
    gt.desk.wire({ map: map, state: state, sliders: sliders, visit: zones.visit, update: update, again: again, recompute: () => recompute(state) });
    gt.ranked.wire(state, zones.visit);
    at("gt-inexact").hidden = data.exact || !data.method;
    at("gt-fixed").hidden = Boolean(data.method);
    document.querySelectorAll("#gt-weights input, #gt-reset").forEach((one) => { one.disabled = !data.method; });
    update();
    gt.classes.wire(state, view.paint);
    gt.access.wire(map);
    gt.paper.wire(map);
    gt.state = state;
  };
})(window.geotransfer = window.geotransfer || {});
