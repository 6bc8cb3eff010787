import assert from "node:assert/strict";
import { test } from "node:test";

import { light, lightOfTwo, shareWhere } from "./channel_explorer_mathematics.js";

test("a silent channel darkens the photograph, an active one lights it", () => {
  assert.deepEqual(light(0).map(Math.round), [0, 0, 0, 199]);
  assert.deepEqual(light(1).map(Math.round), [255, 255, 255, 64]);
  assert.deepEqual(light(3), light(1));
  const over = (share) => 100 + (light(share)[0] - 100) * (light(share)[3] / 255);
  for (const share of [0, 0.2, 0.4, 0.6, 0.8]) assert.ok(over(share + 0.2) > over(share));
});

test("two channels are orange and blue, and white where both are", () => {
  assert.deepEqual(lightOfTwo(1, 0).slice(0, 3), [255, 140, 0]);
  assert.deepEqual(lightOfTwo(0, 2).slice(0, 3), [0, 115, 255]);
  assert.deepEqual(lightOfTwo(1, 1), light(1));
  assert.deepEqual(lightOfTwo(0, 0), light(0));
});

test("a share of positions", () => {
  const numbers = [0, 1, 0, 3];
  assert.equal(shareWhere(4, (i) => numbers[i] > 0), 0.5);
  assert.equal(shareWhere(4, (i) => numbers[i] > 2), 0.25);
});
