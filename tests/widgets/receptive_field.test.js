import assert from "node:assert/strict";
import { test } from "node:test";

import { boxAt, nearestPosition, reachesOver, sharesOf } from "./receptive_field_mathematics.js";

test("a row goes down and a column across", () => {
  assert.deepEqual(boxAt([3, 1, -1], [5, 7]), { left: 6, top: 4, side: 3 });
  assert.deepEqual(boxAt([76, 8, -34], [1, 0]), { left: -34, top: -26, side: 76 });
  assert.deepEqual(sharesOf({ left: 10, top: 5, side: 20 }, [50, 100]), [0.1, 0.1, 0.2, 0.4]);
});

test("another layer's position has the same centre", () => {
  const box = boxAt([40, 4, -18], [3, 9]);
  assert.deepEqual(nearestPosition(box, [40, 4, -18], [20, 20]), [3, 9]);
  assert.deepEqual(nearestPosition(box, [3, 1, -1], [99, 99]), [14, 38]);
  assert.deepEqual(nearestPosition(box, [3, 1, -1], [10, 20]), [9, 19]);
});

test("a box reaches over each of four borders", () => {
  assert.ok(!reachesOver({ left: 0, top: 0, side: 10 }, [10, 20]));
  assert.ok(!reachesOver({ left: 10, top: 0, side: 10 }, [10, 20]));
  for (const [left, top] of [[-1, 0], [0, -1], [11, 0], [0, 1]]) {
    assert.ok(reachesOver({ left, top, side: 10 }, [10, 20]));
  }
});
