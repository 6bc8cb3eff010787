// The triangle of weights. A place is [content, style, variation], the nearness to its corners.

import { within } from "./numbers.js";

/** Where a place lies: shares of the triangle's width, from the left, and of its height, down. */
export function spot([content, style, variation]) {
  const sides = content + style + variation;
  return [(content / 2 + variation) / sides, 1 - content / sides];
}

/** The neighbour nearer to the content, from whose picture that of a place is begun. */
export function nearer([content, style, variation]) {
  return style >= variation ? [content + 1, style - 1, variation] : [content + 1, style, variation - 1];
}

/** The place so many steps further: up to the content, or along a row from style to variation. */
export function moved(place, right, down) {
  const sides = place[0] + place[1] + place[2];
  const content = within(place[0] - down, 0, sides);
  const variation = within(place[2] + right, 0, sides - content);
  return [content, sides - content - variation, variation];
}

/** How high a number lies between two others on a logarithmic scale, from 0 to 1; 0 lies at 0. */
export function level(number, low, high) {
  if (number <= low || high <= low) return 0;
  return Math.min(1, Math.log(number / low) / Math.log(high / low));
}

/** Weights in words, as Python writes them: "1 : 1260 : 10". */
export function ratio(weights) {
  return weights.map((weight) => String(Number(weight.toPrecision(3)))).join(" : ");
}
