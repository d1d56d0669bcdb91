// How the shown layer is cut into classes: quantiles, equal intervals, or natural breaks.
(function (gt) {
  "use strict";
  const CLASSES = 7;
  const SAMPLE = 500; // natural breaks of more values are those of so many of them, evenly spaced by rank
  const NAMES = {
    quantile: { zh: "分位数分级", en: "Quantile classes" },
    equal: { zh: "等距分级", en: "Equal intervals" },
    natural: { zh: "自然断点分级", en: "Natural breaks" }
  };

  function sorted(values) {
    return Float64Array.from(values).filter((value) => !Number.isNaN(value)).sort();
  }

  function equal(values, classes) {
    const known = sorted(values);
    if (!known.length) { return []; }
    const [low, high] = [known[0], known[known.length - 1]];
    if (low === high) { return [high]; }
    const step = (high - low) / classes;
    return Array.from({ length: classes }, (_, k) => (k === classes - 1 ? high : low + (k + 1) * step));
  }

  function thinned(known) {
    if (known.length <= SAMPLE) { return known; }
    return Float64Array.from({ length: SAMPLE }, (_, k) => known[Math.round(k * (known.length - 1) / (SAMPLE - 1))]);
  }

  // Sum of squares around the mean of items i..j, from running sums of values that are centred to keep digits.
  function spread(known) {
    const centre = known.reduce((sum, value) => sum + value, 0) / known.length;
    const sums = new Float64Array(known.length + 1);
    const squares = new Float64Array(known.length + 1);
    known.forEach((value, k) => {
      const moved = value - centre;
      sums[k + 1] = sums[k] + moved;
      squares[k + 1] = squares[k] + moved * moved;
    });
    return (i, j) => {
      const sum = sums[j + 1] - sums[i];
      return Math.max(0, squares[j + 1] - squares[i] - sum * sum / (j + 1 - i));
    };
  }

  // Fisher (1958), Jenks (1977): the classes of least squares within them, by dynamic programming over sorted values.
  function natural(values, classes) {
    const known = thinned(sorted(values));
    const count = Math.min(classes, new Set(known).size);
    if (!count) { return []; }
    const within = spread(known);
    let best = Array.from(known, (_, j) => within(0, j));
    const starts = [];
    for (let k = 1; k < count; k += 1) {
      const next = new Array(known.length).fill(Infinity);
      const start = new Int32Array(known.length);
      for (let j = k; j < known.length; j += 1) {
        for (let i = k; i <= j; i += 1) {
          const total = best[i - 1] + within(i, j);
          if (total < next[j]) { next[j] = total; start[j] = i; }
        }
      }
      starts.push(start);
      best = next;
    }
    const bounds = [known[known.length - 1]];
    for (let k = count - 1, j = known.length - 1; k > 0; k -= 1) {
      j = starts[k - 1][j] - 1;
      bounds.unshift(known[j]);
    }
    return bounds;
  }

  // Upper bounds of the classes; those of quantiles are at hand.
  function breaks(how, values, quantiles) {
    if (how === "equal") { return equal(values, CLASSES); }
    return how === "natural" ? natural(values, CLASSES) : quantiles;
  }

  function speak() {
    const own = document.documentElement.lang === "en" ? "en" : "zh";
    Array.from(document.getElementById("gt-classing").options).forEach((one) => { one.textContent = NAMES[one.value][own]; });
  }

  function wire(state, changed) {
    const select = document.getElementById("gt-classing");
    select.addEventListener("change", () => { state.classing = select.value; changed(); });
    speak();
  }

  gt.classes = { names: NAMES, breaks: breaks, equal: equal, natural: natural, speak: speak, wire: wire };
})(window.geotransfer = window.geotransfer || {});
