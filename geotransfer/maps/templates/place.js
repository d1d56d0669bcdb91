// The lower part of a card: money, carbon, rules nobody checked, neighbours, comparison.
(function (gt) {
  "use strict";
  const { element, both, number } = gt.text;
  const WORDS = {
    band: { zh: "5–95 %", en: "5–95 %" },
    books: { zh: "碳排放相对原址", en: "CO2 against the origin" },
    average: { zh: "平均", en: "average" },
    contract: { zh: "合同", en: "contract" },
    marginal: { zh: "边际", en: "marginal" },
    verdict: { zh: "判断: ", en: "Verdict: " },
    unchecked: { zh: "未核查的规则", en: "Rules not checked" },
    neighbours: { zh: "相邻", en: "Neighbours" },
    compare: { zh: "对比", en: "Compare" },
    waiting: { zh: "已选, 再点另一处", en: "Chosen: open another" }
  };
  const COST = "delivered_cost_yuan_per_unit";
  const PARTS = ["#1d4e89", "#7fb3d5", "#c6dbef", "#f1a340", "#7b8a97", "#b9a7d1"];
  const BOOKS = ["average", "contract", "marginal"];

  // A measure with its columns decoded; undefined if the page has none of that name.
  function measureOf(state, id) {
    state.columns = state.columns || new Map();
    if (!state.columns.has(id)) {
      const one = state.data.measures.find((measure) => measure.id === id);
      const band = (text) => (text ? gt.codec.float32(text) : null);
      state.columns.set(id, one && { ...one, values: gt.codec.float64(one.values), low: band(one.low), high: band(one.high) });
    }
    return state.columns.get(id);
  }

  function terms(state) {
    state.terms = state.terms || state.data.terms.map((term) => ({ ...term, values: gt.codec.float32(term.values) }));
    return state.terms;
  }

  function known(measure, zone) {
    return Boolean(measure) && !Number.isNaN(measure.values[zone]);
  }

  function bandOf(measure, zone) {
    if (!measure.low || Number.isNaN(measure.low[zone]) || Number.isNaN(measure.high[zone])) { return null; }
    return `${number(measure.low[zone])}–${number(measure.high[zone])}`;
  }

  // "Delivered cost 6,433 yuan/t (5–95 %: 5,905–7,127)"
  function line(measure, zone, write = number) {
    const out = element("div", "gt-line", both(measure.title), " ", element("b", "", write(measure.values[zone])), " ", both(measure.unit));
    const band = bandOf(measure, zone);
    if (band) { out.append(" (", both(WORDS.band), `: ${band})`); }
    return out;
  }

  // A track as long as the whole allows, filled as far as it is reached.
  function bar(length, filled) {
    const fill = element("span", "gt-fill");
    fill.style.width = `${100 * Math.min(1, Math.max(0, filled))}%`;
    const track = element("span", "gt-track", fill);
    track.style.width = `${100 * Math.min(1, Math.max(0, length))}%`;
    return track;
  }

  // The terms of a sum: one bar cut into parts, and a line that names them.
  function stack(rows, zone, total) {
    if (!rows.length) { return document.createDocumentFragment(); }
    const parts = rows.map((term, k) => {
      const part = element("span", "");
      part.style.width = `${100 * Math.max(0, term.values[zone]) / total}%`;
      part.style.background = PARTS[k % PARTS.length];
      return part;
    });
    const names = rows.map((term, k) => {
      const dot = element("i", "");
      dot.style.background = PARTS[k % PARTS.length];
      return element("span", "", dot, both(term.title), ` ${number(term.values[zone])}`);
    });
    return element("div", "gt-terms", element("div", "gt-stack", ...parts), element("div", "gt-names", ...names));
  }

  function money(state, zone) {
    const out = element("section", "gt-money");
    const cost = measureOf(state, COST);
    if (known(cost, zone)) {
      out.append(line(cost, zone));
      out.append(stack(terms(state).filter((term) => !Number.isNaN(term.values[zone])), zone, cost.values[zone]));
    }
    const saving = measureOf(state, "saving_yuan_per_unit");
    if (known(saving, zone)) { out.append(line(saving, zone, gt.diverging.signed)); }
    return out;
  }

  function carbon(state, zone) {
    const out = element("section", "gt-carbon");
    const books = BOOKS.map((name) => [name, measureOf(state, `co2_change_${name}_t_per_unit`)]).filter(([, one]) => known(one, zone));
    if (books.length) {
      const shown = books.map(([name, one]) => element("span", "gt-book", both(WORDS[name]), " ", element("b", "", gt.diverging.signed(one.values[zone]))));
      out.append(element("div", "gt-line", both(WORDS.books), " (", both(books[0][1].unit), ")"), element("div", "gt-line", ...shown));
    }
    const verdict = state.data.verdict;
    if (verdict && verdict.index[zone] >= 0) { out.append(element("div", "gt-line", both(WORDS.verdict), element("b", "", both(verdict.names[verdict.index[zone]])))); }
    return out;
  }

  function unchecked(state) {
    const rules = state.data.unchecked;
    if (!rules.length) { return document.createDocumentFragment(); }
    const list = element("ul", "", ...rules.map((title) => element("li", "", both(title))));
    return element("details", "gt-unchecked", element("summary", "", both(WORDS.unchecked), ` (${rules.length})`), list);
  }

  function neighbours(state, zone) {
    const near = gt.neighbours.of(state, zone);
    const out = element("div", "gt-near");
    if (!near.length) { return out; }
    out.append(both(WORDS.neighbours), " ");
    near.forEach((other) => {
      const button = element("button", "", state.data.zones.name[other] || state.data.zones.zone[other]);
      if (state.rank[other] > 0) { button.append(element("small", "", ` ${state.rank[other]}`)); }
      button.type = "button";
      button.dataset.zone = state.data.zones.zone[other];
      button.addEventListener("click", (event) => { event.stopPropagation(); state.visit(other); });
      out.append(button);
    });
    return out;
  }

  function compare(state, zone) {
    const waits = () => state.pair && state.pair.length === 1 && state.pair[0] === zone;
    const button = element("button", "gt-compare-this", both(waits() ? WORDS.waiting : WORDS.compare));
    button.type = "button";
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      gt.compare.choose(state, zone);
      button.replaceChildren(both(waits() ? WORDS.waiting : WORDS.compare));
    });
    return button;
  }

  // Above the table of criteria: what the place costs and emits; below it: the rest.
  function answer(state, zone) {
    const out = document.createDocumentFragment();
    out.append(money(state, zone), carbon(state, zone));
    return out;
  }

  function more(state, zone) {
    const out = document.createDocumentFragment();
    out.append(unchecked(state), neighbours(state, zone));
    return out;
  }

  // The value of the layer that is shown, for the tooltip.
  function shown(state, zone) {
    const measure = state.shown && measureOf(state, state.shown);
    return known(measure, zone) ? line(measure, zone, measure.better ? gt.diverging.signed : number) : document.createDocumentFragment();
  }

  gt.place = { answer: answer, compare: compare, more: more, shown: shown, bar: bar, measureOf: measureOf, terms: terms, bandOf: bandOf };
})(window.geotransfer = window.geotransfer || {});
