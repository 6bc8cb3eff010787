import assert from "node:assert/strict";
import { test } from "node:test";

import { errorOf, removeNoise, withNoise } from "./denoise_mathematics.js";

const near = (numbers, expected, far = 1e-9) => numbers.forEach(
  (number, i) => assert.ok(Math.abs(number - expected[i]) < far, `${number} is not ${expected[i]}`),
);

test("noise is added and cut off, and the error is a root mean square", () => {
  const noisy = withNoise(Float64Array.from([0.5, 0.9, 0.1]), Float64Array.from([1, 2, -2]), 0.1);
  near(noisy, [0.6, 1, 0]);
  assert.equal(errorOf([0, 3], [0, -1]), Math.sqrt(8));
});

test("the minimum for squared differences is where the slope is 0", () => {
  const [rows, columns, weight] = [6, 5, 0.3];
  const noisy = Float64Array.from({ length: rows * columns }, (_, i) => 0.5 + 0.4 * Math.sin(7 * i));
  const found = removeNoise(noisy, [1, rows, columns], weight, 2);
  const [down, across] = [(weight * rows) / (rows - 1), (weight * columns) / (columns - 1)];
  found.forEach((level, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    let slope = level - noisy[i];
    if (row) slope += down * (level - found[i - columns]);
    if (row < rows - 1) slope += down * (level - found[i + columns]);
    if (column) slope += across * (level - found[i - 1]);
    if (column < columns - 1) slope += across * (level - found[i + 1]);
    near([slope], [0]);
  });
});

test("absolute differences lower a jump from both sides and keep it steep", () => {
  const noisy = Float64Array.from([0, 1, 0, 1, 0, 1]);
  near(removeNoise(noisy, [1, 3, 2], 0.2, 1), [0.2, 0.8, 0.2, 0.8, 0.2, 0.8], 1e-4);
  near(removeNoise(noisy, [1, 3, 2], 9, 1), [0.5, 0.5, 0.5, 0.5, 0.5, 0.5], 1e-4);
  near(removeNoise(Float64Array.from([0, 0, 0, 1, 1, 1]), [1, 2, 3], 0.2, 1), [0.2, 0.2, 0.2, 0.8, 0.8, 0.8], 1e-4);
});

test("channels do not mix, and no weight changes nothing", () => {
  const noisy = Float64Array.from([0, 1, 1, 0, 0.5, 0.5, 0.5, 0.5]);
  for (const power of [1, 2]) {
    near(removeNoise(noisy, [2, 2, 2], 0.1, power).subarray(4), [0.5, 0.5, 0.5, 0.5]);
    assert.equal(removeNoise(noisy, [2, 2, 2], 0, power), noisy);
  }
});
