// The list of ranked zones beside the map: found by name or code, kept to a province, or the best of each province.
(function (gt) {
  "use strict";
  const { words, element, both } = gt.text;
  const at = (id) => document.getElementById(id);
  const TOP = 20;

  function row(state, zone, visit) {
    const { zones } = state.data;
    const name = element("span", "", zones.name[zone] || zones.zone[zone], element("small", "", zones.place.names[zones.place.index[zone]]));
    const ranked = state.rank[zone] > 0;
    const score = ranked ? element("data", "", state.score[zone].toFixed(3)) : element("small", "", both(state.status(zone)));
    const button = element("button", "", element("b", "", ranked ? String(state.rank[zone]) : "–"), name, score);
    button.type = "button";
    button.dataset.zone = zones.zone[zone];
    button.addEventListener("click", () => visit(zone));
    return element("li", "", button);
  }

  function matches(state, text, province) {
    const { zones, provinces } = state.data;
    const wanted = text.trim().toLowerCase();
    return (zone) => {
      if (province >= 0 && provinces.index[zone] !== province) { return false; }
      if (!gt.finder.accepts(state, zone)) { return false; }
      if (!wanted) { return true; }
      const words = `${zones.name[zone]} ${zones.zone[zone]} ${zones.place.names[zones.place.index[zone]]} ${provinces.names[provinces.index[zone]]}`;
      return words.toLowerCase().includes(wanted) || gt.finder.typed(state, zone, wanted);
    };
  }

  // Ranked zones by rank; those that are not ranked follow only when they are asked for by name.
  function found(state, text, province) {
    const fits = matches(state, text, province);
    const rest = text.trim() ? Array.from(state.rank.keys()).filter((zone) => !(state.rank[zone] > 0)) : [];
    return state.order.concat(rest).filter(fits);
  }

  // The best zone of each province, in the order of their ranks.
  function bestOfEach(state) {
    const seen = new Set();
    return state.order.filter((zone) => {
      const province = state.data.provinces.index[zone];
      return gt.finder.accepts(state, zone) && !seen.has(province) && seen.add(province);
    });
  }

  // Options and placeholders hold plain text only: written again when the language changes.
  function speak() {
    const own = document.documentElement.lang === "en" ? "en" : "zh";
    at("gt-search").placeholder = words.find[own];
    [words.everyProvince, words.bestOfEach].forEach((pair, k) => {
      const option = at("gt-province").options[k];
      if (option) { option.textContent = pair[own]; }
    });
  }

  function choices(state) {
    const names = state.data.provinces.names.map((name, k) => [name, k]).filter(([name]) => name);
    names.sort((a, b) => a[0].localeCompare(b[0], "zh-CN"));
    const add = (value, text) => { const one = element("option", "", text); one.value = value; return one; };
    const all = [add("-1", ""), add("best", "")];
    at("gt-province").replaceChildren(...all, ...names.map(([name, k]) => add(String(k), name)));
    speak();
    at("gt-province").value = state.data.by_province ? "best" : "-1";
  }

  function show(state, visit) {
    const text = at("gt-search").value;
    const chosen = at("gt-province").value;
    const best = chosen === "best" && !text.trim();
    const zones = best ? bestOfEach(state) : found(state, text, chosen === "best" ? -1 : Number(chosen));
    const rows = zones.slice(0, best ? zones.length : TOP).map((zone) => row(state, zone, visit));
    const none = both(state.shares || text.trim() ? words.nothingFound : words.noWeights);
    at("gt-top").replaceChildren(...(rows.length ? rows : [element("li", "", none)]));
    at("gt-found").replaceChildren(`${rows.length} / ${zones.length.toLocaleString("en")}`);
  }

  function wire(state, visit) {
    choices(state);
    const again = () => show(state, visit);
    ["input", "change"].forEach((kind) => at("gt-search").addEventListener(kind, again));
    at("gt-province").addEventListener("change", again);
    at("gt-csv").addEventListener("click", () => gt.files.download(gt.files.csv(state), "ranking.csv"));
  }

  gt.ranked = { wire: wire, show: show, speak: speak };
})(window.geotransfer = window.geotransfer || {});
