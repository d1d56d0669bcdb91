// How many ranked zones have which score; a brush keeps map and list to a range of it.
(function (gt) {
  "use strict";
  const { element, both } = gt.text;
  const at = (id) => document.getElementById(id);
  const BINS = 24;
  const [WIDTH, HEIGHT] = [240, 48];
  const DIM = "#eceff1";
  const WORDS = {
    title: { zh: "得分分布", en: "Scores" },
    all: { zh: "全部", en: "All" },
    low: { zh: "下限", en: "From" },
    high: { zh: "上限", en: "To" },
    outside: { zh: "得分在所选范围之外", en: "Score outside the chosen range" }
  };

  // Counts of equal bins from the lowest to the highest score; the last bin holds its upper end (numpy.histogram).
  function bins(scores) {
    const known = Array.from(scores).filter((score) => !Number.isNaN(score));
    const low = known.reduce((a, b) => Math.min(a, b), Infinity);
    const high = known.reduce((a, b) => Math.max(a, b), -Infinity);
    const counts = new Array(BINS).fill(0);
    known.forEach((score) => { counts[high > low ? Math.min(BINS - 1, Math.floor((score - low) / (high - low) * BINS)) : 0] += 1; });
    return { low: low, high: high, counts: counts, known: known.length };
  }

  function inside(state, zone) {
    return !state.brush || (state.score[zone] >= state.brush[0] && state.score[zone] <= state.brush[1]);
  }

  // The legend with ranked zones outside the brush greyed.
  function filtered(state, legend) {
    if (!state.brush) { return legend; }
    const grey = { colour: DIM, label: both(WORDS.outside), count: 0 };
    const of = legend.of.map((entry, zone) => (state.rank[zone] > 0 && !inside(state, zone) ? grey : entry));
    return { of: of, entries: legend.entries.concat(grey) };
  }

  function svg(name, values) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(values).forEach(([key, value]) => made.setAttribute(key, value));
    return made;
  }

  function bars(state, found) {
    const top = Math.max(1, ...found.counts);
    const step = WIDTH / BINS;
    const size = (found.high - found.low) / BINS;
    return found.counts.map((count, k) => {
      const tall = count ? Math.max(1, HEIGHT * count / top) : 0;
      const [left, right] = [found.low + k * size, found.low + (k + 1) * size];
      const lit = !state.brush || (right >= state.brush[0] && left <= state.brush[1]);
      const bar = svg("rect", { x: k * step + 0.5, y: HEIGHT - tall, width: step - 1, height: tall, fill: lit ? "#225ea8" : "#c3ccd4" });
      bar.append(svg("title", {}));
      bar.firstChild.textContent = `${left.toFixed(3)} – ${right.toFixed(3)}: ${count}`;
      return bar;
    });
  }

  function show(state) {
    const found = bins(state.score);
    state.bins = found;
    at("gt-histogram").hidden = found.known < 2 || !(found.high > found.low);
    if (at("gt-histogram").hidden) { state.brush = null; return; }
    at("gt-bars").replaceChildren(...bars(state, found));
    const ends = state.brush || [found.low, found.high];
    ["gt-low", "gt-high"].forEach((id, k) => {
      at(id).value = Math.round(1000 * (ends[k] - found.low) / (found.high - found.low));
      at(id).setAttribute("aria-valuetext", ends[k].toFixed(3));
    });
    at("gt-brushed").textContent = `${ends[0].toFixed(3)} – ${ends[1].toFixed(3)}`;
    at("gt-brush-all").hidden = !state.brush;
  }

  // Parts of the range, 0 to 1; the whole range is no brush.
  function set(state, a, b, update) {
    const [low, high] = [Math.max(0, Math.min(a, b)), Math.min(1, Math.max(a, b))];
    const score = (part) => state.bins.low + part * (state.bins.high - state.bins.low);
    state.brush = low <= 0 && high >= 1 ? null : [low <= 0 ? state.bins.low : score(low), high >= 1 ? state.bins.high : score(high)];
    update();
  }

  function drag(state, drawn, update) {
    let start = null;
    const part = (event) => {
      const box = drawn.getBoundingClientRect();
      return (event.clientX - box.left) / box.width;
    };
    drawn.addEventListener("pointerdown", (event) => { start = part(event); drawn.setPointerCapture(event.pointerId); });
    drawn.addEventListener("pointermove", (event) => {
      if (start !== null && Math.abs(part(event) - start) > 0.01) { set(state, start, part(event), update); }
    });
    drawn.addEventListener("pointerup", (event) => {
      if (start !== null && Math.abs(part(event) - start) <= 0.01) { set(state, 0, 1, update); }
      start = null;
    });
    drawn.addEventListener("pointercancel", () => { start = null; });
  }

  function handle(id, words, value) {
    const input = element("input", "");
    Object.assign(input, { type: "range", id: id, min: 0, max: 1000, step: 10 });
    input.value = value;
    const name = element("label", "", both(words));
    name.htmlFor = id;
    return [name, input];
  }

  function wire(state, update) {
    const drawn = svg("svg", { id: "gt-bars", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    const brushed = element("small", "");
    brushed.id = "gt-brushed";
    const all = element("button", "", both(WORDS.all));
    Object.assign(all, { type: "button", id: "gt-brush-all" });
    all.addEventListener("click", () => set(state, 0, 1, update));
    const ends = element("div", "gt-ends", ...handle("gt-low", WORDS.low, 0), ...handle("gt-high", WORDS.high, 1000));
    at("gt-histogram").replaceChildren(element("div", "gt-brush", both(WORDS.title), brushed, all), drawn, ends);
    drag(state, drawn, update);
    ["gt-low", "gt-high"].forEach((id) => at(id).addEventListener("input", () => {
      set(state, Number(at("gt-low").value) / 1000, Number(at("gt-high").value) / 1000, update);
    }));
  }

  gt.histogram = { wire: wire, show: show, bins: bins, inside: inside, filtered: filtered };
})(window.geotransfer = window.geotransfer || {});
