// A Gram matrix, what the page computes of it, and places in the square and in the pictures.

import { Maps, floats } from "./grids.js";
import { within } from "./numbers.js";

const CONSTANT = 1e-6;  // a variance that is a smaller share of the mean square is an error of rounding

/** A Gram matrix with the averages of its channels, as Python has sent them. */
export class Gram {
  constructor({ gram, means }) {
    [this.upper, this.means] = [floats(gram), floats(means)];
    this.count = this.means.length;
  }

  entry(i, j) {
    const [row, column] = i < j ? [i, j] : [j, i];
    return this.upper[(row * (2 * this.count - row - 1)) / 2 + column];
  }

  /** What the entry is expected to be when the two channels have nothing to do with each other. */
  chance(i, j) {
    return this.means[i] * this.means[j];
  }

  covariance(i, j) {
    return this.entry(i, j) - this.chance(i, j);
  }

  /** What an entry of a measure is divided by, so that all are on a scale from -1 to 1. */
  length(measure, i, j) {
    return Math.sqrt(this.square(measure, i) * this.square(measure, j));
  }

  square(measure, i) {
    const all = this.entry(i, i);
    if (measure !== "correlation") return all;
    const variance = this.covariance(i, i);
    return variance > CONSTANT * all ? variance : 0;
  }

  /** How two channels go together, on a scale from -1 to 1; 0 where one is silent. */
  measured(measure, i, j) {
    const length = this.length(measure, i, j);
    if (!(length > 0)) return 0;
    const entry = measure === "Gram" ? this.entry(i, j) : this.covariance(i, j);
    return within(entry / length, -1, 1);
  }

  /** The rank of a pair among all pairs of different channels, 1 for the largest entry. */
  rank(i, j) {
    const entry = this.entry(i, j);
    let larger = 0;
    for (let row = 0, at = 0; row < this.count; row++) {
      at += 1;  // the diagonal
      for (let column = row + 1; column < this.count; column++, at++) {
        if (this.upper[at] > entry) larger += 1;
      }
    }
    return larger + 1;
  }

  get pairs() {
    return (this.count * (this.count - 1)) / 2;
  }

  /** The share of the matrix's norm that chance alone, the products of the averages, has. */
  get shareOfChance() {
    this.share ??= this.chanceInNorm();
    return this.share;
  }

  chanceInNorm() {
    const chance = this.means.reduce((sum, mean) => sum + mean * mean, 0);
    let squares = 0;
    for (let i = 0; i < this.count; i++) {
      for (let j = 0; j < this.count; j++) squares += this.entry(i, j) ** 2;
    }
    return squares ? chance / Math.sqrt(squares) : 0;
  }
}

/** Maps of which Python has sent only the bytes that are not 0, and a bit for each that says where. */
export function withZeros({ shape, white, bytes, where }) {
  const all = new Uint8Array(shape[0] * shape[1] * shape[2]);
  let sent = 0;
  for (let i = 0; i < all.length; i++) {
    if ((where.getUint8(i >> 3) >> (i & 7)) & 1) all[i] = bytes.getUint8(sent++);
  }
  return new Maps({ shape, white, bytes: all });
}

/**
 * The places [top, left] in a picture that the strongest numbers of a map see, strongest first: only
 * those that lie wholly inside the picture, if there are any, and on one another by half at most.
 */
export function strongestFields(numbers, [rows, columns], [size, step, offset], [height, width], count = 2) {
  const inside = (index, end) => offset + step * index >= 0 && offset + step * index + size <= end;
  const whole = (i) => inside(Math.floor(i / columns), height) && inside(i % columns, width);
  const seen = numbers.map((number, i) => (whole(i) ? number : 0));
  const anyInside = numbers.some((_, i) => whole(i));
  const left = anyInside ? seen : numbers.slice();
  const apart = Math.max(1, Math.ceil(size / 2 / step));
  const fields = [];
  while (fields.length < count) {
    const best = left.reduce((top, number, i) => (number > left[top] ? i : top), 0);
    if (!(left[best] > 0)) break;
    const [row, column] = [Math.floor(best / columns), best % columns];
    fields.push([offset + step * row, offset + step * column]);
    for (let r = Math.max(row - apart, 0); r <= Math.min(row + apart, rows - 1); r++) {
      left.fill(0, r * columns + Math.max(column - apart, 0), r * columns + Math.min(column + apart + 1, columns));
    }
  }
  return fields;
}

/** The smaller and the larger of the positions at which a pair of channels stands in the order. */
export function positionsOf(pair, order) {
  return pair.map((channel) => order.indexOf(channel)).sort((a, b) => a - b);
}

/** The pair of channels of two positions: on both sides of the diagonal it is the same. */
export function pairAt(positions, order) {
  return [...positions].sort((a, b) => a - b).map((position) => order[position]);
}

/** A smaller block around a pair: first that of its groups, then the pair with a few neighbours. */
export function closer([begin, end], [low, high], groups) {
  const groupOf = (position) => groups.find(([, stop]) => position < stop);
  const length = Math.max(24, high - low + 9);  // at least four neighbours on both sides
  const start = within(Math.round((low + high + 1 - length) / 2), begin, Math.max(begin, end - length));
  const blocks = [[groupOf(low)[0], groupOf(high)[1]], [start, Math.min(start + length, end)]];
  return blocks.find(([first, last]) => last - first < end - begin) ?? [begin, end];
}
