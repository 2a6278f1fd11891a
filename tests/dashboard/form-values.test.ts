import { credentialInputs, untouched } from '../../dashboard/src/webhooks/editor/credentials';
import { faultsOfPairs } from '../../dashboard/src/webhooks/editor/form-faults';
import {
  changedSettings,
  changesOf,
  draftOf,
  EMPTY_FORM,
  type FormValues,
  notNumbers,
  pairsIn,
  withSettings,
} from '../../dashboard/src/webhooks/editor/form-values';

const form = (part: Partial<FormValues>): FormValues => ({ ...EMPTY_FORM, ...part });

test('what was not touched is not sent', () => {
  const base = form({ url: 'https://a.example/...', condition: 'true', timeoutSeconds: '15' });
  expect(changesOf('OUTGOING', base, base)).toEqual({});
  expect(changesOf('OUTGOING', { ...base, condition: ' ', timeoutSeconds: '2.5' }, base)).toEqual({
    condition: null,
    timeoutMs: 2_500,
  });
});

test('blanks and the way in which a list is written are no changes', () => {
  const base = form({ events: 'on_submit, on_cancel', retrySchedule: '0, 60', headers: 'X-A: 1' });
  const other = { ...base, events: 'on_submit,on_cancel ', retrySchedule: '0,60', headers: 'X-A:1\n' };
  expect(changedSettings('OUTGOING', other, base)).toEqual([]);
});

test('lists, pairs and numbers become what the API takes', () => {
  const values = form({
    events: 'on_submit\non_cancel',
    headers: 'X-A: {{ doc.a }}: b\n\nX-B:',
    retrySchedule: '0, 5',
    rateRequests: '10',
    rateSeconds: '1',
    bodyFormat: 'FORM',
    body: 'kept in the form',
    fields: 'total: grand_total',
  });
  expect(changesOf('OUTGOING', values, EMPTY_FORM)).toEqual({
    events: ['on_submit', 'on_cancel'],
    headers: [
      { name: 'X-A', value: '{{ doc.a }}: b' },
      { name: 'X-B', value: '' },
    ],
    retrySchedule: [0, 5],
    rateLimit: { maxRequests: 10, seconds: 1 },
    bodyFormat: 'FORM',
    fields: [{ key: 'total', fieldname: 'grand_total' }],
  });
  expect(draftOf(form({ condition: 'true', dedupeSeconds: '5' }), EMPTY_FORM)).toEqual({ condition: 'true' });
});

test('settings of the other direction are not sent', () => {
  expect(
    changesOf('INCOMING', form({ url: 'https://a.example', provider: 'TOKEN', prefix: 'Bearer ' }), EMPTY_FORM),
  ).toEqual({ verification: { header: null, query: null, prefix: 'Bearer ' } });
});

test.each(['x', '1.5', '-1', '1e3', '0, x'])('%s is no list of whole numbers', (retrySchedule) => {
  expect(notNumbers('OUTGOING', form({ retrySchedule }))).toEqual(['retrySchedule']);
  expect(notNumbers('INCOMING', form({ retrySchedule }))).toEqual([]);
});

test('of two who change a webhook, each setting is taken from one', () => {
  const mine = form({ condition: 'mine', rateRequests: '1', rateSeconds: '1' });
  const theirs = form({ condition: 'theirs', rateRequests: '2', rateSeconds: '2' });
  expect(withSettings('OUTGOING', mine, theirs, ['rateLimit'])).toEqual({ ...theirs, condition: 'mine' });
});

test('a fault of an entry is at its line, and of its value behind its name', () => {
  const text = 'X-A: a\n\nX-B:  {{ nobody }}';
  expect(pairsIn(text)[1]).toEqual({ name: 'X-B', value: '{{ nobody }}', line: 3, column: 7 });
  const fault = { field: ['headers', '1', 'value'], line: 1, column: 4, message: 'There is no variable nobody.' };
  expect(faultsOfPairs([fault], 'headers', text)).toEqual([{ ...fault, line: 3, column: 10 }]);
  const name = { field: ['headers', '1', 'name'], line: null, column: null, message: 'It is set by Hookledger.' };
  expect(faultsOfPairs([name], 'headers', text)).toEqual([{ ...name, line: 3, column: 1 }]);
});

test('credentials that stay are not sent, those that go are null, and a name alone keeps its value', () => {
  expect(credentialInputs(untouched('KEEP'))).toEqual({});
  const changed = {
    ...untouched('KEEP'),
    basicChoice: 'NONE',
    headersChoice: 'SET',
    headers: 'X-Key\nX-New: v',
  } as const;
  expect(credentialInputs(changed)).toEqual({
    basicAuth: null,
    secretHeaders: [
      { name: 'X-Key', value: null },
      { name: 'X-New', value: 'v' },
    ],
  });
  const pem = (text: string) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----`;
  const two = { ...untouched('NONE'), authoritiesChoice: 'SET', authorities: `${pem('a')}\n${pem('b')}\n` } as const;
  expect(credentialInputs(two).caCertificates).toEqual([pem('a'), pem('b')]);
});
