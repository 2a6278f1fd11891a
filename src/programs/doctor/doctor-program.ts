// hookledger doctor: looks at the settings, the machine and the database, and says what is wrong and what to do.
import { environment } from '../../config/config';
import { runLocalCommand } from '../command';
import { printFindings } from './finding';
import { runChecks } from './run-checks';

const HELP = `hookledger doctor [--url URL ...] [--restored [--head FILE ...]]

Looks at the settings, the machine and the database as a process with these settings would use them, and changes nothing. Each fault has
its cure. Run it with the settings of the server, beside it or before its start.

  --url URL    also connects to the address of a partner, by the rules for webhooks, and looks at its certificate. It sends nothing.
  --restored   also says what a restored backup lacks and what it would send (docs/backup.md). Run it before the first start.
  --head FILE  compares a signed head that a partner or witness has, as a text or as the header hookledger-head, with the restored backup.

Exit: 0 no fault, also with warnings; 1 a fault; 2 wrong arguments.
`;

const OPTIONS = {
  url: { type: 'string', multiple: true },
  restored: { type: 'boolean' },
  head: { type: 'string', multiple: true },
} as const;

void runLocalCommand({ name: 'doctor', help: HELP, options: OPTIONS }, async ({ url, restored, head }) => {
  const what = { urls: url ?? [], restored: restored ?? head !== undefined, headFiles: head ?? [] };
  const findings = await runChecks(environment(), what);
  if (findings.some(({ level }) => level === 'fault')) process.exitCode = 1;
  return printFindings(findings);
});
