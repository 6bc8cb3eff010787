// Colours: 0 is black in every figure; what is larger is brighter.

const SCALE = [  // from -1 to 1; orange and blue are told apart by every eye
  [-1, [214, 236, 255]], [-0.5, [43, 140, 255]], [0, [0, 0, 0]],
  [0.5, [255, 128, 0]], [1, [255, 244, 220]],
];
export const FIRST = [255, 140, 0];  // of two maps in one picture; where both are, white
export const SECOND = [0, 115, 255];

/** Grey for a share from 0 (black) to 1 (white). */
export function grey(share) {
  const level = 255 * Math.min(Math.max(share, 0), 1);
  return [level, level, level];
}

/** Black for 0, orange to white for 1, blue to white for -1. */
export function signed(share) {
  const at = Math.min(Math.max(share, -1), 1);
  const end = Math.max(1, SCALE.findIndex(([stop]) => stop >= at));
  const [[low, from], [high, to]] = [SCALE[end - 1], SCALE[end]];
  return from.map((level, i) => level + ((to[i] - level) * (at - low)) / (high - low));
}

/** Two shares from 0 to 1 in one colour: orange, blue, and where both are, white. */
export function both(first, second) {
  return FIRST.map((level, i) => Math.min(255, first * level + second * SECOND[i]));
}
