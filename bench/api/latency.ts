// How long one caller waits who asks again and again, alone.
import type { Percentiles } from '../numbers';
import { ask } from './dashboard/ask';
import { type LoadProcess, startLoadProcess, type Target } from './load';

export interface Question {
  name: string;
  query: string;
  /** Asked in turn. */
  variables: readonly object[];
  /** Looks at one answer. @throws Error when it is not what it should be: a fast wrong answer is no figure */
  check(data: never, variables: object): void;
}

export interface Answered {
  name: string;
  latencyMs: Percentiles | null;
  answers: number;
  /** Why there is no figure. */
  fault: string | null;
}

const WARM_UP = 0.3;
const CHECKED = 3;
/** Fewer say nothing about the slowest of twenty. */
const LEAST = 40;

/** Each question for so many seconds; one that fails says why, and the others go on. */
export async function measureLatencies(
  target: Target,
  questions: readonly Question[],
  seconds: number,
): Promise<Answered[]> {
  const load = startLoadProcess();
  try {
    const answered: Answered[] = [];
    for (const question of questions) answered.push(await measure(load, target, question, seconds));
    return answered;
  } finally {
    await load.stop();
  }
}

async function measure(load: LoadProcess, target: Target, question: Question, seconds: number): Promise<Answered> {
  const { name, query, variables } = question;
  try {
    for (const each of variables.slice(0, CHECKED)) question.check(await ask<never>(target, query, each), each);
    const bodies = variables.map((each) => JSON.stringify({ query, variables: each }));
    // each once at least: what is measured is a log that people work with, not one that was just started
    await load.run(target, bodies, { seconds: seconds * WARM_UP, connections: 1, least: bodies.length });
    const { latencyMs, answers } = await load.run(target, bodies, { seconds, connections: 1, least: LEAST });
    return { name, latencyMs, answers, fault: null };
  } catch (error) {
    return { name, latencyMs: null, answers: 0, fault: (error as Error).message };
  }
}

/** The worst p95. @throws Error when a question has no figure: then there is none for all of them */
export function worstP95(answered: readonly Answered[]): number {
  const failed = answered.find(({ fault }) => fault !== null);
  if (failed) throw new Error(`${failed.name}: ${failed.fault}`);
  return Math.max(...answered.map(({ latencyMs }) => (latencyMs as Percentiles).p95));
}
