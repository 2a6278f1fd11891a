// hookledger listen: sends copies of the calls of an incoming webhook to a program on this machine.
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { ACCESS_HELP, readKey, readUrl } from './api-client';
import { changesOf } from './api-stream';
import { ACCESS_OPTIONS, clientOf, runCommand, UsageError } from './command';
import { CommandError, visible } from './terminal';
import { findWebhook } from './watched-webhook';

const HELP = `hookledger listen --webhook NAME --forward URL [--refused] [--after ID] [--url URL] [--key-file FILE]

Sends a copy of each call that an INCOMING webhook accepts to a program on your machine, one after the other, until Ctrl-C. It prints what
the program answers. Hookledger has answered the partner by then, and nobody else gets your program's answer. docs/incoming.md says more.

A copy has the method, the headers and the body of the call, as far as your key may read them (the audit trail notes it), and the header
hookledger-copy-of with the id of the request.

  --webhook NAME   its name or its id
  --forward URL    where your program listens, such as http://127.0.0.1:3000/hook
  --refused        sends copies of refused calls too
  --after ID       begins 10 s before the request with this id, at most 20 hours back; default: with the next call
${ACCESS_HELP.replace('a SYSTEM_MANAGER or INTEGRATION_MANAGER', 'a user who reads the log')}
Exit: 2 not possible (an argument, the key or the server), 1 the key may not read the log.
`;

const OPTIONS = {
  ...ACCESS_OPTIONS,
  webhook: { type: 'string' },
  forward: { type: 'string' },
  refused: { type: 'boolean' },
  after: { type: 'string' },
} as const;

const WATCH = `subscription Listen($where: WebhookRequestLogWhere) {
  webhookRequestLogChanged(where: $where) {
    id kind dropped
    webhookRequestLog {
      id startedAt method url status duplicate
      headerList { name value } data dataBody { base64 masked truncated }
    }
  }
}`;

interface Watched {
  webhookRequestLogChanged: { kind: 'OPENED' | 'CLOSED'; dropped: number; webhookRequestLog: Call };
}

interface Call {
  id: string;
  startedAt: string;
  method: string;
  url: string;
  status: string;
  duplicate: boolean;
  headerList: { name: string; value: string }[] | null;
  data: unknown;
  dataBody: { base64: string | null; masked: boolean; truncated: boolean } | null;
}

interface Copy {
  method: string;
  url: URL;
  /** Names and values in turns. */
  headers: string[];
  body: Buffer;
}

const COMMAND = { name: 'listen', help: HELP, options: OPTIONS } as const;

void runCommand(COMMAND, async (values) => {
  if (values.webhook === undefined) throw new UsageError(COMMAND.name, '--webhook is missing');
  const target = readTarget(values.forward);
  const webhook = await findWebhook(await clientOf(values), values.webhook);
  if (webhook.direction !== 'INCOMING') {
    throw new CommandError(`${webhook.name} is OUTGOING: nobody calls it. --webhook takes an INCOMING webhook.`);
  }
  const statuses = values.refused ? ['SUCCEEDED', 'REFUSED'] : ['SUCCEEDED'];
  const calls = changesOf<Watched>({
    url: readUrl(values.url),
    key: await readKey(values['key-file'] ?? null),
    query: WATCH,
    variables: { where: { webhook: { id: { eq: webhook.id } }, status: { in: statuses } } },
    after: values.after ?? null,
    onBegun: () =>
      say(
        `Copies of calls of ${webhook.name} (${webhook.id}) go to ${target.href}. Hookledger itself answers the partner.`,
      ),
    onLost: (message) => process.stderr.write(`${message}\n`),
  });
  for await (const { webhookRequestLogChanged: change } of calls) {
    if (change.dropped > 0) say(`${change.dropped} calls are left out: they came too fast.`);
    if (change.kind === 'CLOSED') await forward(change.webhookRequestLog, target);
  }
  return undefined;
});

/** @throws UsageError */
function readTarget(text: string | undefined): URL {
  if (text === undefined) throw new UsageError(COMMAND.name, '--forward is missing');
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === '') return url;
  throw new UsageError(COMMAND.name, `--forward ${text} is not a URL such as http://127.0.0.1:3000/hook`);
}

async function forward(call: Call, target: URL): Promise<void> {
  const copy = copyOf(call, target);
  const notes = [
    call.status === 'SUCCEEDED' ? '' : call.status.toLowerCase(),
    call.duplicate ? 'a duplicate' : '',
    call.dataBody?.masked ? 'masked' : '',
  ].filter((note) => note !== '');
  const outcome =
    typeof copy === 'string'
      ? copy
      : await send(copy).catch((error: NodeJS.ErrnoException) => `not sent (${error.code ?? error.message})`);
  say([call.startedAt, call.id, call.method, ...notes, `-> ${outcome}`].join('  '));
}

/** Of the connection of the partner, and of the length of the body that came. */
const NOT_COPIED =
  /^(connection|content-length|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i;
/** Describe the bytes that came, of which a masked body has others. */
const OF_THE_BYTES = /^(content-encoding|content-type)$/i;

/** @returns why there is none, for the user */
function copyOf({ id, method, url, headerList, data, dataBody }: Call, target: URL): Copy | string {
  if (dataBody?.truncated) return 'not sent: only the beginning of its body was kept';
  const isMasked = dataBody?.masked === true;
  if (isMasked && (data === null || typeof data !== 'object')) return 'not sent: its body is hidden from your key';
  const headers = (headerList ?? [])
    .filter(({ name }) => !NOT_COPIED.test(name) && !(isMasked && OF_THE_BYTES.test(name)))
    .flatMap(({ name, value }) => [name, value]);
  if (isMasked) headers.push('content-type', 'application/json');
  headers.push('hookledger-copy-of', id);
  const body = isMasked ? Buffer.from(JSON.stringify(data)) : Buffer.from(dataBody?.base64 ?? '', 'base64');
  return { method, url: withQuery(target, url), headers, body };
}

/** Some partners say what happened in the query. */
function withQuery(target: URL, called: string): URL {
  const url = new URL(target);
  if (URL.canParse(called))
    for (const [name, value] of new URL(called).searchParams) url.searchParams.append(name, value);
  return url;
}

const TIMEOUT_MS = 30_000;

/** Without following redirects. @returns what it answered, for the user */
function send({ method, url, headers, body }: Copy): Promise<string> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const length = body.length > 0 ? ['content-length', String(body.length)] : [];
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(
      url,
      { method, headers: ['host', url.host, ...headers, ...length], timeout: TIMEOUT_MS, agent: false },
      (response) => {
        response.resume();
        response.once('error', reject);
        response.once('end', () =>
          resolve(`${response.statusCode} in ${Math.round(performance.now() - startedAt)} ms`),
        );
      },
    );
    request.once('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1_000} s`)));
    request.once('error', reject);
    request.end(body);
  });
}

function say(text: string): void {
  process.stdout.write(`${visible(text)}\n`);
}
