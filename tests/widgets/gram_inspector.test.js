import assert from "node:assert/strict";
import { test } from "node:test";

import { Gram, closer, pairAt, positionsOf, strongestFields, withZeros } from "./gram_mathematics.js";

const view = (numbers) => new DataView(new Float32Array(numbers).buffer);
// [[4, 1, 0], [1, 1, 0.5], [0, 0.5, 0.25]] above and on the diagonal; the last channel is constant.
const gram = new Gram({ gram: view([4, 1, 0, 1, 0.5, 0.25]), means: view([1, 0.5, 0.5]) });

test("a Gram matrix is read from the half that was sent", () => {
  const all = [0, 1, 2].map((i) => [0, 1, 2].map((j) => gram.entry(i, j)));
  assert.deepEqual(all, [[4, 1, 0], [1, 1, 0.5], [0, 0.5, 0.25]]);
  assert.deepEqual([[0, 1], [2, 1], [0, 2]].map(([i, j]) => gram.rank(i, j)), [1, 2, 3]);
  assert.equal(gram.pairs, 3);
});

test("three measures on one scale", () => {
  assert.equal(gram.measured("Gram", 0, 1), 0.5);
  assert.equal(gram.covariance(0, 1), 0.5);
  assert.equal(gram.measured("covariance", 1, 0), 0.25);
  assert.ok(Math.abs(gram.measured("correlation", 0, 1) - 0.5 / Math.sqrt(3 * 0.75)) < 1e-12);
  assert.equal(gram.measured("covariance", 0, 2), -0.5);
  assert.equal(gram.measured("correlation", 1, 2), 0);  // a constant channel
  const norm = Math.hypot(4, 1, 1, 1, 0.5, 0.5, 0.25);
  assert.ok(Math.abs(gram.shareOfChance - 1.5 / norm) < 1e-12);
  const silent = new Gram({ gram: view([0, 0, 3]), means: view([0, 1]) });
  for (const measure of ["Gram", "covariance", "correlation"]) assert.equal(silent.measured(measure, 0, 1), 0);
});

test("maps come without their zeros", () => {
  const bits = new DataView(new Uint8Array([0b10010010, 0b1]).buffer);
  const bytes = new DataView(new Uint8Array([51, 255, 102, 204]).buffer);
  const maps = withZeros({ shape: [1, 3, 3], white: [5], bytes, where: bits });
  assert.deepEqual([...maps.numbers(0)].map((number) => Math.round(number)), [0, 1, 0, 0, 5, 0, 0, 2, 4]);
});

test("patches lie inside the picture and hardly on one another", () => {
  const map = Float64Array.of(9, 0, 5, 7);
  assert.deepEqual(strongestFields(map, [1, 4], [3, 2, 0], [3, 9]), [[0, 0], [0, 6]]);
  assert.deepEqual(strongestFields(map, [1, 4], [3, 2, -1], [2, 9]), [[-1, -1], [-1, 5]]);  // none inside
  assert.deepEqual(strongestFields(map, [2, 2], [4, 4, 0], [8, 8]), [[0, 0]]);
  assert.deepEqual(strongestFields(map, [2, 2], [1, 4, 0], [8, 8]), [[0, 0]]);
  assert.deepEqual(strongestFields(map, [4, 1], [1, 2, 0], [8, 1]), [[0, 0], [6, 0]]);
  assert.deepEqual(strongestFields(new Float64Array(4), [2, 2], [4, 4, 0], [8, 8]), []);
});

test("a pair has two cells, and a block around it is smaller and has both", () => {
  const order = [3, 1, 0, 2];
  assert.deepEqual(positionsOf([0, 3], order), [0, 2]);
  assert.deepEqual(pairAt([2, 0], order), [3, 0]);
  assert.deepEqual(pairAt([0, 2], order), [3, 0]);
  const groups = [[0, 30], [30, 70], [70, 100]];
  assert.deepEqual(closer([0, 100], [35, 40], groups), [30, 70]);
  assert.deepEqual(closer([0, 100], [10, 40], groups), [0, 70]);
  const near = closer([30, 70], [35, 40], groups);
  assert.ok(near[0] >= 30 && near[1] <= 70 && near[1] - near[0] === 24 && near[0] <= 35 && near[1] > 40);
  assert.deepEqual(closer(near, [35, 40], groups), near);
  assert.deepEqual(closer([0, 70], [0, 69], groups), [0, 70]);
});
