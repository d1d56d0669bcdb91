// What the reader sees of one zone or one place: tooltip and popup.
(function (gt) {
  "use strict";
  const { words, element, both, number } = gt.text;

  function head(state, zone) {
    const zones = state.data.zones;
    const province = zones.province.names[zones.province.index[zone]];
    const out = document.createDocumentFragment();
    out.append(element("b", "", zones.name[zone] || zones.zone[zone]));
    if (province && province !== zones.name[zone]) { out.append(element("div", "", province)); }
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
    const failed = state.data.rules[state.data.zones.rule[zone]];
    const reasons = state.data.zones.reason;
    const code = reasons.codes[reasons.index[zone]];
    if (failed) { out.append(element("div", "", both(words.failed), both(failed.title))); }
    if (code && !(failed && failed.id === code)) {
      const why = failed || code === "nodata" ? words.mainly : words.missing;
      out.append(element("div", "", both(why), both(reasons.names[reasons.index[zone]])));
    }
    return out;
  }

  function tip(state, zone) {
    return element("div", "gt-tip", head(state, zone), verdict(state, zone));
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
    shown.append(number(value), " ", element("small", "", both(state.criteria[c].unit)));
    const part = Number.isNaN(score) ? "–" : (share * score).toFixed(3);
    return [both(state.criteria[c].title), shown, Number.isNaN(score) ? "–" : score.toFixed(2), `${(100 * share).toFixed(0)}\u00a0%`, part];
  }

  function card(state, zone) {
    const titles = [words.criterion, words.value, words.scoreShort, words.weight, words.contribution];
    const body = element("tbody", "", ...state.criteria.map((_, c) => row("td", contribution(state, zone, c))));
    const table = element("table", "", element("thead", "", row("th", titles.map(both))), body);
    if (state.rank[zone] > 0) {
      table.append(element("tfoot", "", row("td", [both(words.total), "", "", "100\u00a0%", state.score[zone].toFixed(3)])));
    }
    return element("div", "gt-card", head(state, zone), verdict(state, zone), table);
  }

  function feature(overlay, item) {
    const out = element("div", "gt-tip", element("b", "", both(item.name)), element("div", "", both(overlay.title)));
    const source = overlay.origin ? both(overlay.origin) : item.source;
    if (item.quality.zh) { out.append(element("div", "", both(words.basis), both(item.quality))); }
    if (source) { out.append(element("div", "gt-source", both(words.source), source)); }
    return out;
  }

  gt.cards = { tip: tip, card: card, feature: feature };
})(window.geotransfer = window.geotransfer || {});
