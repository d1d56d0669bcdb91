// What the reader sees of one zone or one place: tooltip and popup.
(function (gt) {
  "use strict";
  const { words, element, both, measure } = gt.text;
  const KM2 = { zh: "平方公里", en: "km²" };
  const NOT_CRITERIA = ["nodata", "outside", "too_small", "no_room"];

  function head(state, zone) {
    const zones = state.data.zones;
    const place = zones.place.names[zones.place.index[zone]];
    const out = document.createDocumentFragment();
    out.append(element("b", "", zones.name[zone] || zones.zone[zone]));
    if (place) { out.append(element("div", "", place)); }
    return out;
  }

  function verdict(state, zone) {
    const out = document.createDocumentFragment();
    if (state.rank[zone] > 0) {
      const place = `${state.rank[zone].toLocaleString("en")} / ${state.order.length.toLocaleString("en")}`;
      out.append(element("div", "", both(words.rank), ` ${place}`));
      out.append(element("div", "", both(words.scoreShort), ` ${state.score[zone].toFixed(3)}`));
    } else {
      out.append(element("div", "", both(state.status(zone))));
    }
    out.append(whyNot(state, zone), sureness(state, zone));
    return out;
  }

  // The rule that took the room first, then that there is too little room.
  function whyNot(state, zone) {
    const out = document.createDocumentFragment();
    const zones = state.data.zones;
    const failed = state.data.rules[zones.rule[zone]];
    const code = zones.reason.codes[zones.reason.index[zone]];
    const reason = code && !(failed && failed.id === code) ? zones.reason.names[zones.reason.index[zone]] : null;
    if (reason) {
      const why = failed || NOT_CRITERIA.includes(code) ? words.mainly : words.missing;
      out.append(element("div", "gt-reason", both(why), both(reason)));
    }
    const left = state.eligibleLand ? state.eligibleLand[zone] : NaN;
    if (failed && failed.id === "no_room" && !Number.isNaN(left)) {
      out.append(element("div", "", both(words.left), `${measure(left, KM2)} `, both(KM2)));
    } else if (failed) {
      out.append(element("div", reason ? "" : "gt-reason", both(words.failed), both(failed.title)));
    }
    return out;
  }

  function sureness(state, zone) {
    const out = document.createDocumentFragment();
    const drawn = state.stability;
    if (!drawn || drawn.index[zone] < 0) { return out; }
    out.append(element("div", "", both(words.interval), `${drawn.low[zone].toLocaleString("en")}–${drawn.high[zone].toLocaleString("en")}`));
    out.append(element("div", "", both(words.stability), ": ", both(drawn.classes[drawn.index[zone]])));
    return out;
  }

  function tip(state, zone) {
    return element("div", "gt-tip", head(state, zone), verdict(state, zone), gt.place.shown(state, zone));
  }

  function row(cell, items) {
    return element("tr", "", ...items.map((item) => element(cell, "", item)));
  }

  function contribution(state, zone, c) {
    const width = state.criteria.length;
    const value = state.values[zone * width + c];
    const score = state.scores[zone * width + c];
    const share = state.shares ? state.shares[c] : 0;
    const shown = document.createDocumentFragment();
    shown.append(measure(value, state.criteria[c].unit), " ", element("small", "", both(state.criteria[c].unit)));
    const part = Number.isNaN(score) ? "–" : (share * score).toFixed(3);
    const longest = state.shares ? Math.max(...state.shares) : 1;
    const title = element("span", "", both(state.criteria[c].title));
    if (part !== "–" && share > 0) { title.append(gt.place.bar(share / longest, score)); }
    return [title, shown, Number.isNaN(score) ? "–" : score.toFixed(2), `${(100 * share).toFixed(0)}\u00a0%`, part];
  }

  function card(state, zone) {
    const titles = [words.criterion, words.value, words.scoreShort, words.weight, words.contribution];
    const width = state.criteria.length;
    const known = state.criteria.map((_, c) => c).filter((c) => !Number.isNaN(state.values[zone * width + c]));
    if (!known.length) { return element("div", "gt-card", gt.place.compare(state, zone), head(state, zone), verdict(state, zone), gt.place.answer(state, zone), gt.place.more(state, zone)); }
    const body = element("tbody", "", ...known.map((c) => row("td", contribution(state, zone, c))));
    const table = element("table", "", element("thead", "", row("th", titles.map(both))), body);
    if (state.rank[zone] > 0) {
      table.append(element("tfoot", "", row("td", [both(words.total), "", "", "100\u00a0%", state.score[zone].toFixed(3)])));
    }
    return element("div", "gt-card", gt.place.compare(state, zone), head(state, zone), verdict(state, zone), gt.place.answer(state, zone), table, gt.place.more(state, zone));
  }

  function feature(overlay, item) {
    const out = element("div", "gt-tip", element("b", "", both(item.name)), element("div", "", both(overlay.title)));
    const source = overlay.origin ? both(overlay.origin) : item.source;
    if (item.detail) { out.append(element("div", "", both(item.detail))); }
    if (item.quality.zh) { out.append(element("div", "", both(words.basis), both(item.quality))); }
    if (source) { out.append(element("div", "gt-source", both(words.source), source)); }
    return out;
  }

  gt.cards = { tip: tip, card: card, feature: feature };
})(window.geotransfer = window.geotransfer || {});
