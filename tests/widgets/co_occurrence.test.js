import assert from "node:assert/strict";
import { test } from "node:test";

import {
  between, brightest, compare, placesAfter, shuffled, stamp, stampPicture,
} from "./co_occurrence_mathematics.js";

const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

test("a dot product beside chance and the largest possible", () => {
  const found = compare([1, 2], [3, 1]);
  assert.deepEqual([found.dot, found.chance], [5, 6]);
  near(found.largest, Math.sqrt(50));
  near(found.cosine, Math.SQRT1_2);
  near(found.correlation, -1);
  assert.equal(compare([0, 0], [1, 2]).cosine, 0);
  assert.equal(compare([1, 1], [1, 2]).correlation, undefined);
  assert.equal(brightest([0, 0]), 1);
});

test("a permutation moves numbers to the places that it names", () => {
  const permutation = new Uint32Array([4, 0, 5, 2, 1, 3]);  // of two rows and three columns
  const numbers = Float64Array.from([10, 11, 12, 13, 14, 15]);
  const moved = shuffled(numbers, permutation);
  assert.deepEqual([...moved], [14, 10, 15, 12, 11, 13]);
  const places = placesAfter(permutation, 3);
  assert.deepEqual([...places.subarray(8, 10)], [0, 0]);  // 14 is now first
  assert.deepEqual([...places.subarray(0, 2)], [0, 1]);
  const sheet = new Float32Array(6);
  stamp(sheet, [2, 3], 1, numbers, places);
  assert.deepEqual([...sheet], [...moved]);
});

test("squares lie on a sheet where their places are, and add up where they meet", () => {
  const sheet = new Float32Array(16).fill(9);
  stamp(sheet, [1, 4], 2, [1, 2, 0, 0], Float32Array.from([0, 0.5, 0, 1, 0, 2, 0, 3]));
  assert.deepEqual([...sheet], [0, 1, 3, 2, 0, 0, 0, 0, 0, 1, 3, 2, 0, 0, 0, 0]);
  const picture = [1, 2, 3, 4, 5, 6, 7, 8];
  const below = new Float32Array(8);
  stampPicture(below, [1, 2], 2, picture, Float32Array.from([0, 1, 0, 0]));
  assert.deepEqual([...below], [3, 4, 1, 2, 7, 8, 5, 6]);
});

test("a flight begins and ends at its places", () => {
  const [from, to] = [Float32Array.from([0, 1]), Float32Array.from([4, 1])];
  assert.deepEqual([0, 0.5, 1].map((share) => [...between(from, to, share)]), [[0, 1], [2, 1], [4, 1]]);
});
