// Lists of numbers as arrows.

export function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

export function length(a) {
  return Math.sqrt(dot(a, a));
}

/** The cosine of the angle between two arrows; undefined where one has no length. */
export function cosine(a, b) {
  const lengths = length(a) * length(b);
  return lengths ? Math.min(Math.max(dot(a, b) / lengths, -1), 1) : undefined;
}

/** The shadow of b on a: the part of b that points the way of a. */
export function projection(a, b) {
  const share = dot(a, b) / (dot(a, a) || 1);
  return a.map((number) => share * number);
}

/** The arrow in the same direction, of another length; one without a length stays. */
export function scaled(a, to) {
  const from = length(a);
  return from ? a.map((number) => (number * to) / from) : a;
}
