// The page's state in its address, and the weights as lines of a scenario.
(function (gt) {
  "use strict";
  const { element, both } = gt.text;
  const at = (id) => document.getElementById(id);
  const REST = 300; // milliseconds between two changes of the address
  let last = -REST;
  let waiting = null;
  const LANGUAGES = { zh: "zh-CN", en: "en" };
  const WORDS = {
    unchanged: { zh: "权重与方案相同, 没有可复制的行。", en: "The weights are the scenario's: nothing to copy." },
    copied: { zh: "已复制 (每行可作 --set 的参数):", en: "Copied (each line is a value of --set):" },
    failed: { zh: "浏览器不允许复制, 请手动选取:", en: "The browser did not copy; please select it:" }
  };

  function pairs(text, take) {
    (text || "").split(",").forEach((part) => {
      const cut = part.lastIndexOf(":");
      const value = Number(part.slice(cut + 1));
      if (cut > 0 && part.length > cut + 1 && Number.isFinite(value) && value >= 0 && value <= 1) { take(decodeURIComponent(part.slice(0, cut)), value); }
    });
  }

  function fields() {
    return new Map(location.hash.slice(1).split("&").map((part) => {
      const cut = part.indexOf("=");
      return [part.slice(0, cut), part.slice(cut + 1)];
    }));
  }

  // Language the address names; null if none.
  function language() {
    const code = fields().get("lang");
    return Object.hasOwn(LANGUAGES, code) ? LANGUAGES[code] : null;
  }

  // Takes the weights of the address; says whether there were any. What does not fit is left out.
  function read(state) {
    const found = { weights: state.weights.slice(), locks: new Map(), any: false };
    const number = (id) => state.criteria.findIndex((one, c) => one.id === id && state.initial[c] > 0);
    try {
      pairs(fields().get("w"), (id, value) => { if (number(id) >= 0) { found.weights[number(id)] = value; found.any = true; } });
      pairs(fields().get("lock"), (id, value) => { if (number(id) >= 0) { found.locks.set(number(id), value); found.any = true; } });
    } catch (broken) {
      return false;
    }
    const kept = Array.from(found.locks.values()).reduce((sum, share) => sum + share, 0);
    if (!found.any || kept > 1 + 1e-9 || !state.data.method) { return false; }
    state.weights = found.weights;
    state.locks = found.locks;
    return true;
  }

  function changed(state) {
    return state.locks.size > 0 || state.weights.some((weight, c) => weight !== state.initial[c]);
  }

  // Browsers refuse an address that changes many times a second, as it would in a drag.
  function write(state) {
    if (waiting) { return; }
    const left = REST - (performance.now() - last);
    if (left > 0) {
      waiting = setTimeout(() => { waiting = null; write(state); }, left);
      return;
    }
    last = performance.now();
    put(state);
  }

  function put(state) {
    const short = (value) => String(Number(value.toPrecision(12)));
    const list = (entries) => entries.map(([c, value]) => `${encodeURIComponent(state.criteria[c].id)}:${short(value)}`).join(",");
    const parts = [];
    if (document.documentElement.lang === "en") { parts.push("lang=en"); }
    if (changed(state)) { parts.push(`w=${list(Array.from(state.weights.entries()).filter(([c]) => state.initial[c] > 0))}`); }
    if (state.locks.size) { parts.push(`lock=${list(Array.from(state.locks))}`); }
    const hash = parts.length ? `#${parts.join("&")}` : "";
    if (hash === location.hash) { return; }
    try {
      history.replaceState(null, "", hash || location.pathname + location.search);
    } catch (refused) {
      // a page inside a notebook has no address of its own
    }
  }

  // Lines that give a scenario the weights of the page; "" when they are the scenario's own.
  function toml(state) {
    if (!changed(state) || !state.shares) { return ""; }
    const key = (id) => (/^[\w-]+$/.test(id) && /^[\x00-\x7f]*$/.test(id) ? id : JSON.stringify(id));
    const write = (value) => { const text = String(Number(value.toPrecision(7))); return /[.e]/.test(text) ? text : `${text}.0`; };
    const used = Array.from(state.criteria.keys()).filter((c) => state.initial[c] > 0);
    if (state.data.weighting) {
      return `weighting = { method = "direct", weights = { ${used.map((c) => `${key(state.criteria[c].id)} = ${write(state.shares[c])}`).join(", ")} } }\n`;
    }
    const values = state.locks.size ? state.shares : state.weights;
    const lines = used.filter((c) => state.locks.size || values[c] !== state.initial[c]);
    return lines.map((c) => `criteria.${key(state.criteria[c].id)}.weight = ${write(values[c])}\n`).join("");
  }

  function copyByHand(box) {
    box.select();
    try { return document.execCommand("copy"); } catch (refused) { return false; }
  }

  async function copy(state) {
    const text = toml(state);
    if (!text) { at("gt-said").replaceChildren(both(WORDS.unchanged)); return; }
    const box = element("textarea", "", text);
    Object.assign(box, { readOnly: true, id: "gt-toml", rows: Math.min(9, text.split("\n").length) });
    box.setAttribute("aria-label", "TOML");
    const words = element("span", "");
    at("gt-said").replaceChildren(words, box);
    let done = copyByHand(box);
    if (!done && navigator.clipboard) { done = await navigator.clipboard.writeText(text).then(() => true, () => false); }
    words.append(both(done ? WORDS.copied : WORDS.failed));
  }

  gt.share = { language: language, read: read, write: write, toml: toml, copy: copy };
})(window.geotransfer = window.geotransfer || {});
