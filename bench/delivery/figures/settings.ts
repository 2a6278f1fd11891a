// What the settings of webhooks cost: single calls over 32 connections, each as fast as it is answered.
import { Pool } from 'pg';
import { archiveWebhook, type Bench, createWebhook, untilRoom } from '../../bench';
import { callFlatOut, eventJson, singleEventJson } from '../../load';
import { CONNECTIONS, type FlatOut, measureFlatOut } from './flat-out';

interface Setting {
  documentType: string;
  /** Of the webhook. */
  settings?: object;
  /** Webhooks that want each event. */
  webhooks?: number;
  /** Successive events of one document. */
  eventsOfDocument?: number;
  /** With SQL `publish_event()` instead of the API. */
  bySql?: boolean;
}

export const SETTINGS = {
  'condition and template': {
    documentType: 'Templated Invoice',
    settings: {
      condition: 'doc.grand_total > 1000.0 && doc.status == "Unpaid" && doc.items.exists(item, item.qty > 1)',
      headers: [{ name: 'x-invoice', value: '{{ doc.name }}' }],
      bodyFormat: 'JSON',
      body:
        '{"benchNumber":{{ doc.benchNumber }},"invoice":{{ doc.name | json }},"total":{{ doc.grand_total }},' +
        '"codes":[{% for item in doc.items %}{{ item.item_code | json }}{% unless forloop.last %},{% endunless %}{% endfor %}]}',
    },
  },
  'ordering: HOLD, 5 events of a document': {
    documentType: 'Ordered Invoice',
    settings: { ordering: 'HOLD' },
    eventsOfDocument: 5,
  },
  'a rate limit that is not reached': {
    documentType: 'Limited Invoice',
    settings: { rateLimit: { maxRequests: 10_000, seconds: 1 } },
  },
  '5 webhooks an event': { documentType: 'Wanted Invoice', webhooks: 5 },
  'SQL publish_event()': { documentType: 'Invoice By SQL', bySql: true },
} satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;

export async function measureSetting(bench: Bench, setting: Setting, events: number): Promise<FlatOut> {
  const { api, receiver } = bench;
  const { documentType, settings = {}, webhooks = 1 } = setting;
  const ids: string[] = [];
  for (let n = 0; n < webhooks; n += 1) {
    ids.push(await createWebhook(api, `${receiver.url}/hook`, documentType, settings));
  }
  const publisher = setting.bySql ? sqlPublisher(bench) : { publish: (json: string) => api.publish([json]) };
  const measured = await measureFlatOut(bench, events, () =>
    callFlatOut(events, CONNECTIONS, async () => {
      await untilRoom(bench);
      const number = bench.tally.next({ copies: webhooks });
      const document = Math.floor(number / (setting.eventsOfDocument ?? 1));
      await publisher.publish((setting.bySql ? eventJson : singleEventJson)(number, documentType, document));
    }),
  );
  if ('stop' in publisher) await publisher.stop();
  for (const id of ids) await archiveWebhook(api, id);
  return measured;
}

/** As a system in the same database, with 32 connections. */
function sqlPublisher({ installation }: Bench) {
  const pool = new Pool({ connectionString: installation.sqlUrl, max: CONNECTIONS });
  return {
    async publish(json: string): Promise<void> {
      const { documentType, event, referenceDocument, data } = JSON.parse(json);
      const key = `sql-${data.benchNumber}`;
      await pool.query({
        name: 'publish',
        text: 'select publish_event($1, $2, $3, $4, $5, $6)',
        values: [documentType, event, referenceDocument, JSON.stringify(data), 'jane@example.com', key],
      });
    },
    stop: () => pool.end(),
  };
}
