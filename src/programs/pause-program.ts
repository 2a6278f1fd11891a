// hookledger pause --because REASON: pauses all deliveries, through the API.
import { ACCESS_HELP, type UserError } from './api-client';
import { ACCESS_OPTIONS, clientOf, EXIT_CODES, refuseErrors, runCommand, UsageError } from './command';
import { cell } from './terminal';

const HELP = `hookledger pause --because REASON [--url URL] [--key-file FILE]

Pauses all deliveries of all webhooks, in every process, until hookledger resume. Attempts on the wire end normally, and events and
calls of partners are still accepted. docs/operations.md says more.

  --because REASON 1 to 1,000 characters, on one line; deliveriesPaused and the audit trail show it
${ACCESS_HELP}
${EXIT_CODES}`;

const PAUSE = `mutation Pause($input: PauseDeliveriesInput!) {
  pauseDeliveries(input: $input) { deliveriesPaused { since reason pausedBy { name } } userErrors { field message } }
}`;

interface Paused {
  pauseDeliveries: {
    deliveriesPaused: { since: string; reason: string; pausedBy: { name: string } | null } | null;
    userErrors: UserError[];
  };
}

const COMMAND = { name: 'pause', help: HELP, options: { ...ACCESS_OPTIONS, because: { type: 'string' } } } as const;

void runCommand(COMMAND, async (values) => {
  if (values.because === undefined) throw new UsageError(COMMAND.name, '--because is missing');
  const client = await clientOf(values);
  const { pauseDeliveries } = await client.ask<Paused>(PAUSE, { input: { reason: values.because } });
  refuseErrors(pauseDeliveries.userErrors, { reason: '--because' });
  const { since = '', reason = '', pausedBy = null } = pauseDeliveries.deliveriesPaused ?? {};
  // also where they were paused before: then with the reason of that time
  return `Deliveries are paused since ${since}${pausedBy ? ` by ${cell(pausedBy.name)}` : ''}: ${cell(reason)}\n`;
});
