// Whom the business has exchanged with in the week before the demo, and how each of them behaves.

/** What one attempt meets; null: the partner accepts it. */
export type Trouble =
  | { kind: 'STATUS'; status: number; answer: string }
  | { kind: 'TIMEOUT' }
  | { kind: 'REFUSED_CONNECTION' }
  | null;

export interface Attempted {
  /** Of the document, counted from the beginning of the week. */
  number: number;
  /** From 1 on. */
  attempt: number;
  /** Hours from this attempt to the end of the week. */
  hoursAgo: number;
  /** Whether it is within the half day at which a partner had announced its maintenance. */
  isMaintenance: boolean;
}

export interface Partner {
  name: string;
  url: string;
  /** A reserved address of documentation (RFC 5737). */
  address: string;
  documentType: string;
  /** Before the number in names of its documents. */
  prefix: string;
  condition: string | null;
  retrySchedule: readonly number[];
  /** Documents on a working day. */
  perDay: number;
  /** The usual time of an answer, in milliseconds. */
  answersInMs: number;
  trouble(of: Attempted): Trouble;
}

export const TIMEOUT_MS = 15_000;

const OVERLOADED: Trouble = { kind: 'STATUS', status: 503, answer: '{"error":"maintenance, back at 12:30"}' };
const UNKNOWN_CODE: Trouble = {
  kind: 'STATUS',
  status: 422,
  answer: '{"error":"unknown postcode","field":"shipping_address.postcode"}',
};

export const PARTNERS: readonly Partner[] = [
  {
    name: 'Fjord Supply',
    url: 'https://hooks.fjord-supply.example/erp/orders',
    address: '203.0.113.21',
    documentType: 'Sales Order',
    prefix: 'SO',
    condition: null,
    retrySchedule: [0, 30, 300, 1_800],
    perDay: 34,
    answersInMs: 64,
    trouble: () => null,
  },
  {
    name: 'Dar Al Nour',
    url: 'https://api.daralnour.example/v1/orders',
    address: '198.51.100.7',
    documentType: 'Sales Order',
    prefix: 'SO',
    condition: 'doc.currency == "SAR"',
    retrySchedule: [0, 30, 300, 1_800],
    perDay: 34,
    answersInMs: 420,
    // a slow system, which answers the second time
    trouble: ({ number, attempt }) => (number % 9 === 4 && attempt === 1 ? { kind: 'TIMEOUT' } : null),
  },
  {
    name: 'Atlas Steel',
    url: 'https://edi.atlas-steel.example/receipts',
    address: '203.0.113.90',
    documentType: 'Purchase Receipt',
    prefix: 'PREC',
    condition: null,
    retrySchedule: [0, 60, 600, 3_600, 10_800, 21_600],
    perDay: 18,
    answersInMs: 150,
    // after it everything arrives
    trouble: ({ isMaintenance }) => (isMaintenance ? OVERLOADED : null),
  },
  {
    name: 'Shipox Logistics',
    url: 'https://webhooks.shipox.example/v2/delivery-notes',
    address: '192.0.2.140',
    documentType: 'Delivery Note',
    prefix: 'DN',
    condition: null,
    retrySchedule: [0, 30, 300],
    perDay: 24,
    answersInMs: 95,
    // documents that it never accepts: they are given up
    trouble: ({ number }) => (number % 19 === 6 ? UNKNOWN_CODE : null),
  },
  {
    name: 'Nordic Bank',
    url: 'https://b2b.nordic-bank.example/notifications',
    address: '198.51.100.64',
    documentType: 'Journal Entry',
    prefix: 'JV',
    condition: null,
    retrySchedule: [0, 30, 300, 1_800],
    perDay: 12,
    answersInMs: 38,
    trouble: () => null,
  },
  {
    name: 'Legacy CRM',
    url: 'https://crm.legacy-systems.example/hook',
    address: '192.0.2.12',
    documentType: 'Lead',
    prefix: 'LEAD',
    condition: null,
    retrySchedule: [0, 300, 7_200, 36_000, 72_000],
    perDay: 3,
    answersInMs: 310,
    // its server went away yesterday, and has not come back
    trouble: ({ hoursAgo }) => (hoursAgo < 26 ? { kind: 'REFUSED_CONNECTION' } : null),
  },
];

/** Who does it in the business system. */
export const PEOPLE: readonly { name: string; fullName: string }[] = [
  { name: 'lena@example.com', fullName: 'Lena Berg' },
  { name: 'omar@example.com', fullName: 'Omar Haddad' },
  { name: 'huda@example.com', fullName: 'هدى القحطاني' },
  { name: 'marco@example.com', fullName: 'Marco Rossi' },
];
