// The text of a mail: plain text in English, without content of documents. Names are given by people, and errors by partners' servers, so
// each is made one short line.
import type { Role } from '../access/viewer';
import { toNodeId } from '../values/ids';
import { withCommas } from '../values/text';
import { MANAGER_TOPICS, type ManagerTopic } from './installation-notices.store';
import type { DueNotice } from './mail-notice.store';

export interface Mail {
  subject: string;
  text: string;
}

const MAX_NAME = 100;
const MAX_REASON = 300;
const MAX_WEBHOOKS = 50;
const MAX_ERRORS = 5;
const HOUR_MS = 3_600_000;

/**
 * @param roles of the user, who is told what a SYSTEM_MANAGER is told only while they are one
 * @param links of the dashboard, without a slash at its end, and the one by which the user gets no more mail
 * @returns null: there is nothing to tell
 */
export function composeMail(
  notices: readonly DueNotice[],
  roles: readonly Role[],
  links: { url: string; unsubscribe: string },
): Mail | null {
  const { url, unsubscribe } = links;
  const isManager = roles.includes('SYSTEM_MANAGER');
  const installation = MANAGER_TOPICS.flatMap((topic) => {
    const last = notices.findLast((notice) => notice.topic === topic && notice.webhookId === null);
    return last && isManager ? [CONDITIONS[topic](readFacts(last.facts))] : [];
  });
  const webhooks = [...Map.groupBy(notices.filter(isOfWebhook), ({ webhookId }) => webhookId).values()].map(newsOf);
  const [firstOfInstallation] = installation;
  const [firstWebhook] = webhooks;
  if (!firstOfInstallation && !firstWebhook) return null;

  const parts = installation.map(({ sentence, page }) => `${sentence}\n${url}${page}`);
  for (const { id, name, sentences } of webhooks.slice(0, MAX_WEBHOOKS)) {
    parts.push([`"${name}"`, ...sentences, `${url}/webhooks/${toNodeId('Webhook', id)}`].join('\n'));
  }
  const more = webhooks.length - MAX_WEBHOOKS;
  if (more > 0) parts.push(`There is news of ${withCommas(more)} more webhooks:\n${url}/health`);
  const because = [
    ...(installation.length > 0 ? ['you are a SYSTEM_MANAGER'] : []),
    ...(webhooks.length > 0 ? [`you own ${webhooks.length > 1 ? 'these webhooks' : 'this webhook'}`] : []),
  ];
  parts.push(`You get this mail because ${because.join(', and ')} of Hookledger.\nNo more mail: ${unsubscribe}`);
  const headlines = [
    ...installation.map(({ headline }) => headline),
    ...(firstWebhook
      ? [webhooks.length === 1 ? `"${firstWebhook.name}" ${firstWebhook.headline}` : headlineOf(webhooks)]
      : []),
  ];
  return { subject: `Hookledger: ${headlines.join('; ')}`, text: `${parts.join('\n\n')}\n` };
}

/** @param link that verifies the address */
export function composeVerification(link: string): Mail {
  const text = `Somebody who is signed in to Hookledger as you asks for mail to this address.\n\nIf that is you, confirm it:\n${link}\n
Otherwise do nothing: you get no further mail.\n`;
  return { subject: 'Hookledger: verify your address', text };
}

interface Condition {
  headline: string;
  sentence: string;
  page: string;
}

const CONDITIONS: Readonly<Record<ManagerTopic, (facts: Facts) => Condition>> = {
  EVIDENCE_STOPPED: ({ text }) => ({
    headline: 'evidence is stopped',
    sentence: `Nothing is sealed, or not all: ${text('code')}. Rows that are changed meanwhile cannot be proven. docs/evidence-sealing.md says what to do.`,
    page: '/evidence',
  }),
  PUBLISHING_REFUSED: ({ text }) => ({
    headline: 'publishing is refused',
    sentence: `Nothing can be published: ${text('reason')} It is accepted again when workers have caught up.`,
    page: '/health',
  }),
  DEAD_LETTERS: ({ text }) => ({
    headline: 'there are dead letters',
    sentence: `Something in the database is wrong with these, for ten minutes or longer: ${text('kinds')}. All others continue; these are tried again.`,
    page: '/health',
  }),
};

type WebhookNotice = DueNotice & { webhookId: string };

function isOfWebhook(notice: DueNotice): notice is WebhookNotice {
  return notice.webhookId !== null && !notice.isOfAnother;
}

interface WebhookNews {
  id: string;
  name: string;
  headline: string;
  /** For a headline about several. */
  label: string;
  sentences: string[];
}

/** What the last notice says that holds until the next one. */
const STATES: Readonly<
  Record<string, { headline: string; label: string; sentence(notice: DueNotice, facts: Facts): string }>
> = {
  WEBHOOK_FAILING: {
    headline: 'is failing',
    label: 'failing',
    sentence: ({ at }, { text, time }) =>
      `It began to fail at ${timeText(at)}. ${text('reason')} Nothing is sent until ${time('openUntil')}; then one delivery is tried.`,
  },
  WEBHOOK_RECOVERED: {
    headline: 'works again',
    label: 'working again',
    sentence: (_notice, { time }) =>
      `It works again since ${time('recoveredAt')}. It failed since ${time('failingSince')}.`,
  },
  WEBHOOK_DISABLED: {
    headline: 'was disabled',
    label: 'disabled',
    sentence: (_notice, { text, time }) =>
      `It was disabled at ${time('disabledAt')}: ${text('reason')}. New events are skipped until it is resumed.`,
  },
};

