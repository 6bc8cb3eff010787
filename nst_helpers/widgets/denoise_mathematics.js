// The picture that minimises the squared distance to a noisy one plus `weight` times its variation.
//
// A picture is the list of its channels, row by row, in a Float64Array; its shape is [channels,
// rows, columns]. The variation is a mean over differences, and there are fewer of them than pixels:
// so a weight becomes two limits, `down` between rows and `across` between columns.

const STEPS = 60;  // for absolute differences; after them hardly an eye sees a change
const FAR = 1000;  // times a weight; as squared differences it makes a very smooth picture

/** What a picture becomes with noise of this strength, the standard deviation. */
export function withNoise(photo, grain, noise) {
  return photo.map((level, i) => Math.min(1, Math.max(0, level + noise * grain[i])));
}

/** The minimum for squared (power 2) or absolute differences (power 1), in [0, 1]. */
export function removeNoise(noisy, shape, weight, power) {
  const [, rows, columns] = shape;
  const [down, across] = [rows, columns].map((length) => (weight * length) / (length - 1));
  if (weight === 0) return noisy;
  const denoised = power === 2
    ? removeSquared(noisy, shape, down, across)
    : removeAbsolute(noisy, shape, down / 2, across / 2);
  return denoised.map((level) => Math.min(1, Math.max(0, level)));
}

/** The root of the mean square of the differences of two pictures. */
export function errorOf(picture, photo) {
  let sum = 0;
  for (let i = 0; i < picture.length; i++) sum += (picture[i] - photo[i]) ** 2;
  return Math.sqrt(sum / picture.length);
}

/**
 * The exact minimum. Along the columns a picture is a sum of cosine waves, and squared differences
 * weaken each by a factor of its own; along the rows neighbours pull at each other.
 */
function removeSquared(noisy, [channels, rows, columns], down, across) {
  const waves = cosineWaves(rows);
  const back = waves.map((_, i) => waves[(i % rows) * rows + Math.floor(i / rows)]);  // turned over
  const size = rows * columns;
  const [sums, result] = [new Float64Array(size), new Float64Array(noisy.length)];
  for (let channel = 0; channel < channels; channel++) {
    const [part, goal] = [noisy, result].map((all) => all.subarray(channel * size, (channel + 1) * size));
    multiply(sums, waves, part, rows, columns);
    for (let wave = 0; wave < rows; wave++) {
      const variation = 2 - 2 * Math.cos((wave * Math.PI) / rows);
      pull(sums.subarray(wave * columns, (wave + 1) * columns), 1 + down * variation, across);
    }
    multiply(goal, back, sums, rows, columns);
  }
  return result;
}

/** One wave a row, each of length 1, so that the table turned over undoes it. */
function cosineWaves(length) {
  return Float64Array.from({ length: length * length }, (_, i) => {
    const [wave, place] = [Math.floor(i / length), i % length];
    return Math.sqrt((wave ? 2 : 1) / length) * Math.cos((Math.PI * wave * (2 * place + 1)) / (2 * length));
  });
}

/**
 * Fill each row of `goal` with a sum of all rows of `source`, each times its factor in that row of
 * the table; four at a time, which is twice as fast.
 */
function multiply(goal, table, source, rows, columns) {
  goal.fill(0);
  for (let to = 0; to < rows; to++) {
    const begin = to * columns;
    let factor = to * rows;
    let from = 0;
    for (; from + 4 * columns <= source.length; from += 4 * columns, factor += 4) {
      const [f0, f1, f2, f3] = [table[factor], table[factor + 1], table[factor + 2], table[factor + 3]];
      const [second, third, fourth] = [from + columns, from + 2 * columns, from + 3 * columns];
      for (let i = 0; i < columns; i++) {
        goal[begin + i] += f0 * source[from + i] + f1 * source[second + i]
          + f2 * source[third + i] + f3 * source[fourth + i];
      }
    }
    for (; from < source.length; from += columns, factor++) {
      for (let i = 0; i < columns; i++) goal[begin + i] += table[factor] * source[from + i];
    }
  }
}

