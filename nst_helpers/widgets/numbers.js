// Numbers as text, written as Python's `significant` and `format` write them.

/** A number with so many significant digits: 1234.5 is "1,230", 0.01234 is "0.0123". */
export function significant(number, digits = 3) {
  const rounded = Number(number.toPrecision(digits));
  return rounded.toLocaleString("en", { maximumSignificantDigits: 21, maximumFractionDigits: 20 })
    .replace(/^-0$/, "0");
}

/** A number with so many decimals. */
export function fixed(number, decimals = 2) {
  const text = number.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

/** A whole number with commas. */
export function whole(number) {
  return Math.round(number).toLocaleString("en");
}

/** A share as a whole percentage. */
export function percent(share) {
  return `${Math.round(share * 100)}%`;
}

/** The number between the limits that is nearest. */
export function within(number, low, high) {
  return Math.min(Math.max(number, low), high);
}
