// Channels as light over a photograph, and how often they are above zero.

import { both } from "./colours.js";

const [DARK, BRIGHT] = [0.78, 0.25];  // how much of the photograph is covered, where it is silent and where white

/** The colour over a photograph, [r, g, b, a], where a channel has a share of white. */
export function light(share) {
  return covered([255, 255, 255].map((level) => level * Math.min(share, 1)), share);
}

/** The same of two channels, in orange and blue; where both are, white. */
export function lightOfTwo(first, second) {
  return covered(both(Math.min(first, 1), Math.min(second, 1)), Math.max(first, second));
}

function covered(colour, share) {
  return [...colour, 255 * (DARK + (BRIGHT - DARK) * Math.min(share, 1))];
}

/** The share of so many positions for which a test is true. */
export function shareWhere(positions, test) {
  let count = 0;
  for (let i = 0; i < positions; i++) count += test(i);
  return count / positions;
}
