// The filter of the log. It is always in the address of the page: that is the saved view, and what people send to each other.

export const RANGES = ['1h', '24h', '7d', '30d', 'all'] as const;
export type Range = (typeof RANGES)[number];

export const STATUSES = ['PENDING', 'SUCCEEDED', 'FAILED', 'UNKNOWN', 'REFUSED'] as const;
export type Status = (typeof STATUSES)[number];

export const DIRECTIONS = ['OUTGOING', 'INCOMING'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface LogFilter {
  range: Range;
  /** A range of its own, such as one bar; instead of `range`. */
  between: { from: string; to: string } | null;
  status: readonly Status[];
  direction: Direction | null;
  /** The id of a webhook. */
  webhook: string | null;
  documentType: string | null;
  document: string | null;
  event: string | null;
  errorCode: string | null;
  http: number | null;
  /** Words in bodies, headers and texts. */
  search: string | null;
}

export const EVERYTHING: LogFilter = {
  range: '24h',
  between: null,
  status: [],
  direction: null,
  webhook: null,
  documentType: null,
  document: null,
  event: null,
  errorCode: null,
  http: null,
  search: null,
};

/** A part of the address that is no filter, and is not applied. */
export interface FilterFault {
  name: string;
  value: string;
}

const TEXTS = {
  webhook: 'webhook',
  type: 'documentType',
  document: 'document',
  event: 'event',
  error: 'errorCode',
  q: 'search',
} as const;
const MAX_TEXT = 200;

export function readFilter(search: URLSearchParams): { filter: LogFilter; faults: FilterFault[] } {
  const filter: { -readonly [Key in keyof LogFilter]: LogFilter[Key] } = { ...EVERYTHING };
  const faults: FilterFault[] = [];
  const times: { from?: string; to?: string } = {};
  for (const [name, value] of search) {
    const text = name in TEXTS ? TEXTS[name as keyof typeof TEXTS] : null;
    if (text !== null && value !== '' && value.length <= MAX_TEXT) filter[text] = value;
    else if (name === 'range' && isOne(RANGES, value)) filter.range = value;
    else if (name === 'direction' && isOne(DIRECTIONS, value)) filter.direction = value;
    else if (name === 'http' && /^[1-5]\d\d$/.test(value)) filter.http = Number(value);
    else if ((name === 'from' || name === 'to') && isTime(value)) times[name] = new Date(value).toISOString();
    else if (name === 'status' && value.split(',').every((each) => isOne(STATUSES, each))) {
      filter.status = STATUSES.filter((each) => value.split(',').includes(each));
    } else faults.push({ name, value });
  }
  const { from, to } = times;
  if (from !== undefined && to !== undefined && from < to) filter.between = { from, to };
  else for (const [name, value] of Object.entries(times)) faults.push({ name, value });
  return { filter, faults };
}

/** What differs from the view that the page begins with. */
export function writeFilter(filter: LogFilter): Record<string, string> {
  const written: Record<string, string> = {};
  if (filter.between) Object.assign(written, filter.between);
  else if (filter.range !== EVERYTHING.range) written.range = filter.range;
  if (filter.status.length > 0) written.status = filter.status.join(',');
  if (filter.direction) written.direction = filter.direction;
  if (filter.http !== null) written.http = String(filter.http);
  for (const [name, field] of Object.entries(TEXTS)) {
    const value = filter[field];
    if (value) written[name] = value;
  }
  return written;
}

const HOURS: Record<Range, number | null> = { '1h': 1, '24h': 24, '7d': 24 * 7, '30d': 24 * 30, all: null };

/** @param now in milliseconds. @returns the times of the filter; `from` null: since the beginning; `to` null: until now */
export function timesOf({ range, between }: LogFilter, now: number): { from: string | null; to: string | null } {
  if (between) return between;
  const hours = HOURS[range];
  return { from: hours === null ? null : new Date(now - hours * 3_600_000).toISOString(), to: null };
}

function isOne<Value extends string>(values: readonly Value[], value: string): value is Value {
  return (values as readonly string[]).includes(value);
}

function isTime(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) && !Number.isNaN(Date.parse(value));
}
