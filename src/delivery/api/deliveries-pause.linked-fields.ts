import { withExample } from '../../graphql/example';
import { HasRole } from '../../graphql/roles/has-role';
import { link, ofContext } from '../../read-plan/linked-field';
import { linkedFields, rootFields } from '../../read-plan/linked-fields';
import { rowType } from '../../read-plan/row-type';
import { USER } from '../../users/user.linked-fields';
import { READERS } from '../../viewer';
import { DELIVERIES_PAUSE, DELIVERIES_PAUSE_ID, findDeliveriesPause } from '../pause/deliveries-pause.store';
import { DeliveriesPauseType } from './deliveries-pause.type';

const PAUSE = rowType(
  'DeliveriesPause',
  () => DeliveriesPauseType,
  DELIVERIES_PAUSE,
  async (db) => {
    const pause = await findDeliveriesPause(db);
    return new Map(pause ? [[pause.id, pause]] : []);
  },
);

export const deliveriesPauseLinkedFields = [
  rootFields({
    deliveriesPaused: ofContext(PAUSE, () => DELIVERIES_PAUSE_ID, {
      access: HasRole(...READERS),
      description: withExample(
        'The pause of all deliveries, begun by `pauseDeliveries`; null: deliveries are not paused.',
        '{ deliveriesPaused { since reason pausedBy { name } } }',
      ),
    }),
  }),
  linkedFields(PAUSE, { pausedBy: link(USER, 'userId', 'The user who paused deliveries.') }),
];