function newsOf(notices: readonly WebhookNotice[]): WebhookNews {
  const [{ webhookId, webhookName }] = notices as readonly [WebhookNotice];
  const changes = notices.filter(({ topic }) => Object.hasOwn(STATES, topic));
  const last = changes.at(-1);
  const state = last && STATES[last.topic];
  const sentences: string[] = [];
  if (last && state) {
    sentences.push(state.sentence(last, readFacts(last.facts)));
    if (changes.length > 2) sentences.push(`It has changed ${withCommas(changes.length)} times since the last mail.`);
  }
  const expiring = notices.filter(({ topic }) => topic === 'SECRET_EXPIRES').map(({ facts }) => readFacts(facts));
  sentences.push(...expiring.map(expirySentence));
  const exhausted = notices.filter(({ topic }) => topic === 'DELIVERIES_EXHAUSTED');
  const given = exhausted.reduce((sum, { count }) => sum + count, 0);
  const deliveries = given === 1 ? '1 delivery was given up' : `${withCommas(given)} deliveries were given up`;
  if (given > 0) sentences.push(`${deliveries} ${between(exhausted)}: ${errorsOf(exhausted)}.`);
  const other = given > 0 ? `has not got ${given === 1 ? '1 delivery' : `${withCommas(given)} deliveries`}` : '';
  const [first] = expiring;
  const headline = state?.headline ?? (first ? `uses ${expiryOf(first).what} that expires soon` : other);
  const label = state?.label ?? (first ? 'with something that expires soon' : 'without some deliveries');
  return { id: webhookId, name: oneLine(webhookName ?? '', MAX_NAME), headline, label, sentences };
}

const EXPIRIES: Readonly<Record<string, { what: string; cure: string }>> = {
  SIGNING_KEY: { what: 'a replaced signing key', cure: 'Before then, the partner must verify with its successor.' },
  VERIFICATION_KEY: {
    what: 'a replaced verification key',
    cure: 'Before then, the partner must sign with its successor.',
  },
  INCOMING_ADDRESS: { what: 'a replaced address', cure: 'Before then, the partner must call its successor.' },
  CLIENT_CERTIFICATE: { what: 'a client certificate', cure: 'Attempts fail from then on, unless it is replaced.' },
  CA_CERTIFICATE: { what: 'a certificate authority', cure: 'Attempts fail from then on, unless it is replaced.' },
};

function expiryOf({ text }: Facts): { what: string; cure: string } {
  return EXPIRIES[text('kind')] ?? { what: 'something', cure: '' };
}

function expirySentence(facts: Facts): string {
  const { what, cure } = expiryOf(facts);
  return `It uses ${what} that expires at ${facts.time('expiresAt')}. ${cure}`.trimEnd();
}

/** The hours that end when these are due. */
function between(notices: readonly DueNotice[]): string {
  const ends = notices.map(({ dueAt }) => dueAt.getTime());
  return `between ${timeText(new Date(Math.min(...ends) - HOUR_MS))} and ${timeText(new Date(Math.max(...ends)))}`;
}

function errorsOf(exhausted: readonly DueNotice[]): string {
  const counts = new Map<string, number>();
  for (const { facts, count } of exhausted) {
    const error = readFacts(facts).error('lastError');
    counts.set(error, (counts.get(error) ?? 0) + count);
  }
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  const named = sorted.slice(0, MAX_ERRORS).map(([error, count]) => `${error} (${withCommas(count)})`);
  if (sorted.length > MAX_ERRORS) named.push('and others');
  return named.join(', ');
}

function headlineOf(webhooks: readonly WebhookNews[]): string {
  const labels = [...Map.groupBy(webhooks, ({ label }) => label)];
  const parts = labels.map(([label, those]) => `${withCommas(those.length)} ${label}`);
  return `${withCommas(webhooks.length)} webhooks: ${parts.join(', ')}`;
}

interface Facts {
  text(name: string): string;
  time(name: string): string;
  error(name: string): string;
}

/** @param json whoever has the serving login can write any text */
function readFacts(json: string): Facts {
  const facts = parsed(json);
  const textOf = (value: unknown) => (typeof value === 'string' ? oneLine(value, MAX_REASON) : '?');
  return {
    text: (name) => textOf(facts[name]),
    time: (name) => {
      const at = new Date(String(facts[name] ?? Number.NaN));
      return Number.isNaN(at.getTime()) ? '?' : timeText(at);
    },
    error: (name) => {
      const { code, status } = { ...(facts[name] as { code?: unknown; status?: unknown } | null) };
      return typeof status === 'number' ? `HTTP ${status}` : textOf(code);
    },
  };
}

function parsed(json: string): Readonly<Record<string, unknown>> {
  try {
    return { ...(JSON.parse(json) as object) };
  } catch {
    return {};
  }
}

function timeText(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Without control characters, line ends and marks that turn the direction of what follows. Exported for tests. */
export function oneLine(text: string, max: number): string {
  const plain = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .trim();
  const characters = [...plain.slice(0, 2 * max)];
  return characters.length > max || plain.length > 2 * max ? `${characters.slice(0, max).join('')}…` : plain;
}
