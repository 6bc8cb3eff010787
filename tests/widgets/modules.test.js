import assert from "node:assert/strict";
import { test } from "node:test";

import { both, grey, signed } from "./colours.js";
import { Maps, floats, placeBeside, placeOf, positionAt } from "./grids.js";
import { fixed, percent, significant, whole, within } from "./numbers.js";
import { cosine, dot, projection, scaled } from "./vectors_mathematics.js";

test("numbers are written as Python writes them", () => {
  const written = { 0: "0", 2: "2", 1234.5: "1,230", 0.01234: "0.0123", 0.00001: "0.00001", 65536: "65,500" };
  for (const [number, text] of Object.entries(written)) assert.equal(significant(Number(number)), text);
  assert.equal(significant(-0.5), "-0.5");
  assert.equal(fixed(-0.001), "0.00");
  assert.equal(fixed(2.5, 1), "2.5");
  assert.equal(whole(32640.2), "32,640");
  const halfway = { 0.125: "0.12", 0.375: "0.38", 2.5: "2.50", 1.005: "1.00" };
  for (const [number, text] of Object.entries(halfway)) assert.equal(fixed(Number(number)), text);
  assert.equal(fixed(-0.125), "-0.12");
  assert.equal(fixed(2.5, 0), "2");
  assert.deepEqual([1245, 1235, 2.125, -2.125, 9995, 0.0625].map((v) => significant(v)),
    ["1,240", "1,240", "2.12", "-2.12", "10,000", "0.0625"]);
  assert.equal(significant(Infinity), "∞");
  assert.equal(percent(0.256), "26%");
  assert.equal(within(7, 0, 5), 5);
});

test("a position is a row and a column, a place is across and down", () => {
  assert.deepEqual(positionAt([0.5, 0.99], [10, 20]), [9, 10]);
  assert.deepEqual(placeOf([9, 10], [10, 20]), [10.5 / 20, 9.5 / 10]);
  assert.deepEqual(placeBeside([0.1, 0.1], 1, 0, [10, 2]), [0.75, 0.15]);
  assert.deepEqual(placeBeside([0.1, 0.1], -9, 99, [10, 2]), [0.25, 0.95]);
});

test("packed maps are the numbers that Python packed", () => {
  const bytes = new DataView(new Uint8Array([9, 0, 51, 255, 102, 255, 0]).buffer, 1);
  const maps = new Maps({ shape: [2, 1, 3], white: [10, 5], bytes });
  assert.deepEqual([...maps.numbers(0)], [0, 2, 10]);
  assert.deepEqual([...maps.numbers(1)].map((v) => Number(v.toFixed(9))), [2, 5, 0]);
  assert.equal(maps.at(1, [0, 1]), 5);
  assert.deepEqual(maps.strongest([0, 0]), [1, 0]);
  assert.deepEqual(maps.strongest([0, 2]), [0, 1]);
  const numbers = new Float32Array([1.5, -2]);
  assert.deepEqual([...floats(new DataView(numbers.buffer, 4))], [-2]);
});

test("zero is black, and the sign has a colour", () => {
  assert.deepEqual(grey(0), [0, 0, 0]);
  assert.deepEqual(grey(2), [255, 255, 255]);
  assert.deepEqual(signed(0), [0, 0, 0]);
  assert.ok(signed(0.4)[0] > signed(0.4)[2] && signed(-0.4)[2] > signed(-0.4)[0]);
  assert.deepEqual(signed(9), signed(1));
  assert.deepEqual(both(1, 1), [255, 255, 255]);
  assert.deepEqual(both(0, 0), [0, 0, 0]);
  const sum = (colour) => colour.reduce((a, b) => a + b);
  for (const share of [0.1, 0.5, 0.9]) assert.ok(sum(signed(share)) < sum(signed(share + 0.1)));
});

test("dot product, cosine and shadow", () => {
  assert.equal(dot([3, 1], [1, 2]), 5);
  assert.ok(Math.abs(cosine([1, 0], [1, 1]) - Math.SQRT1_2) < 1e-12);
  assert.equal(cosine([0, 0], [1, 1]), undefined);
  assert.deepEqual(projection([2, 0], [3, 5]), [3, 0]);
  assert.deepEqual(projection([0, 0], [3, 5]), [0, 0]);
  assert.deepEqual(scaled([3, 4], 10), [6, 8]);
});
