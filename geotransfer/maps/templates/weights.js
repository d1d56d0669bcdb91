// Locks and presets of the weights: a locked criterion keeps its share, the others divide what is left.
(function (gt) {
  "use strict";
  const { element, both } = gt.text;
  const at = (id) => document.getElementById(id);
  const STORE = "geotransfer.weights.";
  const WORDS = {
    scenario: { zh: "方案", en: "Scenario" },
    equal: { zh: "等权", en: "Equal" },
    entropy: { zh: "熵权", en: "Entropy" },
    mine: { zh: "我的", en: "Mine" },
    save: { zh: "存为我的", en: "Save as mine" },
    saved: { zh: "权重已存在本浏览器。", en: "Saved in this browser." },
    refused: { zh: "浏览器不允许本页存储; 请复制网址或 TOML。", en: "The browser lets this page store nothing: copy the address or the TOML." },
    lock: { zh: "锁定", en: "Lock" }
  };

  // Weights that sum to 1; null when there are none. Where all others are 0 the locked ones divide the whole.
  function shares(state) {
    if (!state.locks.size) { return gt.scoring.normalise(state.weights); }
    const locked = state.weights.map((_, c) => state.locks.get(c) || 0);
    const kept = locked.reduce((sum, share) => sum + share, 0);
    const rest = gt.scoring.normalise(state.weights.map((weight, c) => (state.locks.has(c) ? 0 : weight)));
    if (!rest) { return gt.scoring.normalise(locked); }
    return rest.map((share, c) => (state.locks.has(c) ? locked[c] : Math.max(0, 1 - kept) * share));
  }

  // A page from a file may be refused its storage.
  function stored(state, write) {
    const key = STORE + state.data.title.en;
    try {
      if (write) { localStorage.setItem(key, JSON.stringify(write)); }
      return JSON.parse(localStorage.getItem(key));
    } catch (refused) {
      return null;
    }
  }

  function mine(state) {
    const found = stored(state);
    const known = (id) => found && Number.isFinite(found[id]) && found[id] >= 0;
    return state.criteria.every((one) => known(one.id)) ? state.criteria.map((one) => found[one.id]) : null;
  }

  function button(words, act, id) {
    const made = element("button", "", both(words));
    made.type = "button";
    made.id = id;
    made.addEventListener("click", act);
    return made;
  }

  function presets(state, apply, said) {
    const own = () => { const found = mine(state); if (found) { apply(found); } };
    const keep = () => {
      const weights = state.shares || state.weights;
      const done = stored(state, Object.fromEntries(state.criteria.map((one, c) => [one.id, weights[c]])));
      said.replaceChildren(both(done ? WORDS.saved : WORDS.refused));
      at("gt-preset-mine").hidden = !mine(state);
    };
    const { equal, entropy } = state.data.presets;
    const scenario = () => (state.locks.size ? apply(state.initial) : at("gt-reset").click());
    const row = [button(WORDS.scenario, scenario, "gt-preset-scenario"), button(WORDS.equal, () => apply(equal), "gt-preset-equal")];
    if (entropy) { row.push(button(WORDS.entropy, () => apply(entropy), "gt-preset-entropy")); }
    row.push(button(WORDS.mine, own, "gt-preset-mine"), button(WORDS.save, keep, "gt-preset-save"));
    at("gt-presets").replaceChildren(...row);
    at("gt-preset-mine").hidden = !mine(state);
  }

  function lock(state, c, input, changed) {
    const box = element("input", "");
    box.type = "checkbox";
    box.dataset.lock = state.criteria[c].id;
    box.addEventListener("change", () => {
      if (!state.shares) { box.checked = false; return; }
      state.weights = state.shares.slice(); // the shares stay as they are when a lock goes
      if (box.checked) { state.locks.set(c, state.shares[c]); } else { state.locks.delete(c); }
      changed();
    });
    input.parentNode.append(element("label", "gt-lock", box, both(WORDS.lock)));
  }

  // sliders: what panel.weightSliders returned; again: computes scores anew and shows them.
  function wire(state, sliders, again) {
    const said = at("gt-said");
    const changed = () => { sliders.reset(state.weights); again(); };
    const apply = (weights) => {
      state.weights = weights.map((weight, c) => (state.locks.has(c) ? state.locks.get(c) : weight));
      changed();
    };
    document.querySelectorAll("#gt-weights input[type=range]").forEach((input) => {
      lock(state, state.criteria.findIndex((one) => one.id === input.dataset.criterion), input, changed);
    });
    presets(state, apply, said);
    document.querySelectorAll("#gt-presets button, .gt-lock input").forEach((one) => { one.disabled = !state.data.method; });
  }

  // Boxes and sliders as the state has them.
  function show(state) {
    document.querySelectorAll("#gt-weights input[type=range]").forEach((input) => {
      const c = state.criteria.findIndex((one) => one.id === input.dataset.criterion);
      input.disabled = !state.data.method || state.locks.has(c);
      const box = input.parentNode.querySelector("input[type=checkbox]");
      if (box) { box.checked = state.locks.has(c); }
    });
  }

  gt.weights = { shares: shares, wire: wire, show: show };
})(window.geotransfer = window.geotransfer || {});
