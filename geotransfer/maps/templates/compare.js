// Two places side by side, in the panel beside the map.
(function (gt) {
  "use strict";
  const { words, element, both, number, measure: write } = gt.text;
  const at = (id) => document.getElementById(id);
  const WORDS = {
    title: { zh: "对比", en: "Comparison" },
    second: { zh: "再点地图或名单中的另一处。", en: "Now choose another place on the map or in the list." },
    verdict: { zh: "碳排放判断", en: "CO2 verdict" },
    close: { zh: "关闭", en: "Close" },
    range: { zh: "名次 5–95 %", en: "Rank 5–95 %" }
  };

  // The first place, or the second when one waits.
  function choose(state, zone) {
    if (state.pair && state.pair.length === 1 && state.pair[0] !== zone) { state.pair.push(zone); } else { state.pair = [zone]; }
    show(state);
    if (state.pair.length === 2) { reveal(); }
  }

  // On a narrow page the panel lies far below the map, under notes that stay on the screen.
  function reveal() {
    const notes = at("gt-notes");
    const sticks = notes && getComputedStyle(notes).position === "sticky";
    at("gt-compare").style.scrollMarginTop = `${sticks ? notes.offsetHeight : 0}px`;
    at("gt-compare").scrollIntoView({ block: "start" });
  }

  // A place was opened: it is the second one if one waits for it.
  function visited(state, zone) {
    if (state.pair && state.pair.length === 1 && state.pair[0] !== zone) { choose(state, zone); }
  }

  function row(title, cells, kind) {
    const name = element("th", "", title);
    name.scope = "row";
    return element("tr", kind || "", name, ...cells.map((cell) => element("td", "", cell)));
  }

  function criterion(state, c) {
    const width = state.criteria.length;
    const top = Math.max(...(state.shares || [1]));
    const title = element("span", "", both(state.criteria[c].title), " ", element("small", "", both(state.criteria[c].unit)));
    return row(title, state.pair.map((zone) => {
      const score = state.scores[zone * width + c];
      const out = element("span", "", write(state.values[zone * width + c], state.criteria[c].unit));
      if (state.shares && !Number.isNaN(score)) { out.append(gt.place.bar(state.shares[c] / top, score)); }
      return out;
    }));
  }

  function money(state) {
    const rows = state.data.measures.map(({ id }) => gt.place.measureOf(state, id));
    return rows.map((one) => row(element("span", "", both(one.title), " ", element("small", "", both(one.unit))), state.pair.map((zone) => {
      const value = one.values[zone];
      const band = gt.place.bandOf(one, zone);
      const out = element("span", "", Number.isNaN(value) ? "–" : one.better ? gt.diverging.signed(value) : number(value));
      if (band) { out.append(element("small", "", ` (${band})`)); }
      return out;
    })));
  }

  function general(state) {
    const rank = (zone) => (state.rank[zone] > 0 ? String(state.rank[zone]) : both(state.status(zone)));
    const score = (zone) => (state.rank[zone] > 0 ? state.score[zone].toFixed(3) : "–");
    const rows = [row(both(words.rank), state.pair.map(rank)), row(both(words.scoreShort), state.pair.map(score))];
    const drawn = state.stability;
    if (drawn) {
      rows.push(row(both(WORDS.range), state.pair.map((zone) => (drawn.index[zone] < 0 ? "–" : `${drawn.low[zone]}–${drawn.high[zone]}`))));
    }
    const verdict = state.data.verdict;
    if (verdict) { rows.push(row(both(WORDS.verdict), state.pair.map((zone) => (verdict.index[zone] < 0 ? "–" : both(verdict.names[verdict.index[zone]]))))); }
    return rows;
  }

  function table(state) {
    const name = (zone) => {
      const head = element("th", "", state.data.zones.name[zone] || state.data.zones.zone[zone],
        element("small", "", state.data.zones.place.names[state.data.zones.place.index[zone]]));
      head.scope = "col";
      return head;
    };
    const head = element("thead", "", element("tr", "", element("td", ""), ...state.pair.map(name)));
    const criteria = Array.from(state.criteria.keys()).map((c) => criterion(state, c));
    return element("table", "", head, element("tbody", "", ...general(state), ...criteria, ...money(state)));
  }

  function show(state) {
    const box = at("gt-compare");
    box.hidden = !state.pair;
    if (!state.pair) { box.replaceChildren(); return; }
    const close = element("button", "", both(WORDS.close));
    close.type = "button";
    close.addEventListener("click", () => { state.pair = null; show(state); });
    const first = state.data.zones.name[state.pair[0]] || state.data.zones.zone[state.pair[0]];
    const body = state.pair.length === 2 ? table(state) : element("p", "", element("b", "", first), " – ", both(WORDS.second));
    box.replaceChildren(element("h2", "", both(WORDS.title), close), body);
  }

  gt.compare = { choose: choose, visited: visited, show: show };
})(window.geotransfer = window.geotransfer || {});
