// Two languages side by side in the page; CSS shows the one that <html lang> names. Text is only ever set as text.
(function (gt) {
  "use strict";

  const WORDS = {
    score: { zh: "综合适宜性得分", en: "Suitability score" },
    scoreShort: { zh: "得分", en: "Score" },
    scoreUnit: { zh: "得分 0–1, 1 为最好", en: "Score 0–1, 1 is best" },
    status: { zh: "评价状态", en: "Status" },
    rank: { zh: "名次", en: "Rank" },
    failed: { zh: "未通过: ", en: "Fails: " },
    left: { zh: "剩余可用地不足: 剩 ", en: "Too little eligible land left: " },
    interval: { zh: "原权重下名次 5–95 %: ", en: "Rank 5–95 % (the run's weights): " },
    stability: { zh: "稳定性", en: "Stability" },
    stabilityUnit: { zh: "在原权重附近及数据误差内抽样, 进入前 10 % 的频率", en: "How often a zone is in the best tenth, drawing weights around the run's and data within their errors" },
    mainly: { zh: "主要原因: ", en: "Reason: " },
    missing: { zh: "缺少: ", en: "Missing: " },
    log: { zh: ", 对数", en: ", log scale" },
    criterion: { zh: "准则", en: "Criterion" },
    value: { zh: "数值", en: "Value" },
    weight: { zh: "权重", en: "Weight" },
    contribution: { zh: "贡献", en: "Contribution" },
    total: { zh: "合计", en: "Total" },
    find: { zh: "名称或代码", en: "Name or code" },
    everyProvince: { zh: "全部省份", en: "All provinces" },
    bestOfEach: { zh: "各省最佳", en: "Best of each" },
    nothingFound: { zh: "没有符合的区域。", en: "No zone fits." },
    deeper: { zh: "颜色越深数值越大", en: "Darker is more" },
    zones: { zh: "区域数", en: "zones" },
    outside: { zh: "研究范围之外", en: "Outside the study" },
    noWeights: { zh: "所有权重均为 0, 无法排名。", en: "All weights are 0: nothing to rank." },
    noWeightsZone: { zh: "权重均为 0, 无法排名", en: "No weights: cannot be ranked" },
    basis: { zh: "数据性质: ", en: "Basis: " },
    source: { zh: "来源: ", en: "Source: " },
    scale: { zh: "评分标准", en: "Scored" }
  };

  function element(tag, className, ...children) {
    const made = document.createElement(tag);
    if (className) { made.className = className; }
    children.forEach((child) => made.append(child));
    return made;
  }

  // A pair {zh, en} as two spans, of which one is shown.
  function both(pair) {
    const out = document.createDocumentFragment();
    [["zh-CN", pair.zh], ["en", pair.en]].forEach(([language, words]) => {
      const span = element("span", "", words);
      span.lang = language;
      out.append(span);
    });
    return out;
  }

  function number(value, digits) {
    if (Number.isNaN(value)) { return "–"; }
    if (value !== 0 && Math.abs(value) < 0.0005) { return value.toExponential(1); }
    return value.toLocaleString("en", { maximumSignificantDigits: digits || 4 });
  }

  // Areas and lengths far below what the data resolve are not spelt out.
  function measure(value, unit) {
    if ((unit.en === "km²" || unit.en === "km") && value > 0 && value < 0.01) { return "< 0.01"; }
    return number(value);
  }

  function setLanguage(language) {
    document.documentElement.lang = language;
    document.querySelectorAll("#gt-languages button").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.language === language));
    });
  }

  gt.text = { words: WORDS, element: element, both: both, number: number, measure: measure, setLanguage: setLanguage };
})(window.geotransfer = window.geotransfer || {});
