// Which deliveries the page shows, in its address.
import type { DeliveryOrder, DeliveryRowFragment, DeliveryWhere } from '../api/generated/documents';

type DeliveryStatus = DeliveryRowFragment['status'];

export const TABS = ['open', 'held', 'exhausted', 'skipped', 'delivered', 'all'] as const;
export type Tab = (typeof TABS)[number];

export interface DeliveryFilter {
  tab: Tab;
  /** The id of a webhook; null: all. */
  webhook: string | null;
  /** The whole name of a document; null: all. */
  document: string | null;
}

export function readDeliveryFilter(search: URLSearchParams): DeliveryFilter {
  const tab = search.get('tab');
  return {
    tab: TABS.find((each) => each === tab) ?? 'open',
    webhook: search.get('webhook') || null,
    document: search.get('document') || null,
  };
}

export function writeDeliveryFilter({ tab, webhook, document }: DeliveryFilter): Record<string, string> {
  return {
    ...(tab === 'open' ? {} : { tab }),
    ...(webhook === null ? {} : { webhook }),
    ...(document === null ? {} : { document }),
  };
}

const OF_TAB: Record<Tab, DeliveryWhere> = {
  open: { status: { in: ['PENDING', 'RETRYING'] } },
  held: { held: { eq: true } },
  exhausted: { status: { eq: 'EXHAUSTED' } },
  skipped: { status: { in: ['SKIPPED', 'CANCELLED'] } },
  delivered: { status: { eq: 'DELIVERED' } },
  all: {},
};

/** Whether a delivery is one of the tab, by its state. */
export function belongsTo(tab: Tab, { status, held }: { status: DeliveryStatus; held: boolean }): boolean {
  if (tab === 'all') return true;
  if (tab === 'held') return held;
  const { eq, in: among } = OF_TAB[tab].status ?? {};
  return eq === status || (among?.includes(status) ?? false);
}

export function deliveryWhere(filter: DeliveryFilter): DeliveryWhere {
  return { ...OF_TAB[filter.tab], ...whereOfAllTabs(filter) };
}

/** The same of all tabs together. */
export function whereOfAllTabs({ webhook, document }: DeliveryFilter): DeliveryWhere {
  return {
    ...(webhook === null ? {} : { webhook: { id: { eq: webhook } } }),
    ...(document === null ? {} : { referenceDocument: { eq: document } }),
  };
}

/** What is due first stands first; what has finished, the newest first. */
export function deliveryOrder({ tab }: DeliveryFilter): DeliveryOrder {
  if (tab === 'open') return { field: 'NEXT_ATTEMPT_AT', direction: 'ASC' };
  return { field: tab === 'exhausted' ? 'FINISHED_AT' : 'CREATED_AT', direction: 'DESC' };
}
