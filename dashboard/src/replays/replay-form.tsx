// Many deliveries again: what would be sent is counted first, and a large number is typed.
import { useState } from 'react';
import { Link } from 'wouter';
import {
  CountReplayDocument,
  type CountReplayMutation,
  type DeliveryWhere,
  StartReplayDocument,
} from '../api/generated/documents';
import { useAct } from '../api/use-api';
import { paths } from '../paths';
import { ActDialog } from '../ui/act-dialog';
import { Failed } from '../ui/answer';
import { Button } from '../ui/button';
import { Facts } from '../ui/facts';
import { SelectField, TextField } from '../ui/field';
import { Table } from '../ui/table';
import { Time } from '../ui/time';
import { UserErrors } from '../ui/user-errors';
import { useReplayTexts } from './texts';

type Which = 'EXHAUSTED' | 'SKIPPED' | 'DELIVERED';
type Preview = NonNullable<NonNullable<CountReplayMutation['replayDeliveries']>['preview']>;

/** From this many on, the number is typed. */
const MANY = 1_000;
const DAY_MS = 86_400_000;

export function ReplayForm({ onClose }: { onClose(): void }) {
  const texts = useReplayTexts();
  const counting = useAct(CountReplayDocument);
  const [which, setWhich] = useState<Which>('EXHAUSTED');
  const [from, setFrom] = useState(() => localTime(Date.now() - DAY_MS));
  const [to, setTo] = useState('');
  const [document, setDocument] = useState('');
  const [rate, setRate] = useState('50');
  const [typed, setTyped] = useState('');
  const [preview, setPreview] = useState<Preview | null>(null);
  const where = (): DeliveryWhere => ({
    status: { eq: which },
    ...(document.trim() === '' ? {} : { referenceDocument: { eq: document.trim() } }),
    createdAt: {
      ...(from === '' ? {} : { gte: new Date(from).toISOString() }),
      ...(to === '' ? {} : { lt: new Date(to).toISOString() }),
    },
  });
  const change =
    <Value,>(set: (value: Value) => void) =>
    (value: Value) => {
      set(value);
      setPreview(null);
    };
  const count = async () => {
    const answer = await counting.mutateAsync({ where: where(), reason: 'count' }).catch(() => null);
    setPreview(answer?.data.replayDeliveries?.preview ?? null);
  };
  const many = (preview?.replayable ?? 0) >= MANY;
  const isConfirmed = preview !== null && preview.replayable > 0 && (!many || typed === String(preview.replayable));
  return (
    <ActDialog
      title={texts.create}
      submit={texts.start}
      isOpen
      onClose={onClose}
      document={StartReplayDocument}
      reason="required"
      isReady={isConfirmed}
      variables={(reason) => ({
        where: where(),
        reason: reason ?? '',
        rate: Number(rate) || 1,
        expectedReplayable: preview?.replayable ?? 0,
      })}
      userErrors={(data) => data.replayDeliveries?.userErrors}
    >
      <p>{texts.createText}</p>
      <SelectField<Which>
        label={texts.which}
        value={which}
        options={(['EXHAUSTED', 'SKIPPED', 'DELIVERED'] as const).map((value) => ({
          value,
          label: texts.whichOnes[value],
        }))}
        onChange={change(setWhich)}
      />
      <TextField label={texts.document} value={document} onChange={change(setDocument)} />
      <TextField label={texts.from} value={from} onChange={change(setFrom)} type="datetime-local" ltr />
      <TextField label={texts.to} value={to} onChange={change(setTo)} type="datetime-local" ltr />
      <TextField label={texts.rate} value={rate} onChange={setRate} type="number" ltr />
      <p>
        <Button asks onPress={() => void count()} isDisabled={counting.isPending}>
          {texts.count}
        </Button>
      </p>
      <UserErrors errors={counting.data?.data.replayDeliveries?.userErrors} />
      {counting.error ? <Failed error={counting.error} /> : null}
      {preview ? (
        <div role="status" className="stack">
          <p>
            <strong>{texts.counted(preview.replayable)}</strong> {texts.countedOf(preview.deliveryCount)}
          </p>
          <Facts
            of={{
              [texts.oldest]: <Named delivery={preview.oldest} />,
              [texts.newest]: <Named delivery={preview.newest} />,
            }}
          />
          <Table
            label={texts.deliveries}
            rows={preview.byWebhook}
            keyOf={({ webhook }) => webhook?.id ?? ''}
            columns={[
              { header: texts.webhook, cell: ({ webhook }) => <bdi>{webhook?.name}</bdi> },
              { header: texts.deliveries, number: true, cell: ({ replayable }) => replayable },
            ]}
          />
          {many ? (
            <TextField label={texts.type(String(preview.replayable))} value={typed} onChange={setTyped} ltr />
          ) : null}
        </div>
      ) : null}
    </ActDialog>
  );
}

/** null: no delivery can be sent again. */
function Named({ delivery }: { delivery: Preview['oldest'] }) {
  if (!delivery) return null;
  return (
    <>
      <Time at={delivery.createdAt} />{' '}
      <Link href={paths.delivery(delivery.id)}>
        <bdi>{delivery.referenceDocument}</bdi>
      </Link>
    </>
  );
}

/** For a field of time, which is in the zone of the browser. */
function localTime(ms: number): string {
  const time = new Date(ms);
  return new Date(ms - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
