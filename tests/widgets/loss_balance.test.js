import assert from "node:assert/strict";
import { test } from "node:test";

import { level, moved, nearer, ratio, spot } from "./triangle_mathematics.js";

test("the content is above, the style at the left, the variation at the right", () => {
  assert.deepEqual(spot([6, 0, 0]), [0.5, 0]);
  assert.deepEqual(spot([0, 6, 0]), [0, 1]);
  assert.deepEqual(spot([0, 0, 6]), [1, 1]);
  assert.deepEqual(spot([2, 3, 1]).map((share) => share.toFixed(3)), ["0.333", "0.667"]);
});

test("a picture is begun from a neighbour nearer to the content", () => {
  assert.deepEqual(nearer([2, 2, 2]), [3, 1, 2]);
  assert.deepEqual(nearer([2, 1, 3]), [3, 1, 2]);
  assert.deepEqual(nearer([0, 0, 6]), [1, 0, 5]);
});

test("keys move up to the content and along a row, and stop at the border", () => {
  assert.deepEqual(moved([2, 2, 2], 0, -1), [3, 1, 2]);
  assert.deepEqual(moved([2, 2, 2], 1, 0), [2, 1, 3]);
  assert.deepEqual(moved([2, 2, 2], -1, 0), [2, 3, 1]);
  assert.deepEqual(moved([2, 2, 2], 0, 1), [1, 3, 2]);
  assert.deepEqual(moved([2, 0, 4], 0, -10), [6, 0, 0]);
  assert.deepEqual(moved([2, 0, 4], 10, 10), [0, 0, 6]);
});

test("a tenfold number is as far up anywhere on a logarithmic scale", () => {
  assert.equal(level(1, 1, 100), 0);
  assert.ok(Math.abs(level(10, 1, 100) - 0.5) < 1e-12);
  assert.equal(level(100, 1, 100), 1);
  assert.equal(level(0, 1, 100), 0);
  assert.equal(level(5, 5, 5), 0);
});

test("weights have three significant digits, as Python writes them", () => {
  assert.equal(ratio([1, 40, 10]), "1 : 40 : 10");
  assert.equal(ratio([1, 40 * 1000 ** 0.5, 10 * 1000 ** (-1 / 6)]), "1 : 1260 : 3.16");
  assert.equal(ratio([1, 0.04, 0.01]), "1 : 0.04 : 0.01");
  assert.equal(ratio([1, 40000, 10]), "1 : 40000 : 10");
});
