import { setImmediate } from 'node:timers/promises';
import { compileCondition, type Decision } from '../../src/templating/cel-condition';
import type { TemplateUse } from '../../src/templating/liquid-engine';
import { compileTemplate } from '../../src/templating/liquid-template';
import { type Late, runEach } from '../../src/templating/time-limit';
import { type Subject, subjectOf } from '../../src/templating/variables';

/** An event about this document, given as JSON text or as a value. */
export function subjectFor(document: unknown): Subject {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  const event = {
    id: 'evt_00000000000000000000000000000001',
    type: 'sales_invoice.on_submit',
    documentType: 'Sales Invoice',
    event: 'on_submit',
    referenceDocument: 'INV-0001',
    createdAt: '2025-03-04T05:06:07.008Z',
  };
  return subjectOf(event, { name: 'ada@example.com', fullName: null }, Buffer.from(text));
}

/** What a condition says of a document: true, false, or the message. */
export function decide(condition: string, document: unknown): boolean | string {
  const compiled = compileCondition(condition);
  if ('message' in compiled) throw new Error(`does not compile: ${compiled.message}`);
  const decision = compiled.decide(subjectFor(document));
  return 'holds' in decision ? decision.holds : decision.message;
}

/** The fault that a condition is refused with. */
export function conditionFault(condition: string): string | null {
  const compiled = compileCondition(condition);
  return 'message' in compiled ? compiled.message : null;
}

/** What a template makes of a document; what it fails with is in `message`. */
export function render(use: TemplateUse, template: string, document: unknown): { text?: string; message?: string } {
  const compiled = compileTemplate(use, template);
  return 'message' in compiled ? compiled : compiled.render(subjectFor(document));
}

/**
 * Runs within the time limit, as fan-out does, and again what a busy machine leaves undecided.
 * @returns also how often the rest of the process had its turn meanwhile
 */
export async function within<Result extends object>(
  runs: readonly (() => Result)[],
  groupOf: (index: number) => string = String,
): Promise<{ results: (Result | Late)[]; turns: number }> {
  let turns = 0;
  const results: (Result | Late)[] = [];
  let open = [...runs.keys()];
  while (open.length > 0) {
    const round = await runEach(open, {
      groupOf,
      prepare: () => undefined,
      run: (index) => (runs[index] as () => Result)(),
      pause: () => {
        turns += 1;
        return setImmediate();
      },
    });
    for (const [place, result] of round.entries()) {
      if (!('undecided' in result)) results[open[place] as number] = result;
    }
    open = open.filter((_, place) => 'undecided' in (round[place] as object));
  }
  return { results, turns };
}

export type { Decision };
