// hookledger tail: prints the Webhook Request Log as it grows.
import { ACCESS_HELP, readKey, readUrl } from './api-client';
import { changesOf } from './api-stream';
import { ACCESS_OPTIONS, clientOf, readJsonOption, runCommand, UsageError } from './command';
import { visible } from './terminal';
import { findWebhook } from './watched-webhook';

const HELP = `hookledger tail [--webhook NAME] [--document NAME] [--type TYPE] [--direction DIRECTION] [--status STATUS] [--where JSON]
                [--opened] [--json] [--after ID] [--url URL] [--key-file FILE]

Prints a line for each request that finishes, in any process, until Ctrl-C. After the connection was lost it continues where it was.
It shows no content of requests, so that nothing is noted in the audit trail. docs/watching.md says more.

  --webhook NAME   the name or the id of a webhook
  --document NAME  of the business document, such as INV-0042
  --type TYPE      of the business document, such as 'Sales Invoice'
  --direction DIRECTION
                   outgoing or incoming
  --status STATUS  succeeded, failed, refused or unknown; several separated by commas
  --where JSON     any filter of the API: '{"durationMs": {"gte": 5000}}'
  --opened         prints a line for each request that begins too
  --json           prints JSON, one object on each line
  --after ID       begins after this change, as --json prints it, or 10 s before this request, at most 20 hours back
${ACCESS_HELP.replace('a SYSTEM_MANAGER or INTEGRATION_MANAGER', 'a user who reads the log')}
Exit: 2 not possible (an argument, the key or the server), 1 the key may not read the log.
`;

const OPTIONS = {
  ...ACCESS_OPTIONS,
  webhook: { type: 'string' },
  document: { type: 'string' },
  type: { type: 'string' },
  direction: { type: 'string' },
  status: { type: 'string' },
  where: { type: 'string' },
  opened: { type: 'boolean' },
  json: { type: 'boolean' },
  after: { type: 'string' },
} as const;

const WATCH = `subscription Tail($where: WebhookRequestLogWhere) {
  webhookRequestLogChanged(where: $where) {
    id kind dropped
    webhookRequestLog {
      id startedAt direction status responseStatus durationMs attemptNumber documentType referenceDocument event duplicate
      errorCode error webhook { id name } user { name }
    }
  }
}`;

interface Watched {
  webhookRequestLogChanged: {
    id: string;
    kind: 'OPENED' | 'CLOSED';
    dropped: number;
    webhookRequestLog: Row;
  };
}

interface Row {
  id: string;
  startedAt: string;
  direction: string;
  status: string;
  responseStatus: number | null;
  durationMs: number | null;
  attemptNumber: number;
  documentType: string | null;
  referenceDocument: string | null;
  duplicate: boolean;
  error: string | null;
  webhook: { name: string } | null;
}

const COMMAND = { name: 'tail', help: HELP, options: OPTIONS } as const;
const DIRECTIONS = ['OUTGOING', 'INCOMING'];
const STATUSES = ['SUCCEEDED', 'FAILED', 'REFUSED', 'UNKNOWN', 'PENDING'];

void runCommand(COMMAND, async (values) => {
  const all: object[] = [];
  if (values.document !== undefined) all.push({ referenceDocument: { eq: values.document } });
  if (values.type !== undefined) all.push({ documentType: { eq: values.type } });
  if (values.direction !== undefined)
    all.push({ direction: { in: oneOf(DIRECTIONS, '--direction', values.direction) } });
  if (values.status !== undefined) all.push({ status: { in: oneOf(STATUSES, '--status', values.status) } });
  if (values.where !== undefined) all.push(readJsonOption(COMMAND.name, '--where', values.where) as object);
  if (values.webhook !== undefined) {
    const { id } = await findWebhook(await clientOf(values), values.webhook);
    all.push({ webhook: { id: { eq: id } } });
  }
  const url = readUrl(values.url);
  const changes = changesOf<Watched>({
    url,
    key: await readKey(values['key-file'] ?? null),
    query: WATCH,
    variables: { where: all.length > 0 ? { and: all } : null },
    after: values.after ?? null,
    onBegun: () => process.stderr.write(`Watching the log of ${url}: Ctrl-C ends it.\n`),
    onLost: (message) => process.stderr.write(`${message}\n`),
  });
  endWithReader();
  for await (const { webhookRequestLogChanged: change } of changes) {
    if (change.dropped > 0) process.stderr.write(`${change.dropped} changes are left out: they came too fast.\n`);
    if (change.kind === 'OPENED' && !values.opened) continue;
    process.stdout.write(`${values.json ? JSON.stringify(change) : lineOf(change.webhookRequestLog, change.kind)}\n`);
  }
  return undefined;
});

/** @throws UsageError */
function oneOf(allowed: readonly string[], option: string, text: string): string[] {
  const given = text.split(',').map((each) => each.trim().toUpperCase());
  if (given.every((each) => allowed.includes(each))) return given;
  throw new UsageError(COMMAND.name, `${option} ${text} is none of ${allowed.join(', ').toLowerCase()}`);
}

/** The end of what reads the output, such as `head`, ends it too. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

function lineOf(row: Row, kind: 'OPENED' | 'CLOSED'): string {
  const status = kind === 'OPENED' ? 'OPENED' : row.status;
  const parts = [
    row.startedAt,
    row.direction.toLowerCase(),
    status.padEnd(9),
    String(row.responseStatus ?? '-').padStart(3),
    `${row.durationMs ?? '-'} ms`.padStart(8),
    `${row.documentType ?? '-'} ${row.referenceDocument ?? '-'}`,
    row.webhook?.name ?? '-',
    row.attemptNumber > 1 ? `try ${row.attemptNumber}` : '',
    row.duplicate ? 'a duplicate' : '',
    row.error ?? '',
  ];
  return visible(parts.filter((part) => part !== '').join('  ')).replaceAll('\n', ' ');
}
