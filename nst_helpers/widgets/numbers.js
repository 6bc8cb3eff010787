// Numbers as text, written as Python's `significant` and `format` write them.

const MOST = 100;  // decimals that JavaScript writes, and so all of a number halfway between two

/** A number with so many significant digits: 1234.5 is "1,230", 0.01234 is "0.0123". */
export function significant(number, digits = 3) {
  const rounded = Number(exponential(number, digits - 1));
  return rounded.toLocaleString("en", { maximumSignificantDigits: 21, maximumFractionDigits: 20 })
    .replace(/^-0$/, "0");
}

/** A number with so many decimals. */
export function fixed(number, decimals = 2) {
  let text = number.toFixed(decimals);
  if (isHalfway(number.toFixed(MOST), decimals) && isOdd(text)) text = towardsZero(text, decimals);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

/** A number as "1.23e+2" with so many decimals. */
function exponential(number, decimals) {
  const text = number.toExponential(decimals);
  const [digits, power] = text.split("e");
  if (!isHalfway(number.toExponential(MOST), decimals) || !isOdd(digits)) return text;
  return `${towardsZero(digits, decimals)}e${power}`;
}

// A number exactly between two others of so many decimals is rounded to the even one in Python, and
// away from 0 by JavaScript.

function isHalfway(text, decimals) {
  return /^50*(e|$)/.test((text.split(".")[1] ?? "").slice(decimals));
}

function isOdd(text) {
  return Number(text.at(-1)) % 2 === 1;
}

function towardsZero(text, decimals) {
  return (Number(text) - Math.sign(Number(text)) * 10 ** -decimals).toFixed(decimals);
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
