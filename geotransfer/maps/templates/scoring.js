// The scenario's arithmetic, without the page: the same numbers as geotransfer.mcda.
(function (gt) {
  "use strict";

  const DECIMALS = 1e12; // scores are rounded before ranking, as in Python

  // Weights that sum to 1; null when they sum to 0.
  function normalise(weights) {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return total > 0 ? weights.map((weight) => weight / total) : null;
  }

  // scores: row-major, one row per zone. NaN in a weighted criterion makes the zone's score NaN.
  function weightedSum(scores, weights) {
    const width = weights.length;
    const out = new Float64Array(width ? scores.length / width : 0);
    for (let zone = 0; zone < out.length; zone += 1) {
      let sum = 0;
      for (let c = 0; c < width; c += 1) {
        if (weights[c] !== 0) { sum += weights[c] * scores[zone * width + c]; }
      }
      out[zone] = Math.round(sum * DECIMALS) / DECIMALS;
    }
    return out;
  }

  function rounded(value) {
    return Math.round(value * DECIMALS) / DECIMALS;
  }

  // Scores >= 0; a criterion of weight 0 does not count.
  function weightedProduct(scores, weights) {
    const width = weights.length;
    return Float64Array.from({ length: width ? scores.length / width : 0 }, (_, zone) => rounded(
      weights.reduce((product, weight, c) => (weight ? product * Math.pow(scores[zone * width + c], weight) : product), 1)));
  }

  // Zones that are compared: those that take part and have every weighted criterion.
  function compared(scores, weights, eligible) {
    const width = weights.length;
    const whole = (zone) => weights.every((weight, c) => weight === 0 || !Number.isNaN(scores[zone * width + c]));
    return Array.from(eligible.keys()).filter((zone) => eligible[zone] && whole(zone));
  }

  // Scale and ideal points of one criterion: {shift, scale, best, worst}.
  function ideal(values, how) {
    if (how === "fixed") { return { shift: 0, scale: 1, best: 1, worst: 0 }; }
    const low = values.reduce((a, b) => Math.min(a, b), Infinity);
    const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
    const norm = how === "vector" ? Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)) : high - low;
    const shift = how === "vector" ? 0 : low;
    const scale = norm > 0 ? norm : 1;
    return { shift: shift, scale: scale, best: (high - shift) / scale, worst: (low - shift) / scale };
  }

  // Closeness to the ideal; NaN for zones that are not compared, and for all where all are alike.
  function topsis(how) {
    return function (scores, weights, eligible) {
      const width = weights.length;
      const out = new Float64Array(eligible.length).fill(NaN);
      const zones = compared(scores, weights, eligible);
      const points = weights.map((weight, c) => (weight ? ideal(zones.map((zone) => scores[zone * width + c]), how) : null));
      zones.forEach((zone) => {
        let toBest = 0;
        let toWorst = 0;
        points.forEach((point, c) => {
          if (!point) { return; }
          const value = (scores[zone * width + c] - point.shift) / point.scale;
          toBest += Math.pow(weights[c] * (value - point.best), 2);
          toWorst += Math.pow(weights[c] * (value - point.worst), 2);
        });
        out[zone] = rounded(Math.sqrt(toWorst) / (Math.sqrt(toBest) + Math.sqrt(toWorst)));
      });
      return out;
    };
  }

  // 1 best, NaN -> -1; ties are broken by `keys`, as in the ranking.
  function ranks(scores, keys) {
    const order = [];
    for (let zone = 0; zone < scores.length; zone += 1) {
      if (!Number.isNaN(scores[zone])) { order.push(zone); }
    }
    order.sort((a, b) => scores[b] - scores[a] || (keys[a] < keys[b] ? -1 : 1));
    const out = new Int32Array(scores.length).fill(-1);
    order.forEach((zone, place) => { out[zone] = place + 1; });
    return { rank: out, order: order };
  }

  // Upper bounds of quantile classes: percentiles between neighbours, equal bounds merged (numpy.quantile, linear).
  function quantileBreaks(values, classes) {
    const known = Float64Array.from(values).filter((value) => !Number.isNaN(value)).sort();
    const bounds = [];
    for (let k = 1; known.length && k <= classes; k += 1) {
      const at = (known.length - 1) * k / classes;
      const low = Math.floor(at);
      const high = Math.min(low + 1, known.length - 1);
      const bound = known[low] + (known[high] - known[low]) * (at - low);
      if (!bounds.length || bound > bounds[bounds.length - 1]) { bounds.push(bound); }
    }
    return bounds;
  }

  // Number of the class whose upper bound is the first at or above the value.
  function classOf(value, breaks) {
    let k = 0;
    while (k < breaks.length - 1 && value > breaks[k]) { k += 1; }
    return k;
  }

  gt.scoring = {
    normalise: normalise,
    ranks: ranks,
    quantileBreaks: quantileBreaks,
    classOf: classOf,
    aggregations: {
      weighted_sum: weightedSum,
      weighted_product: weightedProduct,
      topsis: topsis("fixed"),
      topsis_vector: topsis("vector"),
      topsis_minmax: topsis("minmax"),
      spotis: weightedSum // 1 - distance to the ideal between the bounds 0 and 1 is the weighted sum
    }
  };
})(window.geotransfer = window.geotransfer || {});
