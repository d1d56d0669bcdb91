// What the list and the search know beside names and codes: regions, pinyin, the brush.
(function (gt) {
  "use strict";
  const { words, element } = gt.text;
  const at = (id) => document.getElementById(id);
  const EVERY = { zh: "全部地区", en: "All regions" };

  function accepts(state, zone) {
    const { regions } = state.data;
    const chosen = regions ? Number(at("gt-region").value) : -1;
    if (chosen >= 0 && regions.index[zone] !== chosen) { return false; }
    return gt.histogram.inside(state, zone);
  }

  // Full pinyin or initials, from their beginning.
  function typed(state, zone, wanted) {
    const { pinyin, provinces } = state.data;
    const plain = wanted.replace(/[\s'’]/g, "");
    if (!pinyin || !/^[a-z]+$/.test(plain)) { return false; }
    return ` ${pinyin.zones[zone]} ${pinyin.provinces[provinces.index[zone]]}`.includes(` ${plain}`);
  }

  function speak(state) {
    const own = document.documentElement.lang === "en" ? "en" : "zh";
    Array.from(at("gt-region").options).forEach((option) => {
      option.textContent = (option.value === "-1" ? EVERY : state.data.regions.names[Number(option.value)])[own];
    });
  }

  function wire(state, update) {
    const { regions, pinyin } = state.data;
    if (pinyin) { words.find = { zh: "名称、拼音或代码", en: "Name, pinyin or code" }; }
    at("gt-region").hidden = !regions;
    if (!regions) { return; }
    const present = regions.names.map((_, k) => k).filter((k) => regions.index.includes(k));
    at("gt-region").replaceChildren(...[-1, ...present].map((k) => {
      const option = element("option", "");
      option.value = String(k);
      return option;
    }));
    at("gt-region").addEventListener("change", update);
    speak(state);
  }

  gt.finder = { wire: wire, accepts: accepts, typed: typed, speak: speak };
})(window.geotransfer = window.geotransfer || {});
