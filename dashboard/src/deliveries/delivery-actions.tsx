import { useState } from 'react';
import {
  CancelDeliveryDocument,
  ReplayDeliveryDocument,
  RequestReplayDocument,
  RetryDeliveryDocument,
} from '../api/generated/documents';
import { useViewer } from '../api/viewer';
import { ActDialog } from '../ui/act-dialog';
import { Button } from '../ui/button';
import type { KnownDelivery } from './delivery-page';
import { useDeliveryTexts } from './texts';

type Act = 'retry' | 'cancel' | 'again' | 'ask';

const OPEN = ['PENDING', 'RETRYING'];

export function DeliveryActions({ delivery }: { delivery: KnownDelivery }) {
  const texts = useDeliveryTexts();
  const viewer = useViewer();
  const [act, setAct] = useState<Act | null>(null);
  const close = () => setAct(null);
  const isOpen = OPEN.includes(delivery.status);
  const deliveryId = delivery.id;
  return (
    <>
      {isOpen && viewer.may('Mutation.retryDelivery') ? (
        <Button asks onPress={() => setAct('retry')}>
          {texts.retry}
        </Button>
      ) : null}
      {isOpen && !delivery.cancelRequested && viewer.may('Mutation.cancelDelivery') ? (
        <Button kind="danger" onPress={() => setAct('cancel')}>
          {texts.cancel}
        </Button>
      ) : null}
      {!isOpen && viewer.may('Mutation.replayDelivery') ? (
        <Button asks onPress={() => setAct('again')}>
          {texts.again}
        </Button>
      ) : null}
      {!isOpen && !viewer.may('Mutation.replayDelivery') && viewer.may('Mutation.requestReplay') ? (
        <Button asks onPress={() => setAct('ask')}>
          {texts.ask}
        </Button>
      ) : null}
      <ActDialog
        title={texts.retry}
        submit={texts.retry}
        isOpen={act === 'retry'}
        onClose={close}
        document={RetryDeliveryDocument}
        variables={() => ({ input: { deliveryId } })}
        userErrors={(data) => data.retryDelivery?.userErrors}
      >
        <p>{texts.retryText}</p>
      </ActDialog>
      <ActDialog
        title={texts.cancel}
        submit={texts.cancel}
        kind="danger"
        isOpen={act === 'cancel'}
        onClose={close}
        document={CancelDeliveryDocument}
        reason="required"
        variables={(reason) => ({ input: { deliveryId, reason: reason ?? '' } })}
        userErrors={(data) => data.cancelDelivery?.userErrors}
      >
        <p>{texts.cancelText}</p>
      </ActDialog>
      <ActDialog
        title={texts.again}
        submit={texts.again}
        isOpen={act === 'again'}
        onClose={close}
        document={ReplayDeliveryDocument}
        reason="required"
        variables={(reason) => ({ input: { deliveryId, reason: reason ?? '' } })}
        userErrors={(data) => data.replayDelivery?.userErrors}
      >
        <p>{texts.againText}</p>
      </ActDialog>
      <ActDialog
        title={texts.ask}
        submit={texts.ask}
        isOpen={act === 'ask'}
        onClose={close}
        document={RequestReplayDocument}
        reason="required"
        variables={(reason) => ({ input: { deliveryId, reason: reason ?? '' } })}
        userErrors={(data) => data.requestReplay?.userErrors}
      >
        <p>{texts.askText}</p>
      </ActDialog>
    </>
  );
}
