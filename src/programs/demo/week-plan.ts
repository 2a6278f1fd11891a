// What has happened in the week before the demo: documents, attempts and calls, at times of working days.
import { PARTNERS, type Partner, TIMEOUT_MS, type Trouble } from './week-partners';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
export const DAYS = 7;

export interface PlannedAttempt {
  startedMs: number;
  durationMs: number;
  trouble: Trouble;
}

export interface PlannedDelivery {
  partner: Partner;
  /** false: the condition of the partner does not hold. */
  isWanted: boolean;
  attempts: PlannedAttempt[];
  /** When the next attempt is due; null: there is none. */
  nextMs: number | null;
}

export interface PlannedEvent {
  documentType: string;
  name: string;
  /** JSON. */
  document: string;
  /** Which of the people. */
  person: number;
  createdMs: number;
  deliveries: PlannedDelivery[];
}

export interface PlannedCall {
  from: 'GITHUB' | 'BANK';
  atMs: number;
  number: number;
  outcome: 'ACCEPTED' | 'DUPLICATE' | 'FORGED';
}

export interface Week {
  events: PlannedEvent[];
  calls: PlannedCall[];
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32): two demos of one moment have the same week. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param until the end of the week, in milliseconds since 1970: nothing in it is later */
export function planWeek(until: number): Week {
  const random = seededRandom(20_260);
  const types = [...new Set(PARTNERS.map(({ documentType }) => documentType))];
  const events = types.flatMap((type) => eventsOf(type, until, random)).sort((a, b) => a.createdMs - b.createdMs);
  return { events, calls: callsOf(until, random) };
}

/** Times of `perDay` things on each working day, oldest first; fewer on Saturdays and Sundays. */
function timesOf(perDay: number, until: number, random: () => number): number[] {
  const times: number[] = [];
  for (let day = DAYS; day >= 0; day--) {
    const midnight = Math.floor(until / DAY_MS) * DAY_MS - day * DAY_MS;
    const count = Math.round(perDay * (isWeekend(midnight) ? 0.25 : 0.85 + 0.3 * random()));
    // most in the late morning
    for (let i = 0; i < count; i++) times.push(midnight + (5 + (random() + random() + random()) * 5) * HOUR_MS);
  }
  const begin = until - DAYS * DAY_MS;
  return times
    .map(Math.floor)
    .filter((time) => time > begin && time < until - 120_000)
    .sort((a, b) => a - b);
}

function eventsOf(documentType: string, until: number, random: () => number): PlannedEvent[] {
  const partners = PARTNERS.filter((each) => each.documentType === documentType);
  const { perDay, prefix } = partners[0] as Partner;
  return timesOf(perDay, until, random).map((createdMs, index) => {
    const number = index + 1;
    const name = `${prefix}-26-${String(3_100 + number).padStart(5, '0')}`;
    const made = makeDocument(documentType, name, createdMs, random);
    return {
      documentType,
      name,
      document: made.text,
      person: Math.floor(random() * 4),
      createdMs,
      deliveries: partners.map((partner) =>
        deliveryTo(partner, number, partner.condition === null || made.currency === 'SAR', createdMs, until, random),
      ),
    };
  });
}

function deliveryTo(
  partner: Partner,
  number: number,
  isWanted: boolean,
  createdMs: number,
  until: number,
  random: () => number,
): PlannedDelivery {
  const attempts: PlannedAttempt[] = [];
  let dueMs = createdMs + 5 + Math.floor(random() * 20);
  while (isWanted && dueMs <= until && attempts.length < partner.retrySchedule.length) {
    const attempt = attempts.length + 1;
    const hoursAgo = (until - dueMs) / HOUR_MS;
    const trouble = partner.trouble({ number, attempt, hoursAgo, isMaintenance: isMaintenance(dueMs, until) });
    const durationMs = durationOf(trouble, partner.answersInMs, random);
    attempts.push({ startedMs: dueMs, durationMs, trouble });
    if (trouble === null) return { partner, isWanted, attempts, nextMs: null };
    const waitMs = (partner.retrySchedule[attempt] ?? 0) * 1_000 * (0.8 + 0.4 * random());
    dueMs += durationMs + Math.round(waitMs);
  }
  const isOpen = isWanted && attempts.length < partner.retrySchedule.length;
  return { partner, isWanted, attempts, nextMs: isOpen ? dueMs : null };
}

