// Which pixels an activation sees. A layer's field is [side, step, offset], as in
// receptive_field of the package; a box is { left, top, side } in pixels.

import { within } from "./numbers.js";

/** The box that the activation at a position sees. */
export function boxAt([side, step, offset], [row, column]) {
  return { left: offset + step * column, top: offset + step * row, side };
}

/** The position in another layer whose field has its centre nearest to that of a box. */
export function nearestPosition({ left, top, side }, [width, step, offset], shape) {
  return [top, left].map((begin, axis) => {
    const nearest = Math.floor((begin + (side - width) / 2 - offset) / step + 0.5);
    return within(nearest, 0, shape[axis] - 1);
  });
}

/** Whether a box reaches over the border of a picture of so many rows and columns. */
export function reachesOver({ left, top, side }, [rows, columns]) {
  return Math.min(left, top) < 0 || left + side > columns || top + side > rows;
}

/** A box as shares of the picture: [left, top, width, height]. */
export function sharesOf({ left, top, side }, [rows, columns]) {
  return [left / columns, top / rows, side / columns, side / rows];
}
