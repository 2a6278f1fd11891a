// What `hookledger doctor` says of one thing: that it is well, or what is wrong with it and what to do.

export interface Finding {
  /** What was looked at, in a word or as the name of a setting. */
  what: string;
  /** A warning works for now; a fault does not, or loses something. */
  level: 'ok' | 'warning' | 'fault';
  /** A sentence. */
  message: string;
  /** What to do, as a sentence; null: nothing. */
  cure: string | null;
}

export const ok = (what: string, message: string): Finding => ({ what, level: 'ok', message, cure: null });

export const warning = (what: string, message: string, cure: string): Finding => ({
  what,
  level: 'warning',
  message,
  cure,
});

export const fault = (what: string, message: string, cure: string | null): Finding => ({
  what,
  level: 'fault',
  message,
  cure,
});

/** A refusal of a start, or of a command, whose message says both what is wrong and what to do. */
export function faultOf(what: string, error: unknown): Finding {
  return fault(what, (error as Error).message.replace(/^(It cannot start|Nothing was done): /, ''), null);
}

const LEVELS = { ok: 'ok     ', warning: 'WARNING', fault: 'FAULT  ' };

/** In lines, the worst ones last, where a terminal shows them. */
export function printFindings(findings: readonly Finding[]): string {
  const lines = (['ok', 'warning', 'fault'] as const).flatMap((level) =>
    findings
      .filter((finding) => finding.level === level)
      .map(({ what, message, cure }) => {
        const text = `${LEVELS[level]}  ${what}: ${message}`;
        return cure === null ? text : `${text}\n         ${cure}`;
      }),
  );
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  return `${lines.join('\n')}\n\n${amount(count('fault'), 'fault')}, ${amount(count('warning'), 'warning')}.\n`;
}

const amount = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
