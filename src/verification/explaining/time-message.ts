import { isRefusal, type Proof, type Refusal } from '../claim';

const HOUR_SECONDS = 3600;
const MAX_HOURS = 14;

/** The message about the time of a call. @param fault the result of `timeFault` */
export function timeMessage(
  { signedAt, validity }: Proof,
  fault: Refusal | null,
  provider: string,
  toleranceSeconds: number,
  nowMs: number,
): string {
  if (signedAt === null && validity === null) return `${provider} signs no time: old and new calls look the same.`;
  if (signedAt === null || isRefusal(signedAt)) return fault?.message ?? `${validity?.what} is valid now.`;
  const age = Math.floor(nowMs / 1000) - signedAt;
  const said = `The call was signed ${distance(age)} (${iso(signedAt)})`;
  if (fault === null) return `${said}; up to ${toleranceSeconds} seconds are tolerated.`;
  const over = Math.abs(age) - toleranceSeconds;
  return `${said}, ${over} more than the ${toleranceSeconds} that are tolerated.${hint(age, toleranceSeconds)}`;
}

function distance(age: number): string {
  if (age === 0) return 'this second';
  const seconds = Math.abs(age) === 1 ? '1 second' : `${Math.abs(age)} seconds`;
  return age > 0 ? `${seconds} ago` : `${seconds} in the future`;
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

function hint(age: number, toleranceSeconds: number): string {
  const hours = Math.round(Math.abs(age) / HOUR_SECONDS);
  const isZone = hours >= 1 && hours <= MAX_HOURS && Math.abs(Math.abs(age) - hours * HOUR_SECONDS) <= toleranceSeconds;
  const zone = ` That is ${hours} ${hours === 1 ? 'hour' : 'hours'}: the partner may sign local time instead of UTC.`;
  const late = ' A call that is not in the log is judged as of now, unless `at` has the time at which it was received.';
  if (isZone) return zone + (age > 0 ? late : '');
  return age > 0 ? late : " The partner's clock is fast, or ours is slow.";
}
