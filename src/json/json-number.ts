/**
 * Whether the double that is nearest to a JSON number has the same value when it is written again: it does for `0.1`, `1.0`,
 * `100.00`, `1e2` and `5e-324`, not for `12345678901234567890`, `0.1234567890123456789` and `1e999`. Takes linear time for all
 * texts.
 */
export function isKeptByDouble(text: string): boolean {
  const read = String(Number(text));
  if (read === text) return true;
  const stated = decimalOf(text);
  const kept = decimalOf(read);
  return stated.digits === kept.digits && (stated.digits === '' || stated.exponent === kept.exponent);
}

/** The absolute value as 0.DIGITS times ten to the exponent, without leading and trailing zeros; zero has no digits. */
interface Decimal {
  digits: string;
  exponent: number;
}

// The shortest form of a double has at most 17 digits, so longer numbers need not be compared completely.
const MAX_DIGITS = 17;

function decimalOf(text: string): Decimal {
  const unsigned = text.startsWith('-') ? text.slice(1) : text;
  const e = unsigned.search(/[eE]/);
  const mantissa = e < 0 ? unsigned : unsigned.slice(0, e);
  const point = mantissa.indexOf('.');
  const all = point < 0 ? mantissa : mantissa.slice(0, point) + mantissa.slice(point + 1);
  const first = firstNonZero(all);
  const integerDigits = point < 0 ? mantissa.length : point;
  return {
    digits: all.slice(first, Math.min(endOfNonZero(all), first + MAX_DIGITS + 1)),
    exponent: integerDigits - first + (e < 0 ? 0 : Number(unsigned.slice(e + 1))),
  };
}

function firstNonZero(digits: string): number {
  let at = 0;
  while (digits.charCodeAt(at) === 48) at++;
  return at;
}

// A loop, because /0+$/ takes quadratic time for digits such as 1000...0001.
function endOfNonZero(digits: string): number {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 48) end--;
  return end;
}
