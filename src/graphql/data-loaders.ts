import DataLoader from 'dataloader';
import type { Context } from './context';

/** A value that is made once in a request and shared by all its fields. */
export function perRequest<T>(context: Context, name: string, make: () => T): T {
  if (!context.memory.has(name)) context.memory.set(name, make());
  return context.memory.get(name) as T;
}

const MAX_BATCH = 500;

/** Reads the keys of many fields with one statement. Not shared between requests, because viewers differ. */
export function loaderFor<Value>(
  context: Context,
  name: string,
  load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
  maxBatchSize = MAX_BATCH,
): DataLoader<string, Value | null> {
  return perRequest(context, name, () => {
    const batch = async (keys: readonly string[]) => {
      const found = await load(keys);
      return keys.map((key) => found.get(key) ?? null);
    };
    return new DataLoader<string, Value | null>(batch, { maxBatchSize });
  });
}
