// The text that PostgreSQL reads for a value.

/** Until the end of the year 9999; both `pg` and toISOString write other years in their own way. */
const LAST_ISO_MS = 253_402_300_799_999;

/** null: a value of another kind. */
export function scalarText(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      return value instanceof Date && value.getTime() >= 0 && value.getTime() <= LAST_ISO_MS ? isoText(value) : null;
  }
}

let lastMs = 0;
let lastText = new Date(0).toISOString();

/** Rows that are written together often have the same time. */
function isoText(time: Date): string {
  if (time.getTime() !== lastMs) {
    lastMs = time.getTime();
    lastText = time.toISOString();
  }
  return lastText;
}
