// Partners who call us, as a process of its own; their calls are signed ahead. Node runs it as it stands, types stripped. So
// it imports only what does the same.
import { createHmac } from 'node:crypto';
import { openPlainConnection, type PlainConnection, plainRequest } from '../plain-http.mts';

interface Order {
  port: number;
  path: string;
  /** What the calls are signed with, in base64. */
  key: string;
  /** The number of the first call, and how many there are. */
  first: number;
  count: number;
  /** Some calls are sent twice: at once, or a moment later. */
  repeats: boolean;
  /** What every answer must have: any other ends the run. */
  status: number;
  connections: number;
  /** null: each connection calls again when it was answered. */
  perSecond: number | null;
  /** The calls are sent over and over, and nothing is noted of them but when; else each is sent once. */
  again: boolean;
  /** Not at a rate: after so long no new one is sent. */
  seconds: number;
}

interface Call {
  number: number;
  request: Buffer;
}

const REPEATED = 50;
const LATER = 10;
const ID = '\r\nx-request-id: ';

let stopped = false;

process.on('message', (order: Order | 'stop') => {
  if (order === 'stop') {
    stopped = true;
    return;
  }
  stopped = false;
  run(order).then(
    (result) => process.send?.(result),
    (error: Error) => process.send?.({ fault: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));

async function run(order: Order) {
  const calls = order.repeats ? withRepeats(signed(order)) : signed(order);
  const connections = await Promise.all(
    Array.from({ length: order.connections }, () => openPlainConnection(serverOf(order))),
  );
  const answers = { numbers: [] as number[], ids: [] as string[], waitsMs: [] as number[], times: [] as number[] };
  const cpu = process.cpuUsage();
  const ask = async (connection: PlainConnection, call: Call, since: number) => {
    const { status, head } = await connection.ask(call.request);
    const now = performance.now();
    if (status !== order.status) throw new Error(`an answer that is not ${order.status}: ${head}`);
    answers.waitsMs.push(now - since);
    answers.times.push(now);
    if (order.again) return;
    answers.numbers.push(call.number);
    answers.ids.push(idIn(head));
  };
  if (order.perSecond === null) await asTheyAreAnswered(order, calls, connections, ask);
  else await atRate(order.perSecond, calls, connections, ask);
  const { user, system } = process.cpuUsage(cpu);
  for (const connection of connections) connection.close();
  return { ...answers, cpuMs: (user + system) / 1000 };
}

type Ask = (connection: PlainConnection, call: Call, since: number) => Promise<void>;

async function asTheyAreAnswered({ again, seconds }: Order, calls: Call[], connections: PlainConnection[], ask: Ask) {
  const end = performance.now() + seconds * 1000;
  let next = 0;
  const goesOn = () => !stopped && performance.now() < end && (again || next < calls.length);
  const caller = async (connection: PlainConnection) => {
    while (goesOn()) await ask(connection, calls[next++ % calls.length] as Call, performance.now());
  };
  await Promise.all(connections.map(caller));
}

// An open loop: a call counts from when it was due, so that a slow answer cannot hide the wait of those behind it.
async function atRate(perSecond: number, calls: Call[], connections: PlainConnection[], ask: Ask): Promise<void> {
  const idle = [...connections];
  const start = performance.now();
  const dueAt = (index: number) => start + (1000 * index) / perSecond;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let sent = 0;
  let answered = 0;
  const sendDue = () => {
    while (idle.length > 0 && sent < calls.length && dueAt(sent) <= performance.now()) {
      const connection = idle.pop() as PlainConnection;
      const since = dueAt(sent);
      ask(connection, calls[sent++] as Call, since).then(() => {
        idle.push(connection);
        answered += 1;
        if (answered === calls.length) resolve();
        else sendDue();
      }, reject);
    }
  };
  const timer = setInterval(sendDue, 1);
  await promise.finally(() => clearInterval(timer));
}

function withRepeats(calls: Call[]): Call[] {
  return calls.flatMap((call, index) => {
    if (index % REPEATED === 0) return [call, call];
    return index % REPEATED === REPEATED / 2 ? [call, calls[index - LATER] as Call] : [call];
  });
}

const serverOf = ({ port }: Order) => ({ hostname: '127.0.0.1', port });

/** What the answer has as x-request-id. */
function idIn(head: string): string {
  const at = head.indexOf(ID) + ID.length;
  const end = head.indexOf('\r', at);
  return head.slice(at, end < 0 ? undefined : end);
}

/** Standard Webhooks, with a body of about 700 bytes. */
function signed(order: Order): Call[] {
  const { path, key, first, count } = order;
  const secret = Buffer.from(key, 'base64');
  const timestamp = String(Math.floor(Date.now() / 1000));
  return Array.from({ length: count }, (_, index) => {
    const number = first + index;
    const id = `msg_${String(number).padStart(9, '0')}`;
    const body = bodyOf(number);
    const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
    const headers = {
      'user-agent': 'Example-Bank/2.4 (webhooks)',
      accept: '*/*',
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    };
    const request = plainRequest({ method: 'POST', server: serverOf(order), path, headers, body });
    return { number, request };
  });
}

function bodyOf(number: number): string {
  return (
    '{"type":"payment.settled","timestamp":"2025-11-24T09:30:00.000Z","data":' +
    `{"id":"PAY-${String(number).padStart(9, '0')}","object":"payment","amount":"1938.21","currency":"SAR",` +
    '"customer":{"id":"CUST-00042","name":"Al Noor Trading","country":"SA","vat":"300000000000003"},' +
    '"method":{"type":"bank_transfer","bank":"EXAMPLE BANK","iban":"SA0380000000608010167519","reference":"RF18539007547034"},' +
    `"invoices":[${INVOICE},${INVOICE},${INVOICE}],"fee":"0.00","net":"1938.21","status":"settled","livemode":true}}`
  );
}
const INVOICE = '{"id":"ACC-SINV-2025-0000042","amount":"646.07","outstanding":"0.00"}';
