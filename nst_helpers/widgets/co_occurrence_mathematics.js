// Two maps: their dot product beside chance, and their positions in another order.

import { dot, length } from "./vectors_mathematics.js";

/** The dot product of two maps, and what it can be compared with. */
export function compare(a, b) {
  const largest = length(a) * length(b);
  const product = dot(a, b);
  return {
    dot: product,
    chance: (sum(a) * sum(b)) / a.length,  // the mean over all ways to shuffle one of them
    largest,
    cosine: largest ? product / largest : 0,
    correlation: correlation(a, b),
  };
}

/** The cosine once each map's mean is subtracted; undefined where one is the same everywhere. */
export function correlation(a, b) {
  if ([a, b].some((map) => map.every((number) => number === map[0]))) return undefined;
  const [from, other] = [a, b].map((map) => {
    const mean = sum(map) / map.length;
    return map.map((number) => number - mean);
  });
  return dot(from, other) / (length(from) * length(other));
}

export function sum(numbers) {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

/** The largest number, or 1 where all are 0. */
export function brightest(numbers) {
  return numbers.reduce((a, b) => Math.max(a, b), 0) || 1;
}

/** A map whose position i has the number that was at `permutation[i]`. */
export function shuffled(numbers, permutation) {
  return numbers.map((_, i) => numbers[permutation[i]]);
}

/** Where each number of a map lies, as row and column in turn, once it is shuffled. */
export function placesAfter(permutation, columns) {
  const places = new Float32Array(2 * permutation.length);
  permutation.forEach((from, to) => {
    places[2 * from] = Math.floor(to / columns);
    places[2 * from + 1] = to % columns;
  });
  return places;
}

/** Places on the way from some to others; they start and arrive slowly. */
export function between(from, to, share) {
  const along = share * share * (3 - 2 * share);
  return from.map((place, i) => place + along * (to[i] - place));
}

/**
 * Put a map's numbers on a sheet as squares of `block` pixels, each at its place. Where squares
 * lie on each other, their numbers are added.
 */
export function stamp(sheet, [rows, columns], block, numbers, places) {
  sheet.fill(0);
  eachSquare(places, block, [rows, columns], (square, start, width) => {
    const number = numbers[square];
    for (let row = 0; row < block; row++) {
      for (let i = start + row * width; i < start + row * width + block; i++) sheet[i] += number;
    }
  });
}

/** Cut a picture into blocks, one for each position, and lay each at its place. */
export function stampPicture(sheet, [rows, columns], block, picture, places) {
  sheet.fill(0);
  eachSquare(places, block, [rows, columns], (square, start, width) => {
    const home = Math.floor(square / columns) * block * width + (square % columns) * block;
    for (let row = 0; row < block; row++) {
      for (let i = 0; i < block; i++) sheet[start + row * width + i] = picture[home + row * width + i];
    }
  });
}

/** Call `put(square, first pixel, pixels in a row)` for each square; those inside stay inside. */
function eachSquare(places, block, [, columns], put) {
  const width = columns * block;
  for (let square = 0; square < places.length / 2; square++) {
    const [top, left] = [Math.round(places[2 * square] * block), Math.round(places[2 * square + 1] * block)];
    put(square, top * width + left, width);
  }
}
