// Places in a picture and positions in a map.
//
// A place is [x, y] as shares of a picture's width and height in [0, 1); a position is
// [row, column] in a map of so many rows and columns.

import { within } from "./numbers.js";

/** The position in which a place lies. */
export function positionAt([x, y], [rows, columns]) {
  return [within(Math.floor(y * rows), 0, rows - 1), within(Math.floor(x * columns), 0, columns - 1)];
}

/** The middle of a position, as a place. */
export function placeOf([row, column], [rows, columns]) {
  return [(column + 0.5) / columns, (row + 0.5) / rows];
}

/** The place so many positions further; the border of the map stops it. */
export function placeBeside(place, right, down, shape) {
  const [row, column] = positionAt(place, shape);
  return placeOf([within(row + down, 0, shape[0] - 1), within(column + right, 0, shape[1] - 1)], shape);
}

/** Maps that Python has packed: `number = byte / 255 * white`. */
export class Maps {
  constructor({ shape, white, bytes }) {
    this.count = shape[0];
    this.shape = [shape[1], shape[2]];
    this.size = shape[1] * shape[2];
    this.white = white;
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The number of a channel at a position. */
  at(channel, [row, column]) {
    const byte = this.bytes[channel * this.size + row * this.shape[1] + column];
    return (byte / 255) * this.white[channel];
  }

  /** All numbers of a channel, row by row. */
  numbers(channel) {
    const factor = this.white[channel] / 255;
    const bytes = this.bytes.subarray(channel * this.size, (channel + 1) * this.size);
    return Float64Array.from(bytes, (byte) => byte * factor);
  }

  /** The channels, the one with the largest number at a position first. */
  strongest(position) {
    const here = Array.from({ length: this.count }, (_, channel) => this.at(channel, position));
    return here.map((_, channel) => channel).sort((a, b) => here[b] - here[a] || a - b);
  }
}

/** The bytes of float32 that Python's `floats` has made, as numbers. */
export function floats(bytes) {
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