/**
 * Find the row x for which `own * x + strength * (differences to its neighbours)` is the given row:
 * a line of equations, each with two neighbours, solved from left to right and back.
 */
function pull(row, own, strength) {
  const last = row.length - 1;
  const ratios = new Float64Array(row.length);
  for (let i = 0; i <= last; i++) {
    const neighbours = (i > 0) + (i < last);
    const pivot = own + strength * neighbours - (i ? strength * ratios[i - 1] : 0);
    ratios[i] = strength / pivot;
    row[i] = (row[i] + (i ? strength * row[i - 1] : 0)) / pivot;
  }
  for (let i = last - 1; i >= 0; i--) row[i] += ratios[i] * row[i + 1];
}

/**
 * Nearly the minimum for absolute differences, by accelerated steps on the dual.
 *
 * The minimum is the noisy picture less what a flow of brightness brings to each pixel; between
 * rows the flow is at most `down`, between columns at most `across`. Each step moves the flow along
 * the differences of the present picture and cuts it off at these limits. The first flow is that of
 * a very smooth picture: from none at all, large weights would need a hundred times as many steps.
 *
 * Source: Beck and Teboulle (2009), "Fast gradient-based algorithms for constrained total variation
 * image denoising and deblurring problems".
 */
function removeAbsolute(noisy, shape, down, across) {
  const [channels, rows, columns] = shape;
  const size = rows * columns;
  const smooth = removeSquared(noisy, shape, FAR * down, FAR * across);
  const result = new Float64Array(noisy.length);
  for (let channel = 0; channel < channels; channel++) {
    const [part, start] = [noisy, smooth].map((all) => all.subarray(channel * size, (channel + 1) * size));
    result.set(removeAbsoluteOfOne(part, start, rows, columns, down, across), channel * size);
  }
  return result;
}

function removeAbsoluteOfOne(noisy, smooth, rows, columns, down, across) {
  const image = new Float64Array(noisy.length);
  const [vertical, horizontal] = [new Flow(noisy.length, down), new Flow(noisy.length, across)];
  moveAlong(smooth, vertical, horizontal, columns, FAR * down, FAR * across, 0);
  let now = 1;
  for (let step = 0; step < STEPS; step++) {
    lessInflow(image, noisy, vertical.ahead, horizontal.ahead, columns);
    const next = (1 + Math.sqrt(1 + 4 * now * now)) / 2;
    moveAlong(image, vertical, horizontal, columns, 1 / 8, 1 / 8, (now - 1) / next);
    now = next;
  }
  lessInflow(image, noisy, vertical.now, horizontal.now, columns);
  return image;
}

/** What flows from each pixel to the next, and where the flow would be a step ahead. */
class Flow {
  constructor(size, limit) {
    [this.now, this.ahead, this.limit] = [new Float64Array(size), new Float64Array(size), limit];
  }
}

/** Move both flows along the differences of a picture; out of it none flows. */
function moveAlong(image, vertical, horizontal, columns, stepDown, stepAcross, momentum) {
  const size = image.length;
  advance(vertical, image, 0, size - columns, columns, stepDown, momentum);
  for (let start = 0; start < size; start += columns) {
    advance(horizontal, image, start, start + columns - 1, 1, stepAcross, momentum);
  }
}

/** Move a flow from each pixel of a range to the one that lies `apart` behind it. */
function advance({ now, ahead, limit }, image, begin, end, apart, step, momentum) {
  for (let i = begin; i < end; i++) {
    const moved = ahead[i] + step * (image[i + apart] - image[i]);
    const flow = moved > limit ? limit : moved < -limit ? -limit : moved;
    ahead[i] = flow + momentum * (flow - now[i]);
    now[i] = flow;
  }
}

/** The picture that the flows make of a noisy one: what flows in is taken away. */
function lessInflow(image, noisy, vertical, horizontal, columns) {
  let left = 0;  // what flows in from there; out of the last column nothing flows
  for (let i = 0; i < image.length; i++) {
    const above = i < columns ? 0 : vertical[i - columns];
    image[i] = noisy[i] - (above - vertical[i]) - (left - horizontal[i]);
    left = horizontal[i];
  }
}
