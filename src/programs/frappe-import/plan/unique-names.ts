import type { Plan, WebhookInput } from './plan';

/** Of webhooks with the same name, all but the first get a number, the same in every run. */
export function withUniqueNames(plans: readonly Plan[]): Plan[] {
  const taken = new Set(plans.map((plan) => plan.input?.name));
  const counts = new Map<string, number>();
  return plans.map((plan) => {
    if (plan.input === null) return plan;
    const { name } = plan.input;
    let count = (counts.get(name) ?? 0) + 1;
    while (count > 1 && taken.has(`${name} (${count})`)) count += 1;
    counts.set(name, count);
    return count === 1 ? plan : renamed(plan, plan.input, `${name} (${count})`);
  });
}

function renamed(plan: Plan, input: WebhookInput, name: string): Plan {
  const notes = [...plan.notes, `The name ${input.name} is given twice: this one is called ${name}.`];
  return { ...plan, name, notes, input: { ...input, name } };
}