const MAINTENANCE_HOURS = { from: 9, to: 12.5 };

/** On the newest working day that is two days ago or more. */
function isMaintenance(atMs: number, until: number): boolean {
  let day = Math.floor(until / DAY_MS) * DAY_MS - 2 * DAY_MS;
  while (isWeekend(day)) day -= DAY_MS;
  const hour = (atMs - day) / HOUR_MS;
  return hour > MAINTENANCE_HOURS.from && hour < MAINTENANCE_HOURS.to;
}

function isWeekend(midnight: number): boolean {
  return [0, 6].includes(new Date(midnight).getUTCDay());
}

function durationOf(trouble: Trouble, usualMs: number, random: () => number): number {
  if (trouble?.kind === 'TIMEOUT') return TIMEOUT_MS;
  if (trouble?.kind === 'REFUSED_CONNECTION') return 3 + Math.floor(random() * 9);
  // a few answers take much longer
  return Math.round(usualMs * (0.6 + random() + (random() < 0.04 ? 8 * random() : 0)));
}

const CUSTOMERS = [
  'Fjord Supply AS',
  'Dar Al Nour Trading',
  'Atlas Steel',
  'Cedar & Sons',
  'Blue Harbour Ltd',
  'مؤسسة النخيل',
];
const ITEMS = [
  ['PUMP-7', 'Centrifugal pump 7 kW', 2_400],
  ['STEEL-2MM', 'Steel sheet 2 mm', 245],
  ['SHOE-138', 'CMS Shoe', 250],
  ['VALVE-DN50', 'Gate valve DN 50', 118.4],
  ['CABLE-3X25', 'Cable 3 x 2.5 mm, 100 m', 96.75],
] as const;

/** The shape of an ERP's document. Amounts have two decimals, which numbers of JavaScript would lose. */
function makeDocument(documentType: string, name: string, atMs: number, random: () => number) {
  const pick = <Each>(from: readonly Each[]) => from[Math.floor(random() * from.length)] as Each;
  const currency = pick(['SAR', 'SAR', 'EUR', 'USD']);
  let total = 0;
  const items = Array.from({ length: 1 + Math.floor(random() * 4) }, () => {
    const [code, itemName, rate] = pick(ITEMS);
    const qty = 1 + Math.floor(random() * 20);
    total += qty * rate;
    return `{"item_code":"${code}","item_name":"${itemName}","qty":${qty},"rate":${rate.toFixed(2)},"amount":${(qty * rate).toFixed(2)}}`;
  });
  const customer = pick(CUSTOMERS);
  const facts =
    documentType === 'Lead'
      ? `"lead_name":"${customer}","source":"Website","territory":"Riyadh"`
      : `"company":"Example Trading LLC","customer":"${customer}","customer_name":"${customer}","currency":"${currency}",` +
        `"items":[${items.join(',')}],"grand_total":${total.toFixed(2)}`;
  const text = `{"doctype":"${documentType}","name":"${name}","posting_date":"${new Date(atMs).toISOString().slice(0, 10)}",${facts}}`;
  return { text, currency };
}

const CALLS_PER_DAY = { GITHUB: 15, BANK: 9 } as const;

/** Partners that call us. Some calls are sent twice, and some are signed with a key that is not theirs. */
function callsOf(until: number, random: () => number): PlannedCall[] {
  return (['GITHUB', 'BANK'] as const).flatMap((from) =>
    timesOf(CALLS_PER_DAY[from], until, random).flatMap((atMs, number): PlannedCall[] => {
      const call = { from, atMs, number };
      if (number % 23 === 11) return [{ ...call, outcome: 'FORGED' }];
      if (number % 17 !== 5) return [{ ...call, outcome: 'ACCEPTED' }];
      return [
        { ...call, outcome: 'ACCEPTED' },
        { ...call, atMs: atMs + 31_000, outcome: 'DUPLICATE' },
      ];
    }),
  );
}
