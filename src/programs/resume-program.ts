// hookledger resume: ends the pause of all deliveries, through the API.
import { ACCESS_HELP, type UserError } from './api-client';
import { ACCESS_OPTIONS, clientOf, EXIT_CODES, refuseErrors, runCommand } from './command';
import { cell } from './terminal';

const HELP = `hookledger resume [--because REASON] [--url URL] [--key-file FILE]

Ends the pause of all deliveries. What became due meanwhile is sent, oldest first, within the limits of each webhook.

  --because REASON at most 1,000 characters, on one line; the audit trail keeps it
${ACCESS_HELP}
${EXIT_CODES}`;

const RESUME = `mutation Resume($input: ResumeDeliveriesInput!) {
  resumeDeliveries(input: $input) { ended { since reason } userErrors { field message } }
}`;

interface Resumed {
  resumeDeliveries: { ended: { since: string; reason: string } | null; userErrors: UserError[] };
}

const COMMAND = { name: 'resume', help: HELP, options: { ...ACCESS_OPTIONS, because: { type: 'string' } } } as const;

void runCommand(COMMAND, async (values) => {
  const client = await clientOf(values);
  const { resumeDeliveries } = await client.ask<Resumed>(RESUME, { input: { reason: values.because ?? null } });
  refuseErrors(resumeDeliveries.userErrors, { reason: '--because' });
  const { ended } = resumeDeliveries;
  if (!ended) return 'Deliveries were not paused.\n';
  return `Deliveries continue. The pause since ${ended.since} has ended: ${cell(ended.reason)}\n`;
});
