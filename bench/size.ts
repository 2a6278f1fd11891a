const NAMES = ['smoke', 'quick', 'normal'] as const;

/** How much a run does, for each of `smoke`, `quick` and `normal`. A smoke run shows whether it runs: no figure of it says anything. */
export type Sizes<Figure extends string> = Record<Figure, readonly [smoke: number, quick: number, normal: number]>;

/** What parseArgs is told of the options that choose a size. */
export const SIZE_OPTIONS = { quick: { type: 'boolean' }, smoke: { type: 'boolean' } } as const;

export function chooseSize<Figure extends string>(
  sizes: Sizes<Figure>,
  { smoke, quick }: { smoke?: boolean; quick?: boolean },
): { name: (typeof NAMES)[number]; size: Record<Figure, number> } {
  const name = smoke ? 'smoke' : quick ? 'quick' : 'normal';
  const column = Object.entries(sizes).map(([figure, of]) => [figure, (of as readonly number[])[NAMES.indexOf(name)]]);
  return { name, size: Object.fromEntries(column) as Record<Figure, number> };
}
